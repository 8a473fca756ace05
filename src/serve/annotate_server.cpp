#include "serve/annotate_server.h"

#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/error.h"
#include "base/secret.h"
#include "format/json.h"
#include "serve/annotate_page.h"
#include "serve/annotation_api.h"
#include "serve/http_server.h"

namespace heed::serve {

namespace {

constexpr std::size_t kMostBytes = 256 << 10;

/// The page loads nothing but what is served here, and is shown in no frame. (data: is its empty icon.)
constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

/// Goes on to the address without the token. (A redirection would do so too, but without the cookie where the address
/// was a link in a mail: browsers count it as the mail's site that asks, and the cookie is SameSite=Strict.)
constexpr std::string_view kWelcome =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0; url=/\">"
    "<link rel=\"icon\" href=\"data:,\"><title>heed annotate</title><p><a href=\"/\">Go on</a></p></html>\n";

struct Part {
  const char* path;
  const char* type;
  const std::string_view& content;
};
const Part kParts[] = {{"/", "text/html; charset=utf-8", kAnnotateHtml},
                       {"/annotate.css", "text/css; charset=utf-8", kAnnotateCss},
                       {"/annotate.js", "text/javascript; charset=utf-8", kAnnotateJs}};

HttpReply refusal(int status, const std::string& sentence) {
  return {.status = status, .body = format::Json{{"error", sentence}}.dump()};
}

bool is_wildcard(const std::string& host) {
  return host == "0.0.0.0" || host == "::";
}

/// As it stands in a URL.
std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

/// The value of one of the request's cookies, or nothing.
std::string cookie_of(const HttpRequest& request, const std::string& name) {
  const std::string cookies = "; " + request.header("cookie");
  const std::size_t at = cookies.find("; " + name + "=");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 3;
  return cookies.substr(begin, cookies.find(';', begin) - begin);
}

}  // namespace

bool is_loopback(const std::string& host) {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return ntohl(address.s_addr) >> 24U == 127;
  return host == "localhost" || host == "::1";
}

struct AnnotateServer::State {
  explicit State(const AnnotateOptions& asked) : options(asked), api(options.folder) {
    base::check(is_loopback(options.host) || !options.token.empty());
    server = open_http_server({.host = options.host, .port = options.port, .most_bytes = kMostBytes},
                              {.refuse = [this](const HttpRequest& request) -> std::optional<HttpReply> {
                                 auto refused = refusal_of(request);
                                 return refused ? std::optional(guarded(std::move(*refused))) : std::nullopt;
                               },
                               .answer = [this](const HttpRequest& request) { return guarded(answer(request)); }});
  }

  static HttpReply guarded(HttpReply reply) {
    reply.headers.insert(reply.headers.end(), {{"Content-Security-Policy", kContentPolicy},
                                               {"X-Content-Type-Options", "nosniff"},
                                               {"Referrer-Policy", "no-referrer"},
                                               {"Cross-Origin-Resource-Policy", "same-origin"},
                                               {"Cache-Control", "no-store"}});
    return reply;
  }

  /// Why the request is not answered, or nothing where it is.
  std::optional<HttpReply> refusal_of(const HttpRequest& request) const {
    const std::string host = base::lower_case(request.header("host"));
    if (request.headers.count("host") != 1 || !is_own_host(host))
      return refusal(403, "the request is for another host than the one that is served here");
    if (is_from_another_site(request, host)) return refusal(403, "the request comes from another site");
    const std::string type = base::lower_case(request.header("content-type"));
    if (request.method != "GET" && type != "application/json" && !type.starts_with("application/json;"))
      return refusal(415, "the request's body is not declared as application/json");
    return options.token.empty() ? std::nullopt : refusal_by_token(request);
  }

  bool is_own_host(const std::string& host) const {
    if (is_wildcard(options.host)) return !host.empty();  // any name may lead here; the token tells who is welcome
    const std::string ending = ":" + std::to_string(server->port());
    if (host == base::lower_case(bracketed(options.host)) + ending) return true;
    return is_loopback(options.host) &&
           (host == "localhost" + ending || host == "127.0.0.1" + ending || host == "[::1]" + ending);
  }

  static bool is_from_another_site(const HttpRequest& request, const std::string& host) {
    if (request.method == "GET") return false;  // changes nothing, and its answer is not shown to another origin
    const std::string site = request.header("sec-fetch-site");
    if (!site.empty() && site != "same-origin" && site != "none") return true;
    return request.headers.contains("origin") && base::lower_case(request.header("origin")) != "http://" + host;
  }

  std::string cookie_name() const { return "heed_annotate_" + std::to_string(server->port()); }

  std::optional<HttpReply> refusal_by_token(const HttpRequest& request) const {
    const auto given = request.query.find("token");
    if (request.method == "GET" && request.path == "/" && given != request.query.end() &&
        base::is_same_secret(given->second, options.token))
      return HttpReply{
          .type = "text/html; charset=utf-8",
          .body = std::string(kWelcome),
          .headers = {{"Set-Cookie", cookie_name() + "=" + options.token + "; HttpOnly; SameSite=Strict; Path=/"}}};
    const std::string bearer = request.header("authorization");
    if (base::is_same_secret(cookie_of(request, cookie_name()), options.token) ||
        (bearer.starts_with("Bearer ") && base::is_same_secret(bearer.substr(7), options.token)))
      return std::nullopt;
    return refusal(401, "open the address that heed annotate printed: it has the token that lets you in");
  }

  HttpReply answer(const HttpRequest& request) {
    if (request.method == "GET")
      for (const Part& part : kParts)
        if (request.path == part.path) return {.type = part.type, .body = std::string(part.content)};
    ApiReply reply = api.answer({request.method, request.path, request.query, request.body});
    return {.status = reply.status, .body = std::move(reply.body)};
  }

  AnnotateOptions options;
  AnnotationApi api;
  std::unique_ptr<HttpServer> server;  // last: it stops before what answers it goes
};

AnnotateServer::AnnotateServer(const AnnotateOptions& options) : state_(std::make_unique<State>(options)) {}
AnnotateServer::~AnnotateServer() = default;

void AnnotateServer::start() {
  state_->server->start();
}

void AnnotateServer::stop() {
  state_->server->stop();
}

int AnnotateServer::port() const {
  return state_->server->port();
}

std::string AnnotateServer::url() const {
  std::string host = bracketed(state_->options.host);
  if (char name[256]; is_wildcard(state_->options.host) && gethostname(name, sizeof name) == 0) host = name;
  const std::string url = "http://" + host + ":" + std::to_string(port()) + "/";
  return state_->options.token.empty() ? url : url + "?token=" + state_->options.token;
}

}  // namespace heed::serve
