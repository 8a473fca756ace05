#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace heed::testing {

struct ServedRequest {
  std::string method, path;                    ///< the path without its query
  std::map<std::string, std::string> query;    ///< decoded
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

struct ServedReply {
  int status = 200;
  std::string body{};
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers{};
  std::chrono::milliseconds delay{0};      ///< before anything is answered
  std::optional<std::size_t> cut_after{};  ///< the connection ends after so many bytes of the body
  bool takes_ranges = false;               ///< obeys a Range header by 206
};

/// An HTTP server on a free port of 127.0.0.1, on several threads, for as long as it lives.
class TestServer {
 public:
  using Handler = std::function<ServedReply(const ServedRequest&)>;

  /// Every request goes to the handler, which may be called by several threads at once.
  explicit TestServer(Handler handler);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  std::string url() const;  ///< "http://127.0.0.1:PORT"
  /// All requests so far, in the order in which they came.
  std::vector<ServedRequest> requests() const;
  /// The most requests that were under way at once.
  int most_at_once() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A port of 127.0.0.1 where every connection is sent these bytes, whatever it asks, and closed.
class RawServer {
 public:
  explicit RawServer(std::string bytes);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  std::string url() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// An address of 127.0.0.1 where nobody listens.
std::string unreachable_url();

}  // namespace heed::testing
