#include "net/http.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <exception>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "base/ascii.h"
#include "format/json.h"
#include "net/curl.h"

namespace heed::net {

using base::BadInput;
using base::Unavailable;
using std::chrono::milliseconds;

namespace {

constexpr std::array kPassing = {408, 425, 429, 500, 502, 503, 504};
constexpr long kMostRedirections = 10;
constexpr std::size_t kLongestQuote = 300;  // characters of a server's own words

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

double random_number() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

std::string seconds_text(milliseconds pause) {
  if (pause < std::chrono::seconds(2)) return std::to_string(pause.count()) + " ms";
  return std::to_string((pause.count() + 500) / 1000) + " s";
}

/// What one attempt gathers; curl's callbacks get a pointer to it. An exception waits here until curl has returned.
struct Exchange {
  const std::function<void(const Response&)>* start = nullptr;
  const Client::Sink* sink = nullptr;
  CURL* handle = nullptr;
  std::size_t largest_body = 0;
  Response response;
  bool is_started = false;
  bool is_too_large = false;
  std::exception_ptr thrown;

  bool is_sunk() const { return static_cast<bool>(*sink); }
  bool is_streamed() const { return is_sunk() && (response.status == 200 || response.status == 206); }
};

/// A header line; the status line of each further answer (100, a redirection) begins anew.
std::size_t on_header(char* data, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::string_view line(data, size * count);
  try {
    if (line.starts_with("HTTP/")) {
      exchange.response.headers.clear();
      exchange.response.body.clear();
    } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      exchange.response.headers.push_back(
          {std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
    }
  } catch (...) {
    exchange.thrown = std::current_exception();
    return 0;  // curl ends the transfer
  }
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::string_view piece(data, size * count);
  try {
    if (!exchange.is_started) {
      exchange.is_started = true;
      long status = 0;
      curl().easy_getinfo(exchange.handle, CURLINFO_RESPONSE_CODE, &status);
      exchange.response.status = static_cast<int>(status);
      if (*exchange.start && exchange.is_streamed()) (*exchange.start)(exchange.response);
    }
    if (exchange.is_streamed()) {
      (*exchange.sink)(piece);
    } else if (exchange.response.body.size() + piece.size() > exchange.largest_body) {
      exchange.is_too_large = true;
      return 0;
    } else {
      exchange.response.body += piece;
    }
  } catch (...) {
    exchange.thrown = std::current_exception();
    return 0;  // curl ends the transfer
  }
  return piece.size();
}

/// The headers as curl takes them; no line breaks out of its header.
class HeaderList {
 public:
  void add(const Header& header) {
    const std::string line = header.name + ": " + header.value;
    if (line.find_first_of("\r\n") != std::string::npos)
      throw BadInput("the value of the header " + header.name + " has a line break in it");
    list_ = curl().slist_append(list_, line.c_str());
  }
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() { curl().slist_free_all(list_); }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

/// A string at one of the places where servers put their words. REQUIRES: the JSON is nested in bounds.
std::optional<std::string> words_in(const format::Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array() && !json.empty()) return words_in(json.front());
  if (!json.is_object()) return std::nullopt;
  for (const char* const key : {"error", "message", "detail", "msg", "error_description"})
    if (json.contains(key))
      if (auto words = words_in(json[key])) return words;
  return std::nullopt;
}

void replace_all(std::string& text, std::string_view old, std::string_view by) {
  if (old.empty()) return;
  for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at + by.size()))
    text.replace(at, old.size(), by);
}

}  // namespace

std::string without_key(std::string text, const std::optional<Header>& secret) {
  if (!secret) return text;
  replace_all(text, secret->value, "***");
  if (const std::size_t blank = secret->value.find(' '); blank != std::string::npos)  // "Bearer KEY"
    replace_all(text, std::string_view(secret->value).substr(blank + 1), "***");
  return text;
}

namespace {

/// The server's words on one line, without the key that it may repeat.
std::string quoted(const Request& request, const Response& response) {
  std::string words;
  if (!is_nested_too_deep(response.body)) {
    const auto json = format::Json::parse(response.body, nullptr, false);
    if (!json.is_discarded()) words = words_in(json).value_or("");
  }
  const auto type = response.header("content-type").value_or("");
  if (words.empty() && !type.starts_with("text/html")) words = response.body.substr(0, 4 * kLongestQuote);
  words = without_key(std::move(words), request.secret);
  for (char& c : words)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  if (words.size() > kLongestQuote) words = words.substr(0, kLongestQuote) + "...";
  return std::string(trimmed(words));
}

/// What is no url, for a complaint: without what may be a password or a query in it.
std::string shown(std::string_view text) {
  const std::size_t colon = text.find("://"), at = text.rfind('@'), query = text.find_first_of("?#");
  if (at == std::string_view::npos) return std::string(text.substr(0, query));
  const std::string scheme(text.substr(0, colon < at ? colon + 3 : 0));
  // An @ behind a question mark: either may be part of a password.
  return scheme + "***@" + std::string(query < at ? "..." : text.substr(at + 1, query - at - 1));
}

}  // namespace

std::optional<std::string> Response::header(std::string_view name) const {
  const auto found =
      std::ranges::find_if(headers, [&](const Header& header) { return base::is_same_name(header.name, name); });
  return found == headers.end() ? std::nullopt : std::optional(found->value);
}

std::string origin_of(std::string_view url) {
  const std::size_t colon = url.find("://");
  const std::string_view scheme = url.substr(0, std::min(colon, url.size()));
  if (colon == std::string_view::npos || (!base::is_same_name(scheme, "http") && !base::is_same_name(scheme, "https")))
    throw BadInput("\"" + shown(url) + "\" is no url of http or https");
  std::string_view host = url.substr(colon + 3);
  host = host.substr(0, std::min(host.find_first_of("/?#"), host.size()));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  if (host.empty()) throw BadInput("\"" + shown(url) + "\" names no host");
  return std::string(scheme) + "://" + std::string(host);
}

std::string without_secrets(std::string_view url) {
  const std::string origin = origin_of(url);
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t path = url.find('/', url.find("://") + 3);
  return path == std::string_view::npos ? origin : origin + std::string(url.substr(path));
}

bool is_nested_too_deep(std::string_view json) {
  constexpr int kDeepest = 64;
  int depth = 0;
  bool is_in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (is_in_text && c == '\\')
      ++i;  // what follows does not end the text
    else if (c == '"')
      is_in_text = !is_in_text;
    else if (!is_in_text && (c == '[' || c == '{') && ++depth > kDeepest)
      return true;
    else if (!is_in_text && (c == ']' || c == '}'))
      --depth;
  }
  return false;
}

struct Client::State {
  Patience patience;
  ClientHooks hooks;
  std::mutex lock;
  std::vector<CURL*> idle;         // handles keep their connections open
  std::set<std::string> answered;  // servers that were there once

  CURL* take() {
    const std::lock_guard guard(lock);
    if (idle.empty()) {
      CURL* const handle = curl().easy_init();
      if (handle == nullptr) throw std::bad_alloc();
      return handle;
    }
    CURL* const handle = idle.back();
    idle.pop_back();
    return handle;
  }

  void give_back(CURL* handle) {
    curl().easy_reset(handle);
    const std::lock_guard guard(lock);
    idle.push_back(handle);
  }

  void remember(const std::string& origin) {
    const std::lock_guard guard(lock);
    answered.insert(origin);
  }

  bool has_answered(const std::string& origin) {
    const std::lock_guard guard(lock);
    return answered.contains(origin);
  }

  ~State() {
    for (CURL* const handle : idle) curl().easy_cleanup(handle);
  }
};

Client::Client(Patience patience, ClientHooks hooks) : state_(std::make_unique<State>()) {
  base::check(patience.attempts >= 1);
  curl();
  state_->patience = patience;
  state_->hooks = std::move(hooks);
  if (!state_->hooks.sleep) state_->hooks.sleep = [](milliseconds pause) { std::this_thread::sleep_for(pause); };
  if (!state_->hooks.jitter) state_->hooks.jitter = random_number;
}

Client::~Client() = default;

namespace {

/// What is the same for every request.
void set_up(CURL* handle, const Patience& patience, const Exchange& exchange) {
  const Curl& c = curl();
  c.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  c.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  c.easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  c.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  c.easy_setopt(handle, CURLOPT_MAXREDIRS, kMostRedirections);
  c.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, static_cast<long>(patience.connect.count()));
  c.easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  c.easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(patience.silence.count()));
  if (!exchange.is_sunk()) c.easy_setopt(handle, CURLOPT_TIMEOUT, static_cast<long>(patience.whole.count()));
  c.easy_setopt(handle, CURLOPT_USERAGENT, "heed/" HEED_VERSION);
  c.easy_setopt(handle, CURLOPT_HTTP09_ALLOWED, 0L);
}

/// Sends and receives once. Redirections are followed by curl, but not where it would lose the body or take a secret
/// along to another host.
CURLcode perform(CURL* handle, const Request& request, const HeaderList& headers, Exchange& exchange) {
  const Curl& c = curl();
  c.easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  c.easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  c.easy_setopt(handle, CURLOPT_HEADERFUNCTION, &on_header);
  c.easy_setopt(handle, CURLOPT_HEADERDATA, &exchange);
  c.easy_setopt(handle, CURLOPT_WRITEFUNCTION, &on_body);
  c.easy_setopt(handle, CURLOPT_WRITEDATA, &exchange);
  if (request.method == "POST") {
    c.easy_setopt(handle, CURLOPT_POST, 1L);
    c.easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    c.easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    c.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);  // a redirection would turn it into a GET
  }
  // Only Authorization is known to curl as a secret, which it keeps from other hosts.
  if (request.secret && !base::is_same_name(request.secret->name, "authorization"))
    c.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  return c.easy_perform(handle);
}

std::string trouble_of(CURLcode code, const Patience& patience) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "there is no such host";
    case CURLE_COULDNT_CONNECT:
      return "the connection is refused";
    case CURLE_OPERATION_TIMEDOUT:
      return "no answer came in " + std::to_string(patience.silence.count()) + " s";
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
      return "the connection was cut";
    case CURLE_GOT_NOTHING:
      return "it closed the connection without an answer";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return "what it answers is no HTTP";
    default:
      return curl().easy_strerror(code);
  }
}

}  // namespace

Response Client::attempt(const Request& request, const std::function<void(const Response&)>& start,
                         const Sink& sink) const {
  const std::string origin = origin_of(request.url);
  base::check(request.method == "GET" || request.method == "POST");
  HeaderList headers;
  for (const Header& header : request.headers) headers.add(header);
  if (request.secret) headers.add(*request.secret);
  headers.add({"Expect", ""});
  Exchange exchange;
  exchange.start = &start;
  exchange.sink = &sink;
  exchange.largest_body = state_->patience.largest_body;
  CURL* const handle = state_->take();
  exchange.handle = handle;
  set_up(handle, state_->patience, exchange);
  const CURLcode code = perform(handle, request, headers, exchange);
  long status = 0;
  char* url = nullptr;
  curl().easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  curl().easy_getinfo(handle, CURLINFO_EFFECTIVE_URL, &url);
  if (url != nullptr) exchange.response.url = url;
  exchange.response.status = static_cast<int>(status);
  state_->give_back(handle);
  if (exchange.thrown) std::rethrow_exception(exchange.thrown);
  if (code == CURLE_URL_MALFORMAT) throw BadInput("\"" + shown(request.url) + "\" is no url");
  if (code == CURLE_TOO_MANY_REDIRECTS) throw Unavailable(origin + ": redirects without end");
  if (exchange.is_too_large)  // and would be the next time, for the same price
    throw Unavailable(origin + ": its answer is larger than " + std::to_string(exchange.largest_body >> 20) + " MiB");
  const auto trouble = [&] { return origin + ": " + trouble_of(code, state_->patience); };
  if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT) throw Unreachable(trouble());
  if (code != CURLE_OK) throw NoAnswer(trouble());
  state_->remember(origin);
  if (!exchange.is_started && exchange.is_streamed() && start) start(exchange.response);  // an empty body
  return exchange.response;
}

bool Client::is_passing(int status) {
  return std::ranges::find(kPassing, status) != kPassing.end();
}

namespace {

/// What Retry-After asks: seconds, or a date.
std::optional<milliseconds> asked_pause(const Response* answer) {
  if (answer == nullptr) return std::nullopt;
  const auto value = answer->header("retry-after");
  if (!value) return std::nullopt;
  double seconds = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), seconds);
  if (error == std::errc() && end == value->data() + value->size()) {
    if (!(seconds >= 0)) return std::nullopt;
    return milliseconds(static_cast<long>(std::min(seconds, 1e9) * 1000));
  }
  const std::time_t when = curl().getdate(value->c_str(), nullptr);
  if (when < 0) return std::nullopt;
  return std::max(milliseconds(0), milliseconds(1000 * (when - std::time(nullptr))));
}

}  // namespace

void Client::pause(int next, const Response* answer, const std::string& trouble) const {
  const Patience& patience = state_->patience;
  if (next > patience.attempts)
    throw Unavailable(trouble + (patience.attempts > 1
                                     ? " (tried " + base::counted(patience.attempts, "time", "times") + ")"
                                     : std::string()));
  const double doubled =
      static_cast<double>(patience.first_pause.count()) * static_cast<double>(1L << std::min(next - 2, 30));
  const double longest = static_cast<double>(milliseconds(patience.longest_pause).count());
  // Between a half and the whole, so that many clients do not come back together.
  milliseconds pause(static_cast<long>(std::min(doubled, longest) * (0.5 + 0.5 * state_->hooks.jitter())));
  if (const auto asked = asked_pause(answer)) {
    if (*asked > patience.longest_asked) throw Unavailable(trouble + "; it asks to wait " + seconds_text(*asked));
    pause = std::max(pause, *asked);
  }
  if (state_->hooks.notice) state_->hooks.notice(trouble + "; asking again in " + seconds_text(pause));
  state_->hooks.sleep(pause);
}

Response Client::send(const Request& request, const std::function<bool(const Response&)>& is_final) const {
  for (int next = 2;; ++next) {
    std::optional<Response> response;
    std::string trouble;
    try {
      response = attempt(request);
      if (!is_passing(response->status) || (is_final && is_final(*response))) return std::move(*response);
      trouble = origin_of(request.url) + ": is busy or failing (HTTP " + std::to_string(response->status) + ")";
      if (const std::string words = quoted(request, *response); !words.empty()) trouble += ": " + words;
    } catch (const Unreachable& none) {
      if (!state_->has_answered(origin_of(request.url))) throw;
      trouble = none.what();
    } catch (const NoAnswer& none) {
      trouble = none.what();
    }
    pause(next, response ? &*response : nullptr, trouble);
  }
}

void require_success(const Request& request, const Response& response, std::string_view key_hint) {
  if (response.status >= 200 && response.status < 300) return;
  std::string message = without_secrets(request.url);
  const bool is_key = response.status == 401 || response.status == 403;
  if (is_key)
    message += ": the key is refused";
  else if (response.status == 404)
    message += ": is not there";
  else if (response.status >= 300 && response.status < 400)
    message += ": is elsewhere, at " +
               without_key(response.header("location").value_or("an address that it does not say"), request.secret);
  else
    message += ": the request is refused";
  message += " (HTTP " + std::to_string(response.status) + ")";
  if (const std::string words = quoted(request, response); !words.empty()) message += ": " + words;
  if (is_key && !key_hint.empty()) message += "; " + std::string(key_hint);
  if (response.status >= 300 && response.status < 500) throw BadInput(message);
  throw Unavailable(message);
}

}  // namespace heed::net
