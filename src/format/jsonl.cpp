#include "format/jsonl.h"

#include <cmath>
#include <deque>

#include <simdjson.h>

#include "format/lines.h"

namespace heed::format {

namespace dom = simdjson::dom;

struct JsonlReader::State {
  explicit State(LineReader source) : lines(std::move(source)) {}

  std::optional<dom::element> find(std::string_view key) {
    dom::element value;
    if (object.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
    return value;
  }

  dom::element require(std::string_view key) {
    const auto value = find(key);
    if (!value) lines.fail("there is no \"" + std::string(key) + "\"");
    return *value;
  }

  std::string_view as_id(dom::element value, std::string_view key) {
    std::string_view text;
    std::int64_t number = 0;
    if (value.get(text) != simdjson::SUCCESS) {
      if (value.get(number) != simdjson::SUCCESS)
        lines.fail("\"" + std::string(key) + "\" is neither a string nor an integer");
      text = digits.emplace_back(std::to_string(number));
    }
    if (text.empty()) lines.fail("\"" + std::string(key) + "\" is empty");
    if (text.find_first_of(" \t\r\n\v\f") != std::string_view::npos)
      lines.fail("\"" + std::string(key) + "\" has white space in it: \"" + std::string(text) + "\"");
    return text;
  }

  LineReader lines;
  dom::parser parser;
  dom::object object;
  std::deque<std::string> digits;  // ids of this line that came as numbers
};

JsonlReader::JsonlReader(const std::filesystem::path& path) : JsonlReader(LineReader(path)) {}
JsonlReader::JsonlReader(LineReader lines) : state_(std::make_unique<State>(std::move(lines))) {}
JsonlReader::~JsonlReader() = default;
JsonlReader::JsonlReader(JsonlReader&&) noexcept = default;
JsonlReader& JsonlReader::operator=(JsonlReader&&) noexcept = default;

bool JsonlReader::next() {
  const auto line = state_->lines.next();
  if (!line) return false;
  state_->digits.clear();
  dom::element element;
  const auto error = state_->parser.parse(line->data(), line->size()).get(element);
  if (error != simdjson::SUCCESS) fail("not valid JSON: " + std::string(simdjson::error_message(error)));
  if (element.get(state_->object) != simdjson::SUCCESS) fail("not a JSON object");
  return true;
}

std::string_view JsonlReader::text(std::string_view key) {
  state_->require(key);
  return *optional_text(key);
}

bool JsonlReader::has(std::string_view key) {
  return state_->find(key).has_value();
}

std::optional<std::string_view> JsonlReader::optional_text(std::string_view key) {
  const auto value = state_->find(key);
  if (!value) return std::nullopt;
  std::string_view text;
  if (value->get(text) != simdjson::SUCCESS) fail("\"" + std::string(key) + "\" is not a string");
  return text;
}

std::optional<std::string_view> JsonlReader::optional_text_at(std::pair<std::string_view, std::string_view> keys) {
  const auto outer = state_->find(keys.first);
  dom::object inside;
  dom::element value;
  std::string_view text;
  if (!outer || outer->get(inside) != simdjson::SUCCESS || inside.at_key(keys.second).get(value) != simdjson::SUCCESS)
    return std::nullopt;
  if (value.get(text) != simdjson::SUCCESS) fail("\"" + std::string(keys.second) + "\" is not a string");
  return text;
}

std::string_view JsonlReader::id(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const auto value = state_->find(key)) return state_->as_id(*value, key);
  std::string names;
  for (const std::string_view key : keys) names += (names.empty() ? "\"" : " or \"") + std::string(key) + "\"";
  fail("there is no " + names);
}

std::vector<std::string_view> JsonlReader::ids(std::string_view key) {
  dom::array values;
  if (state_->require(key).get(values) != simdjson::SUCCESS) fail("\"" + std::string(key) + "\" is not a list");
  std::vector<std::string_view> result;
  for (const dom::element value : values) result.push_back(state_->as_id(value, key));
  return result;
}

long JsonlReader::integer(std::string_view key) {
  const dom::element value = state_->require(key);
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  double real = 0;
  if (value.get(real) == simdjson::SUCCESS && real == std::nearbyint(real) && std::abs(real) < 1e9)
    return static_cast<long>(real);
  fail("\"" + std::string(key) + "\" is not an integer");
}

void JsonlReader::fail(std::string_view what) const {
  state_->lines.fail(what);
}

const std::string& JsonlReader::name() const {
  return state_->lines.name();
}

}  // namespace heed::format
