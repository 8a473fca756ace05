#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace heed::serve {

struct HttpRequest {
  std::string method, path;                           ///< the path without its query
  std::map<std::string, std::string> query{};         ///< decoded
  std::multimap<std::string, std::string> headers{};  ///< names in lower case
  std::string body{};

  /// The first header of this name (in lower case), or an empty text.
  std::string header(const std::string& name) const;
};

struct HttpReply {
  int status = 200;
  std::string type = "application/json";
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

struct HttpOptions {
  std::string host;
  int port = 0;                ///< 0: a free one
  std::size_t most_bytes = 0;  ///< of a request's body; a longer one is answered by 413
  int threads = 128;           ///< how many requests are answered at once, slow clients among them
  int patience = 3;            ///< seconds that a client may take for its next bytes
};

/// Called by several threads at once; neither may throw.
struct HttpHandler {
  /// Asked before a body is read, which is empty in what it is given: why the request is refused, or nothing where it
  /// is to be answered.
  std::function<std::optional<HttpReply>(const HttpRequest&)> refuse;
  std::function<HttpReply(const HttpRequest&)> answer;
};

/// An HTTP/1.1 server. Each connection carries one request: what is left of one that was refused is never read as
/// another. What cannot be answered (broken HTTP, a body that is too long, another method than GET and POST) gets a
/// JSON object with an `error`, without the handler; so does a body that does not say how long it is (411: without a
/// Content-Length, or in chunks) or is packed or in parts (415), before anything of it is read. Of a request that is
/// refused nothing of the body is kept. Bounded are the request's first line and each header (8 KiB), the body, the
/// time between two parts of a request and how many are answered at once; cpp-httplib 0.11 does not bound how many
/// headers there are.
class HttpServer {
 public:
  virtual ~HttpServer() = default;  ///< stops it
  virtual int port() const = 0;
  /// Answers, on threads of its own, from now on. Throws Unavailable where it cannot. REQUIRES: called once.
  virtual void start() = 0;
  /// Finishes the requests under way, and answers no more.
  virtual void stop() = 0;
};

/// Takes the port; requests wait until start(). Throws Unavailable where the port is taken or the address is not this
/// machine's, BadInput where the library behind it is not beside the program: it is loaded with the first server, as
/// loading it costs every start of a program several milliseconds.
std::unique_ptr<HttpServer> open_http_server(const HttpOptions& options, HttpHandler handler);

/// What that library has, under the name heed_http: called with HEED_VERSION, it gives what opens a server, or nothing
/// where it was built for another version.
using HttpOpener = std::unique_ptr<HttpServer> (*)(const HttpOptions& options, HttpHandler handler);
using HttpEntry = HttpOpener (*)(const char* version);

}  // namespace heed::serve
