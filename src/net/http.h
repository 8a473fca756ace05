#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace heed::net {

struct Header {
  std::string name, value;
};

struct Request {
  std::string url;             ///< http:// or https://
  std::string method = "GET";  ///< or "POST"
  std::vector<Header> headers{};
  std::string body{};
  /// The header that carries a key. It goes to the url's own host and to no other that a redirection names, and what it
  /// holds appears in no message.
  std::optional<Header> secret{};
};

struct Response {
  int status = 0;
  std::vector<Header> headers{};  ///< of the last answer, after redirections
  std::string body{};
  std::string url{};  ///< of the last answer

  /// The value of the first header of that name, in any case of letters; none where there is none.
  std::optional<std::string> header(std::string_view name) const;
};

/// How long a server is waited for, and how often it is asked again.
struct Patience {
  int attempts = 6;                             ///< at least 1
  std::chrono::seconds connect{15};             ///< until the connection stands
  std::chrono::seconds silence{120};            ///< without a byte of an answer
  std::chrono::seconds whole{900};              ///< an answer that is kept in memory, from the beginning to its end
  std::chrono::milliseconds first_pause{1000};  ///< before the second attempt; doubled before each further one
  std::chrono::seconds longest_pause{60};
  std::chrono::seconds longest_asked{300};            ///< a server that asks (Retry-After) for more is given up
  std::size_t largest_body = std::size_t{256} << 20;  ///< bytes of an answer that is kept in memory
};

/// What a client tells of its waiting, and how it waits; tests put their own here.
struct ClientHooks {
  std::function<void(const std::string& sentence)> notice{};     ///< "HOST is busy (429): waiting 20 s"
  std::function<void(std::chrono::milliseconds pause)> sleep{};  ///< in place of sleeping
  std::function<double()> jitter{};                              ///< in [0, 1), in place of a random number
};

/// No complete answer came: no such host, no connection, silence, a cut, no HTTP.
class NoAnswer : public base::Unavailable {
 public:
  using base::Unavailable::Unavailable;
};

/// Nobody is there: no such host, or nobody who takes the connection.
class Unreachable : public NoAnswer {
 public:
  using NoAnswer::NoAnswer;
};

/// Sends requests, keeping connections open. May be used by several threads at once. libcurl is loaded with the first
/// client. Proxies and certificates are those of the environment, as for every program that uses it.
class Client {
 public:
  /// Throws BadInput where libcurl is not on this machine.
  explicit Client(Patience patience = {}, ClientHooks hooks = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  using Sink = std::function<void(std::string_view piece)>;

  /// The answer, asked for again, after a pause, where none came (NoAnswer) or its status is 408, 425, 429, 500, 502,
  /// 503 or 504. A server that nobody has found at its address yet is not asked again: the address is wrong, or the
  /// server is to be started. Redirections are followed. Throws Unavailable when all attempts failed, or for an answer
  /// larger than Patience allows, which is not asked for again; BadInput for an url that is none. Any other status,
  /// good or bad, is returned, and so is an answer that `is_final` says asking again would not better.
  Response send(const Request& request, const std::function<bool(const Response&)>& is_final = {}) const;

  /// One attempt; what comes is returned whatever the status. With `sink`, the body of an answer of status 200 or 206
  /// goes there piece by piece, in order, and `start` is called before with the answer's status and headers. Throws
  /// NoAnswer, also where the body ends early: pieces may have come then. What `start` or `sink` throw comes through.
  Response attempt(const Request& request, const std::function<void(const Response&)>& start = {},
                   const Sink& sink = {}) const;

  /// Whether an answer of this status may be better the next time (the list above).
  static bool is_passing(int status);
  /// Waits before attempt `next` (from 2) as send() does: as long as the answer asks (Retry-After: seconds or a date),
  /// or by doubling, with jitter. Throws Unavailable, saying `trouble`, where there are no attempts left or the server
  /// asks for too long.
  void pause(int next, const Response* answer, const std::string& trouble) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// "https://host:port", for messages. Throws BadInput where the text is no url of http or https.
std::string origin_of(std::string_view url);

/// The origin and the path: neither a name and password, nor a query. Throws as origin_of.
std::string without_secrets(std::string_view url);

/// The text, of which a part may be a server's, with the key that the header carries masked: a server may repeat it.
std::string without_key(std::string text, const std::optional<Header>& secret);

/// Whether a text, read as JSON, has lists and objects in each other beyond what any service answers (64): code that
/// goes down into it, or copies it, would exhaust the stack.
bool is_nested_too_deep(std::string_view json);

/// Throws for an answer that is no success (2xx), in one line, with the server's own words where it sent some (error,
/// error.message, message, detail: of the shapes in use), cut to a few hundred characters and without the request's
/// secret: BadInput where the request is at fault (4xx), Unavailable for others. `key_hint` is added where the key was
/// refused (401, 403): "is OPENAI_API_KEY right?".
void require_success(const Request& request, const Response& response, std::string_view key_hint = "");

}  // namespace heed::net
