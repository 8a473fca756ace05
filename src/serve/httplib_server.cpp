// The library that http_server.cpp loads: the one place where cpp-httplib is.
#include <atomic>
#include <chrono>
#include <string_view>
#include <thread>

#include <httplib.h>
#include <sys/socket.h>

#include "base/ascii.h"
#include "base/error.h"
#include "format/fields.h"
#include "serve/http_server.h"

namespace heed::serve {

namespace {

/// One server to a port: httplib's own choice would let a second one take the port too, and half of the requests.
void set_socket_options(int socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

std::string_view what_is_wrong(int status) {
  switch (status) {
    case 400:
      return "the request is not valid HTTP";
    case 404:
      return "there is no such page";
    case 405:
      return "only GET and POST are answered";
    case 411:
      return "the request does not say how long its body is";
    case 413:
      return "the request is too long";
    case 414:
      return "the request's address is too long";
    case 415:
      return "the request's body is packed or in parts";
    default:
      return "the request cannot be answered";
  }
}

/// What of the request's frame is not served, as a status; 0 where nothing is. httplib itself bounds neither a body
/// that comes in chunks or without a length nor what a packed one becomes. A declared length that is too long it skips,
/// so that the client reads the answer; what is far too long is not even skipped.
int fault_of(const httplib::Request& request, std::size_t most_bytes) {
  if (request.method != "GET" && request.method != "POST") return 405;
  if (request.has_header("Transfer-Encoding")) return 411;
  if (request.has_header("Content-Encoding") || request.is_multipart_form_data()) return 415;
  if (request.method == "GET") return 0;
  const std::size_t lengths = request.get_header_value_count("Content-Length");
  if (lengths != 1) return lengths == 0 ? 411 : 400;
  const std::string length = request.get_header_value("Content-Length");
  if (length.empty() || length.find_first_not_of("0123456789") != std::string::npos) return 400;
  const auto bytes = format::parse_integer(length);
  return !bytes || static_cast<std::size_t>(*bytes) > 16 * most_bytes ? 413 : 0;
}

class HttplibServer : public HttpServer {
 public:
  HttplibServer(const HttpOptions& options, HttpHandler handler) : handler_(std::move(handler)) {
    server_.set_socket_options(set_socket_options);
    server_.set_payload_max_length(options.most_bytes);
    server_.set_keep_alive_max_count(1);
    server_.set_keep_alive_timeout(2);  // of a connection that says nothing; stop() waits for it
    server_.set_read_timeout(options.patience);
    server_.set_write_timeout(options.patience);
    server_.set_tcp_nodelay(true);
    server_.new_task_queue = [threads = static_cast<std::size_t>(options.threads)] {
      return new httplib::ThreadPool(threads);
    };
    server_.set_error_handler(httplib::Server::HandlerWithResponse([](const httplib::Request&,
                                                                      httplib::Response& response) {
      if (response.body.empty())
        response.set_content("{\"error\":\"" + std::string(what_is_wrong(response.status)) + "\"}", "application/json");
      return httplib::Server::HandlerResponse::Handled;
    }));
    server_.set_pre_routing_handler(
        [most_bytes = options.most_bytes](const httplib::Request& request, httplib::Response& response) {
          const int fault = fault_of(request, most_bytes);
          if (fault == 0) return httplib::Server::HandlerResponse::Unhandled;
          response.status = fault;
          return httplib::Server::HandlerResponse::Handled;
        });
    server_.Get(".*", [this](const httplib::Request& request, httplib::Response& response) {
      const HttpRequest asked = request_of(request);
      const auto refused = handler_.refuse(asked);
      put(refused ? *refused : handler_.answer(asked), response);
    });
    server_.Post(".*",
                 [this, most_bytes = options.most_bytes](const httplib::Request& request, httplib::Response& response,
                                                         const httplib::ContentReader& read) {
                   HttpRequest asked = request_of(request);
                   const auto refused = handler_.refuse(asked);
                   const bool is_read = read([&](const char* data, std::size_t size) {
                     if (size > most_bytes - asked.body.size()) return false;
                     if (!refused) asked.body.append(data, size);
                     return true;
                   });
                   if (refused)
                     put(*refused, response);
                   else if (is_read)
                     put(handler_.answer(asked), response);
                   else if (response.status < 400)
                     response.status = 400;
                 });
    take_port(options);
  }

  ~HttplibServer() override { HttplibServer::stop(); }

  int port() const override { return port_; }

  void start() override {
    thread_ = std::thread([this] {
      server_.listen_after_bind();
      has_ended_ = true;
    });
    while (!server_.is_running() && !has_ended_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (has_ended_) throw base::Unavailable("port " + std::to_string(port_) + " is no longer listened at");
  }

  void stop() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void take_port(const HttpOptions& options) {
    port_ = options.port;
    const bool is_bound = options.port == 0 ? (port_ = server_.bind_to_any_port(options.host)) > 0
                                            : server_.bind_to_port(options.host, options.port);
    if (!is_bound)
      throw base::Unavailable("port " + std::to_string(options.port) + " of " + options.host +
                              " cannot be listened at: it is taken, or the address is not this machine's");
  }

  static HttpRequest request_of(const httplib::Request& request) {
    HttpRequest asked{.method = request.method, .path = request.path};
    for (const auto& [name, value] : request.params) asked.query[name] = value;
    for (const auto& [name, value] : request.headers) asked.headers.emplace(base::lower_case(name), value);
    return asked;
  }

  static void put(const HttpReply& reply, httplib::Response& response) {
    response.status = reply.status;
    for (const auto& [name, value] : reply.headers) response.set_header(name, value);
    response.set_content(reply.body, reply.type);
  }

  HttpHandler handler_;
  httplib::Server server_;
  int port_ = 0;
  std::atomic<bool> has_ended_ = false;
  std::thread thread_;
};

std::unique_ptr<HttpServer> open(const HttpOptions& options, HttpHandler handler) {
  return std::make_unique<HttplibServer>(options, std::move(handler));
}

}  // namespace

}  // namespace heed::serve

extern "C" heed::serve::HttpOpener heed_http(const char* version) {
  return std::string_view(version) == HEED_VERSION ? heed::serve::open : nullptr;
}
