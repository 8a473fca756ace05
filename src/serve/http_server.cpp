#include "serve/http_server.h"

#include <utility>

#include "base/library.h"

namespace heed::serve {

std::string HttpRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::unique_ptr<HttpServer> open_http_server(const HttpOptions& options, HttpHandler handler) {
  static const HttpOpener open = base::open_library<HttpEntry>({"libheed_http.so", "heed_http", "heed's HTTP server"});
  return open(options, std::move(handler));
}

}  // namespace heed::serve
