#include "testing/server.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <tuple>

#include <arpa/inet.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace heed::testing {

namespace {

ServedRequest served(const httplib::Request& request) {
  ServedRequest result{request.method, request.path, {}, {}, request.body};
  for (const auto& [name, value] : request.params) result.query[name] = value;
  for (const auto& [name, value] : request.headers) {
    std::string lower = name;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    result.headers[lower] = value;
  }
  return result;
}

/// The part of the body that the request's Range asks for ("bytes=N-" or "bytes=N-M"), or nothing.
std::optional<std::pair<std::size_t, std::size_t>> asked_range(const ServedRequest& request, std::size_t size) {
  const auto range = request.headers.find("range");
  if (range == request.headers.end() || !range->second.starts_with("bytes=")) return std::nullopt;
  const std::string value = range->second.substr(6);
  const std::size_t dash = value.find('-');
  const std::size_t begin = std::stoul(value.substr(0, dash));
  const std::string last = value.substr(dash + 1);
  return std::pair(begin, last.empty() ? size : std::min(size, static_cast<std::size_t>(std::stoul(last)) + 1));
}

void answer(const ServedRequest& request, const ServedReply& reply, httplib::Response& response) {
  std::this_thread::sleep_for(reply.delay);
  response.status = reply.status;
  for (const auto& [name, value] : reply.headers) response.set_header(name, value);
  std::string body = reply.body;
  if (reply.takes_ranges)
    if (const auto range = asked_range(request, body.size())) {
      const std::string whole = std::to_string(body.size());
      if (range->first >= body.size()) {
        response.status = 416;
        response.set_header("Content-Range", "bytes */" + whole);
        return;
      }
      response.status = 206;
      response.set_header("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                               std::to_string(range->second - 1) + "/" + whole);
      body = body.substr(range->first, range->second - range->first);
    }
  if (!reply.cut_after) return response.set_content(body, reply.type);
  const std::size_t end = std::min(*reply.cut_after, body.size());
  response.set_content_provider(body.size(), reply.type,
                                [body, end](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
                                  if (offset >= end) return false;
                                  return sink.write(body.data() + offset, std::min(length, end - offset));
                                });
}

}  // namespace

struct TestServer::State {
  Handler handler;
  httplib::Server server;
  int port = 0;
  std::thread thread;
  mutable std::mutex lock;
  std::vector<ServedRequest> requests;
  std::atomic<int> under_way{0};
  int most = 0;

  void handle(const httplib::Request& request, httplib::Response& response) {
    const ServedRequest asked = served(request);
    {
      const std::lock_guard guard(lock);
      requests.push_back(asked);
      most = std::max(most, ++under_way);
    }
    ServedRequest plain = asked;
    answer(asked, handler(plain), response);
    --under_way;
  }
};

TestServer::TestServer(Handler handler) : state_(std::make_unique<State>()) {
  state_->handler = std::move(handler);
  const auto handle = [state = state_.get()](const httplib::Request& request, httplib::Response& response) {
    const_cast<httplib::Request&>(request).ranges.clear();  // ours to obey or not: httplib would obey them all
    state->handle(request, response);
  };
  state_->server.Get(".*", handle);
  state_->server.Post(".*", handle);
  state_->server.Put(".*", handle);
  state_->server.set_keep_alive_timeout(1);  // seconds that the end waits for a client that keeps its connection
  state_->server.new_task_queue = [] { return new httplib::ThreadPool(16); };
  state_->port = state_->server.bind_to_any_port("127.0.0.1");
  if (state_->port <= 0) throw std::runtime_error("no port for a test server");
  state_->thread = std::thread([state = state_.get()] { state->server.listen_after_bind(); });
  while (!state_->server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TestServer::~TestServer() {
  state_->server.stop();
  state_->thread.join();
}

std::string TestServer::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->port);
}

std::vector<ServedRequest> TestServer::requests() const {
  const std::lock_guard guard(state_->lock);
  return state_->requests;
}

int TestServer::most_at_once() const {
  const std::lock_guard guard(state_->lock);
  return state_->most;
}

namespace {

/// A socket that listens on a free port of 127.0.0.1, and its port.
std::pair<int, int> listening_socket() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket, 16) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port for a test server");
  return {socket, ntohs(address.sin_port)};
}

}  // namespace

struct RawServer::State {
  std::string bytes;
  int socket = -1, port = 0;
  std::thread thread;
};

RawServer::RawServer(std::string bytes) : state_(std::make_unique<State>()) {
  state_->bytes = std::move(bytes);
  std::tie(state_->socket, state_->port) = listening_socket();
  state_->thread = std::thread([state = state_.get()] {
    for (int peer; (peer = ::accept(state->socket, nullptr, nullptr)) >= 0; ::close(peer)) {
      char request[65536];
      if (::recv(peer, request, sizeof request, 0) <= 0) continue;
      ::send(peer, state->bytes.data(), state->bytes.size(), MSG_NOSIGNAL);
    }
  });
}

RawServer::~RawServer() {
  ::shutdown(state_->socket, SHUT_RDWR);  // accept() returns
  state_->thread.join();
  ::close(state_->socket);
}

std::string RawServer::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->port);
}

std::string unreachable_url() {
  const auto [socket, port] = listening_socket();
  ::close(socket);
  return "http://127.0.0.1:" + std::to_string(port);
}

}  // namespace heed::testing
