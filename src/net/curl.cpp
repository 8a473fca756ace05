#include "net/curl.h"

#include <string>

#include <dlfcn.h>

#include "base/error.h"

namespace heed::net {

namespace {

template <class Function>
void load(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw base::BadInput(std::string("libcurl on this machine has no ") + name);
}

Curl open_library() {
  void* const library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw base::BadInput("the network needs libcurl, which does not load: " + std::string(dlerror()));
  Curl curl{};
  load(library, "curl_global_init", curl.global_init);
  load(library, "curl_easy_init", curl.easy_init);
  load(library, "curl_easy_reset", curl.easy_reset);
  load(library, "curl_easy_setopt", curl.easy_setopt);
  load(library, "curl_easy_perform", curl.easy_perform);
  load(library, "curl_easy_getinfo", curl.easy_getinfo);
  load(library, "curl_easy_cleanup", curl.easy_cleanup);
  load(library, "curl_easy_strerror", curl.easy_strerror);
  load(library, "curl_slist_append", curl.slist_append);
  load(library, "curl_slist_free_all", curl.slist_free_all);
  load(library, "curl_getdate", curl.getdate);
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw base::BadInput("libcurl cannot be started");
  return curl;
}

}  // namespace

const Curl& curl() {
  static const Curl functions = open_library();
  return functions;
}

}  // namespace heed::net
