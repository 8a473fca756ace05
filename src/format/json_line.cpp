#include "format/json_line.h"

#include <algorithm>
#include <utility>

#include <simdjson.h>

#include "format/bad_text.h"

namespace heed::format {

namespace dom = simdjson::dom;

struct JsonLine::State {
  std::optional<dom::element> find(std::string_view key) {
    dom::element value;
    if (object.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
    return value;
  }

  dom::parser parser;
  dom::object object;
};

JsonLine::JsonLine() : state_(std::make_unique<State>()) {}
JsonLine::~JsonLine() = default;
JsonLine::JsonLine(JsonLine&&) noexcept = default;
JsonLine& JsonLine::operator=(JsonLine&&) noexcept = default;

void JsonLine::parse(std::string_view line) {
  dom::element element;
  const auto error = state_->parser.parse(line.data(), line.size()).get(element);
  if (error != simdjson::SUCCESS) throw BadText(0, "not valid JSON: " + std::string(simdjson::error_message(error)));
  if (element.get(state_->object) != simdjson::SUCCESS) throw BadText(0, "not a JSON object");
}

std::string_view JsonLine::text(std::string_view key) {
  const auto text = optional_text(key);
  if (!text) throw BadText(0, "there is no \"" + std::string(key) + "\"");
  return *text;
}

std::optional<std::string_view> JsonLine::optional_text(std::string_view key) {
  const auto value = state_->find(key);
  if (!value) return std::nullopt;
  std::string_view text;
  if (value->get(text) != simdjson::SUCCESS) throw BadText(0, "\"" + std::string(key) + "\" is not a string");
  return text;
}

std::optional<std::string_view> JsonLine::text_if_any(std::string_view key) {
  const auto value = state_->find(key);
  std::string_view text;
  if (!value || value->get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

std::string JsonLine::id(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const auto value = state_->find(key);
    if (!value) continue;
    const std::string quoted = "\"" + std::string(key) + "\"";
    std::string_view text;
    if (value->get(text) == simdjson::SUCCESS) return checked_id(text, quoted);
    std::int64_t number = 0;
    if (value->get(number) != simdjson::SUCCESS) throw BadText(0, quoted + " is neither a string nor an integer");
    return std::to_string(number);
  }
  std::string names;
  for (const std::string_view key : keys) names += (names.empty() ? "\"" : " or \"") + std::string(key) + "\"";
  throw BadText(0, "there is no " + names);
}

void JsonLine::for_each_object(std::string_view key, const std::function<void()>& visit) {
  const auto value = state_->find(key);
  dom::array items;
  if (!value || value->get(items) != simdjson::SUCCESS) return;
  const dom::object whole = state_->object;
  for (const dom::element item : items)
    if (item.get(state_->object) == simdjson::SUCCESS) visit();
  state_->object = whole;
}

std::string checked_id(std::string_view id, const std::string& what) {
  if (id.empty()) throw BadText(0, what + " is empty");
  constexpr std::size_t kShown = 80;
  std::size_t shown = std::min(id.size(), kShown);
  while (shown < id.size() && shown > 0 && (id[shown] & 0xC0) == 0x80) --shown;  // whole characters
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; };
  if (std::ranges::any_of(id, is_bad))
    throw BadText(0, what + " has white space in it: \"" + std::string(id.substr(0, shown)) + "\"");
  return std::string(id);
}

}  // namespace heed::format
