#include "format/fields.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/ascii.h"

namespace heed::format {

namespace {

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Fields split_fields(std::string_view line) {
  Fields fields;
  const char* at = line.data();
  const char* const end = at + line.size();
  while (true) {
    while (at != end && base::is_white_space(*at)) ++at;
    if (at == end) return fields;
    const char* const begin = at;
    while (at != end && !base::is_white_space(*at)) ++at;
    fields.push_back({begin, static_cast<std::size_t>(at - begin)});
  }
}

Fields split_tabs(std::string_view line) {
  Fields fields;
  while (true) {
    const std::size_t tab = line.find('\t');
    fields.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return fields;
    line.remove_prefix(tab + 1);
  }
}

std::optional<double> parse_double(std::string_view text) {
  if (const auto value = parse_whole<double>(text)) return value;
  // from_chars has no value for a number too small to hold, which is 0, or too large, which is infinite: strtod has.
  const std::string copy(text);
  if (copy.empty() || copy.find_first_not_of("0123456789+-.eE") != std::string::npos) return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size() || (std::isfinite(value) && value != 0)) return std::nullopt;
  return value;
}

std::optional<long> parse_integer(std::string_view text) {
  return parse_whole<long>(text);
}

std::string exact(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && base::is_white_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && base::is_white_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace heed::format
