#include "net/chat.h"

namespace heed::net {

using format::Json;

namespace {

ServiceSettings at_endpoint(ServiceSettings settings) {
  settings.url = endpoint(settings.url, "/v1/chat/completions");
  return settings;
}

ChatAnswer answer_of(const Json& answer) {
  const Json& choices = member_of(answer, "choices");
  if (!choices.is_array() || choices.empty()) throw Nonsense("\"choices\" is no list, or an empty one");
  const Json& content = member_of(member_of(choices.front(), "message"), "content");
  if (!content.is_string()) throw Nonsense("\"content\" is no text");
  const auto reason = choices.front().find("finish_reason");
  return {content.get<std::string>(), reason != choices.front().end() && *reason == "length"};
}

}  // namespace

Chat::Chat(const ChatSettings& settings) : settings_(settings), service_(at_endpoint(settings.service)) {}

ChatAnswer Chat::ask(std::string_view message, const ChatVariation& variation) const {
  Json body = {{"model", settings_.model},
               {"messages", Json::array({{{"role", "user"}, {"content", message}}})},
               {"temperature", variation.temperature},
               {"max_tokens", settings_.max_tokens}};
  if (const auto seed = variation.seed ? variation.seed : settings_.seed) body["seed"] = *seed;
  return service_.ask(body, answer_of);
}

}  // namespace heed::net
