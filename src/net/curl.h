#pragma once

#include <curl/curl.h>

namespace heed::net {

/// libcurl's functions, loaded when they are first asked for: with what it brings along, the library costs 4 ms at
/// every start, and judging needs no network.
struct Curl {
  decltype(&curl_global_init) global_init;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_reset) easy_reset;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_perform) easy_perform;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
  decltype(&curl_getdate) getdate;
};

/// Throws BadInput where it is not on this machine.
const Curl& curl();

}  // namespace heed::net
