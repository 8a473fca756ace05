// The library that http_server.cpp loads: the one place where cpp-httplib is.
#include <chrono>
#include <string_view>
#include <thread>

#include <httplib.h>
#include <sys/socket.h>

#include "base/ascii.h"
#include "base/error.h"
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
    case 413:
      return "the request is too long";
    case 414:
      return "the request's address is too long";
    default:
      return "the request cannot be answered";
  }
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
    const auto answer = [this](const httplib::Request& request, httplib::Response& response) {
      this->answer(request, response);
    };
    server_.Get(".*", answer);
    server_.Post(".*", answer);
    take_port(options);
  }

  ~HttplibServer() override { HttplibServer::stop(); }

  int port() const override { return port_; }

  void start() override {
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
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

  void answer(const httplib::Request& request, httplib::Response& response) {
    HttpRequest asked{.method = request.method, .path = request.path, .body = request.body};
    for (const auto& [name, value] : request.params) asked.query[name] = value;
    for (const auto& [name, value] : request.headers) asked.headers.emplace(base::lower_case(name), value);
    const HttpReply reply = handler_(asked);
    response.status = reply.status;
    for (const auto& [name, value] : reply.headers) response.set_header(name, value);
    response.set_content(reply.body, reply.type);
  }

  HttpHandler handler_;
  httplib::Server server_;
  int port_ = 0;
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
