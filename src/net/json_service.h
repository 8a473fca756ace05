#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "format/json.h"
#include "net/http.h"

namespace heed::net {

/// An answer whose form is right and whose content is not: a missing field, a wrong count. Thrown by what reads
/// answers, with what is wrong with it ("has no list \"data\""); JsonService makes it Unavailable.
class Nonsense : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The service refuses a request for its size: too many texts, or too long ones. Fewer at a time may do.
class TooLarge : public base::BadInput {
 public:
  using base::BadInput::BadInput;
};

/// Where a service is asked, and how.
struct ServiceSettings {
  std::string url{};
  std::optional<Header> key{};  ///< the header that carries it
  std::string key_hint{};       ///< said where the key is refused: "is OPENAI_API_KEY right?"
  int concurrency = 1;          ///< most requests under way at once, from all threads; at least 1
  Patience patience{};
  ClientHooks hooks{};  ///< called from one thread at a time, but for sleep and jitter
};

/// An address that takes JSON and gives JSON. May be used by several threads at once; when one of them has to wait, as
/// the service is busy or failing, none sends anything before.
class JsonService {
 public:
  explicit JsonService(ServiceSettings settings);
  ~JsonService();

  /// The body posted, and what `read` makes of the answer. Throws TooLarge; BadInput where the request or the key is
  /// refused; Unavailable where the service does not answer, fails, or answers what is no JSON or Nonsense to `read`.
  template <class Read>
  auto ask(const format::Json& body, const Read& read) const {
    const format::Json answer = answer_to(body);
    try {
      return read(answer);
    } catch (const Nonsense& nonsense) {
      throw base::Unavailable(complaint(nonsense.what()));
    }
  }

  /// The sentence about an answer that makes no sense, with the service's address.
  std::string complaint(std::string_view what) const;
  /// The header that carries the key, to keep it out of what a server says.
  const std::optional<Header>& key() const;
  /// Tells people something, as the client tells of its waiting.
  void notice(const std::string& sentence) const;
  const std::string& url() const;

 private:
  format::Json answer_to(const format::Json& body) const;

  struct State;
  std::unique_ptr<State> state_;
};

/// The address of a service's path ("/v1/rerank") at what people give as its url: a host, with or without the path's
/// version ("/v1"), or the whole. An url with a query ("?api-version=..") is always the whole.
std::string endpoint(std::string_view url, std::string_view path);

/// Whether the url is this machine's own: localhost, 127.x.x.x, [::1].
bool is_local(std::string_view url);

// What readers of answers ask of them; each throws Nonsense, naming the field.

/// The list of that name, with `count` elements.
const format::Json& list_of(const format::Json& object, const char* name, std::size_t count);
/// The member of an object.
const format::Json& member_of(const format::Json& object, const char* name);
/// A finite number.
double number_of(const format::Json& object, const char* name);
/// The element's "index": below `count`.
std::size_t index_of(const format::Json& element, std::size_t count);

}  // namespace heed::net
