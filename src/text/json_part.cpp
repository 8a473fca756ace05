#include "text/json_part.h"

#include "base/error.h"

namespace heed::text {

using format::IndexedJson;

bool JsonPart::has(std::string_view key) const {
  if (!value_.is_object()) fail("is not an object");
  const auto place = value_.find(key);
  return place != value_.end() && !place->is_null();
}

JsonPart JsonPart::part(std::string_view key) const {
  if (!has(key)) fail("there is no \"" + std::string(key) + "\"");
  return {*value_.find(key), place_ + (place_.ends_with(':') ? " " : ".") + std::string(key)};
}

std::vector<JsonPart> JsonPart::list(std::string_view key) const {
  const JsonPart values = part(key);
  if (!values.value_.is_array()) values.fail("is not a list");
  std::vector<JsonPart> result;
  result.reserve(values.value_.size());
  for (const IndexedJson& value : values.value_)
    result.emplace_back(value, values.place_ + "[" + std::to_string(result.size()) + "]");
  return result;
}

std::string JsonPart::text(std::string_view key) const {
  const JsonPart found = part(key);
  if (!found.value_.is_string()) found.fail("is not a string");
  return found.value_.get<std::string>();
}

std::string JsonPart::text_or(std::string_view key, std::string_view fallback) const {
  return has(key) ? text(key) : std::string(fallback);
}

bool JsonPart::flag(std::string_view key) const {
  const JsonPart found = part(key);
  if (!found.value_.is_boolean()) found.fail("is neither true nor false");
  return found.value_.get<bool>();
}

bool JsonPart::flag_or(std::string_view key, bool fallback) const {
  return has(key) ? flag(key) : fallback;
}

long JsonPart::integer(std::string_view key, long least, long most) const {
  const JsonPart found = part(key);
  if (!found.value_.is_number_integer()) found.fail("is not an integer");
  const bool too_large = found.value_.is_number_unsigned() && found.value_.get<std::uint64_t>() > (1UL << 62);
  const long number = too_large ? most : found.value_.get<long>();
  if (too_large || number < least || number > most)
    found.fail("is not between " + std::to_string(least) + " and " + std::to_string(most));
  return number;
}

void JsonPart::fail(std::string_view what) const {
  throw base::BadInput(place_ + (place_.ends_with(':') ? " " : ": ") + std::string(what));
}

}  // namespace heed::text
