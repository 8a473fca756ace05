#include "serve/annotate_server.h"

#include <algorithm>
#include <thread>

#include <arpa/inet.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/error.h"
#include "base/secret.h"
#include "format/json.h"
#include "serve/annotate_page.h"
#include "serve/annotation_api.h"

namespace heed::serve {

using httplib::Request;
using httplib::Response;
using Handler = httplib::Server::HandlerWithResponse;
using HandlerResult = httplib::Server::HandlerResponse;

namespace {

constexpr std::size_t kMostBytes = 256 << 10;
constexpr std::size_t kThreads = 16;
constexpr int kPatience = 10;  // seconds that a client may take for the next bytes

/// The page loads nothing but what is served here, and is shown in no frame. (data: is its empty icon.)
constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

struct Part {
  const char* path;
  const char* type;
  const std::string_view& content;
};
const Part kParts[] = {{"/", "text/html; charset=utf-8", kAnnotateHtml},
                       {"/annotate.css", "text/css; charset=utf-8", kAnnotateCss},
                       {"/annotate.js", "text/javascript; charset=utf-8", kAnnotateJs}};

void refuse(Response& response, int status, const std::string& sentence) {
  response.status = status;
  response.set_content(format::Json{{"error", sentence}}.dump(), "application/json");
}

bool is_wildcard(const std::string& host) {
  return host == "0.0.0.0" || host == "::";
}

/// As it stands in a URL.
std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

/// The value of one of the request's cookies, or nothing.
std::string cookie_of(const Request& request, const std::string& name) {
  const std::string cookies = "; " + request.get_header_value("Cookie");
  const std::size_t at = cookies.find("; " + name + "=");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 3;
  return cookies.substr(begin, cookies.find(';', begin) - begin);
}

/// One server to a port: httplib's own choice would let a second one take the port too, and half of the requests.
void set_socket_options(int socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
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
    server.set_socket_options(set_socket_options);
    server.set_payload_max_length(kMostBytes);
    server.set_keep_alive_max_count(1);
    server.set_keep_alive_timeout(2);
    server.set_read_timeout(kPatience);
    server.set_write_timeout(kPatience);
    server.set_tcp_nodelay(true);
    server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server.set_default_headers({{"Content-Security-Policy", kContentPolicy},
                                {"X-Content-Type-Options", "nosniff"},
                                {"Referrer-Policy", "no-referrer"},
                                {"Cross-Origin-Resource-Policy", "same-origin"},
                                {"Cache-Control", "no-store"}});
    server.set_pre_routing_handler([this](const Request& request, Response& response) {
      return admit(request, response) ? HandlerResult::Unhandled : HandlerResult::Handled;
    });
    server.set_error_handler(Handler([](const Request&, Response& response) {
      if (response.body.empty()) refuse(response, response.status, what_is_wrong(response.status));
      return HandlerResult::Handled;
    }));
    server.Get(".*", [this](const Request& request, Response& response) { answer(request, response); });
    server.Post(".*", [this](const Request& request, Response& response) { answer(request, response); });
    listen_at_port();
  }

  ~State() { stop(); }

  void listen_at_port() {
    const bool is_bound = options.port == 0 ? (port = server.bind_to_any_port(options.host)) > 0
                                            : server.bind_to_port(options.host, port = options.port);
    if (!is_bound)
      throw base::Unavailable(bracketed(options.host) + ":" + std::to_string(options.port) +
                              ": cannot be listened at: the port is taken (--port 0 finds a free one), or the address "
                              "is not this machine's");
  }

  void stop() {
    server.stop();
    if (thread.joinable()) thread.join();
  }

  static std::string what_is_wrong(int status) {
    switch (status) {
      case 400:
        return "the request is not valid HTTP";
      case 404:
        return "there is no such page";
      case 413:
        return "the request is longer than " + std::to_string(kMostBytes) + " bytes";
      default:
        return "the request cannot be answered";
    }
  }

  /// Whether the request may be answered; where not, the response says why.
  bool admit(const Request& request, Response& response) const {
    const std::string host = base::lower_case(request.get_header_value("Host"));
    if (request.get_header_value_count("Host") != 1 || !is_own_host(host)) {
      refuse(response, 403, "the request is for another host than the one that is served here");
      return false;
    }
    if (is_from_another_site(request, host)) {
      refuse(response, 403, "the request comes from another site");
      return false;
    }
    const std::string type = base::lower_case(request.get_header_value("Content-Type"));
    if (request.method != "GET" && type != "application/json" && !type.starts_with("application/json;")) {
      refuse(response, 415, "the request's body is not declared as application/json");
      return false;
    }
    return options.token.empty() || admit_by_token(request, response);
  }

  bool is_own_host(const std::string& host) const {
    if (is_wildcard(options.host)) return !host.empty();  // any name may lead here; the token tells who is welcome
    const std::string ending = ":" + std::to_string(port);
    if (host == base::lower_case(bracketed(options.host)) + ending) return true;
    return is_loopback(options.host) &&
           (host == "localhost" + ending || host == "127.0.0.1" + ending || host == "[::1]" + ending);
  }

  static bool is_from_another_site(const Request& request, const std::string& host) {
    if (request.method == "GET") return false;  // changes nothing, and its answer is not shown to another origin
    const std::string site = request.get_header_value("Sec-Fetch-Site");
    if (!site.empty() && site != "same-origin" && site != "none") return true;
    return request.has_header("Origin") && base::lower_case(request.get_header_value("Origin")) != "http://" + host;
  }

  std::string cookie_name() const { return "heed_annotate_" + std::to_string(port); }

  bool admit_by_token(const Request& request, Response& response) const {
    if (request.method == "GET" && request.path == "/" && request.has_param("token") &&
        base::is_same_secret(request.get_param_value("token"), options.token)) {
      response.set_header("Set-Cookie", cookie_name() + "=" + options.token + "; HttpOnly; SameSite=Strict; Path=/");
      response.set_redirect("/", 303);
      return false;
    }
    const std::string bearer = request.get_header_value("Authorization");
    if (base::is_same_secret(cookie_of(request, cookie_name()), options.token) ||
        (bearer.starts_with("Bearer ") && base::is_same_secret(bearer.substr(7), options.token)))
      return true;
    refuse(response, 401, "open the address that heed annotate printed: it has the token that lets you in");
    return false;
  }

  void answer(const Request& request, Response& response) {
    if (request.method == "GET")
      for (const Part& part : kParts)
        if (request.path == part.path) return response.set_content(part.content.data(), part.content.size(), part.type);
    ApiRequest asked{.method = request.method, .path = request.path, .query = {}, .body = request.body};
    for (const auto& [name, value] : request.params) asked.query[name] = value;
    const ApiReply reply = api.answer(asked);
    response.status = reply.status;
    response.set_content(reply.body, "application/json");
  }

  AnnotateOptions options;
  AnnotationApi api;
  httplib::Server server;
  int port = 0;
  std::thread thread;
};

AnnotateServer::AnnotateServer(const AnnotateOptions& options) : state_(std::make_unique<State>(options)) {}
AnnotateServer::~AnnotateServer() = default;

void AnnotateServer::start() {
  state_->thread = std::thread([state = state_.get()] { state->server.listen_after_bind(); });
  while (!state_->server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void AnnotateServer::stop() {
  state_->stop();
}

int AnnotateServer::port() const {
  return state_->port;
}

std::string AnnotateServer::url() const {
  std::string host = bracketed(state_->options.host);
  if (char name[256]; is_wildcard(state_->options.host) && gethostname(name, sizeof name) == 0) host = name;
  const std::string url = "http://" + host + ":" + std::to_string(state_->port) + "/";
  return state_->options.token.empty() ? url : url + "?token=" + state_->options.token;
}

}  // namespace heed::serve
