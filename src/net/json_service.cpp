#include "net/json_service.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/ascii.h"

namespace heed::net {

using base::Unavailable;
using format::Json;
using Clock = std::chrono::steady_clock;

namespace {

/// How services say that a request is too large, in small letters.
constexpr std::array<std::string_view, 12> kTooLargeWords = {
    "too many",       "too long",     "too large",    "maximum context",
    "context length", "context size", "batch size",   "must have less than",
    "maximum number", "token limit",  "tokens limit", "token count"};

bool says_too_large(const Response& response) {
  if (response.status == 413) return true;
  // llama-server fails with 500 where a text is larger than its physical batch.
  if (response.status != 400 && response.status != 422 && response.status != 500) return false;
  const std::string words = base::lower_case(response.body.substr(0, 4000));
  if (response.status == 500) return words.find("too large to process") != std::string::npos;
  return std::ranges::any_of(kTooLargeWords, [&](auto part) { return words.find(part) != std::string::npos; });
}

}  // namespace

struct JsonService::State {
  ServiceSettings settings;
  std::mutex lock;
  std::condition_variable freed;
  int under_way = 0;
  Clock::time_point not_before{};  // nothing is sent before
  std::mutex notice_lock;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::unique_ptr<Client> client;

  void notice(const std::string& sentence) {
    const std::lock_guard guard(notice_lock);
    if (settings.hooks.notice) settings.hooks.notice(sentence);
  }

  /// Sleeps, and makes the other threads wait as long before they send something.
  void pause(std::chrono::milliseconds pause) {
    Clock::time_point until;
    {
      const std::lock_guard guard(lock);
      until = Clock::now() + pause;
      not_before = std::max(not_before, until);
    }
    sleep(pause);
    wait_beyond(until);
  }

  /// Sleeps until something may be sent, also where others put that off meanwhile. Until `waited` this thread has
  /// slept.
  void wait_beyond(Clock::time_point waited) {
    for (;;) {
      const Clock::time_point now = Clock::now();
      {
        const std::lock_guard guard(lock);
        if (not_before <= waited) return;
        waited = not_before;
      }
      if (waited > now) sleep(std::chrono::ceil<std::chrono::milliseconds>(waited - now));
    }
  }

  void enter() {
    std::unique_lock guard(lock);
    freed.wait(guard, [&] { return under_way < settings.concurrency; });
    ++under_way;
  }

  void leave() {
    const std::lock_guard guard(lock);
    --under_way;
    freed.notify_one();
  }
};

JsonService::JsonService(ServiceSettings settings) : state_(std::make_unique<State>()) {
  base::check(settings.concurrency >= 1);
  origin_of(settings.url);  // complains of what is none
  state_->settings = std::move(settings);
  ClientHooks hooks = state_->settings.hooks;
  state_->sleep =
      hooks.sleep ? hooks.sleep : [](std::chrono::milliseconds pause) { std::this_thread::sleep_for(pause); };
  hooks.sleep = [state = state_.get()](std::chrono::milliseconds pause) { state->pause(pause); };
  hooks.notice = [state = state_.get()](const std::string& sentence) { state->notice(sentence); };
  state_->client = std::make_unique<Client>(state_->settings.patience, hooks);
}

JsonService::~JsonService() = default;

const std::string& JsonService::url() const {
  return state_->settings.url;
}

void JsonService::notice(const std::string& sentence) const {
  state_->notice(sentence);
}

const std::optional<Header>& JsonService::key() const {
  return state_->settings.key;
}

std::string JsonService::complaint(std::string_view what) const {
  return without_secrets(state_->settings.url) +
         ": answered what makes no sense: " + without_key(std::string(what), state_->settings.key);
}

Json JsonService::answer_to(const Json& body) const {
  Request request{.url = state_->settings.url,
                  .method = "POST",
                  .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                  .body = format::compact(body),
                  .secret = state_->settings.key};
  struct Slot {
    State& state;
    explicit Slot(State& s) : state(s) { state.enter(); }
    ~Slot() { state.leave(); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
  };
  const Slot slot(*state_);
  state_->wait_beyond(Clock::time_point{});
  const Response response = state_->client->send(request, says_too_large);
  try {
    require_success(request, response, state_->settings.key_hint);
  } catch (const std::runtime_error& refused) {
    if (says_too_large(response)) throw TooLarge(refused.what());
    throw;
  }
  if (is_nested_too_deep(response.body)) throw Unavailable(complaint("it is nested too deep"));
  Json answer = Json::parse(response.body, nullptr, false);
  if (answer.is_discarded()) {
    const std::string type = response.header("content-type").value_or("");
    throw Unavailable(complaint(type.empty() ? "it is no JSON" : "it is no JSON, but calls itself " + type));
  }
  return answer;
}

std::string endpoint(std::string_view url, std::string_view path) {
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.find('?') != std::string_view::npos || url.ends_with(path)) return std::string(url);
  const std::size_t second = path.find('/', 1);
  if (second == std::string_view::npos) return std::string(url) + std::string(path);
  const std::string_view version = path.substr(0, second), rest = path.substr(second);
  const bool has_version = version.size() >= 3 && version[1] == 'v' && std::isdigit(version[2]) != 0;
  if (has_version && url.ends_with(rest)) return std::string(url);
  return std::string(url) + std::string(has_version && url.ends_with(version) ? rest : path);
}

bool is_local(std::string_view url) {
  const std::string origin = base::lower_case(origin_of(url));
  std::string_view host = std::string_view(origin).substr(origin.find("://") + 3);
  if (host.starts_with("[::1]")) return true;
  host = host.substr(0, host.find(':'));
  return host == "localhost" || host.starts_with("127.");
}

namespace {

std::string in_quotes(std::string_view name) {
  return '"' + std::string(name) + '"';
}

}  // namespace

const Json& member_of(const Json& object, const char* name) {
  if (!object.is_object() || !object.contains(name)) throw Nonsense("there is no " + in_quotes(name));
  return object[name];
}

const Json& list_of(const Json& object, const char* name, std::size_t count) {
  const Json& list = member_of(object, name);
  if (!list.is_array()) throw Nonsense(in_quotes(name) + " is no list");
  if (list.size() != count)
    throw Nonsense(in_quotes(name) + " has " + base::counted(static_cast<long>(list.size()), "element", "elements") +
                   " for " + std::to_string(count));
  return list;
}

double number_of(const Json& object, const char* name) {
  const Json& value = member_of(object, name);
  if (!value.is_number() || !std::isfinite(value.get<double>()))
    throw Nonsense(in_quotes(name) + " is no finite number");
  return value.get<double>();
}

std::size_t index_of(const Json& element, std::size_t count) {
  const Json& value = member_of(element, "index");
  if (!value.is_number_integer() || value.get<double>() < 0 || value.get<double>() >= static_cast<double>(count))
    throw Nonsense("an \"index\" is not below " + std::to_string(count));
  return value.get<std::size_t>();
}

}  // namespace heed::net
