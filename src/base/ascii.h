#pragma once

#include <string>
#include <string_view>

namespace heed::base {

/// A letter of ASCII in lower case; any other byte as it is, whatever the locale.
constexpr char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_letter(char c) {
  return lower_case(c) >= 'a' && lower_case(c) <= 'z';
}

/// A blank, a tab, a line's end, a vertical tab or a form feed.
constexpr bool is_white_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Every letter of ASCII in lower case. For names; texts of a language go through ICU.
std::string lower_case(std::string_view text);

/// Whether the texts are the same but for the case of ASCII's letters.
bool is_same_name(std::string_view a, std::string_view b);

}  // namespace heed::base
