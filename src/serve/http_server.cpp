#include "serve/http_server.h"

#include <filesystem>

#include <dlfcn.h>

#include "base/error.h"

namespace heed::serve {

namespace fs = std::filesystem;

namespace {

HttpOpener open_library() {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  std::string tried;
  for (const fs::path& folder : {here, here.parent_path() / "lib" / "heed"}) {
    const fs::path file = folder / "libheed_http.so";
    tried += (tried.empty() ? "" : " and ") + file.string();
    if (!fs::exists(file)) continue;
    void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw base::BadInput("the HTTP server does not load: " + std::string(dlerror()));
    const auto entry = reinterpret_cast<HttpEntry>(dlsym(library, "heed_http"));
    if (entry == nullptr) throw base::BadInput(file.string() + " is not heed's HTTP server");
    const HttpOpener opener = entry(HEED_VERSION);
    if (opener == nullptr) throw base::BadInput(file.string() + " is the HTTP server of another version of heed");
    return opener;
  }
  throw base::BadInput("the HTTP server is not installed; looked for " + tried);
}

}  // namespace

std::string HttpRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::unique_ptr<HttpServer> open_http_server(const HttpOptions& options, HttpHandler handler) {
  static const HttpOpener open = open_library();
  return open(options, std::move(handler));
}

}  // namespace heed::serve
