#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Characters one by one, and their classes as Hugging Face's tokenizers tell them apart (Rust's `char`; the crates
/// regex, unicode_categories, whose Unicode is of version 8, and unicode_normalization_alignments, of version 9).
namespace heed::text {

/// A stretch of a text, in bytes: from `begin` to before `end`.
struct Span {
  std::size_t begin = 0, end = 0;
  bool operator==(const Span&) const = default;
};

/// As next_code_point() for what does not begin with an ASCII character.
char32_t next_wide_code_point(std::string_view text, std::size_t& at);

/// The code point at byte `at`, U+FFFD where that is no valid UTF-8; `at` goes on to the next. REQUIRES: at < size.
inline char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte < 0x80 ? static_cast<char32_t>(text[at++]) : next_wide_code_point(text, at);
}

void append_code_point(char32_t c, std::string& text);

bool is_ascii(std::string_view text);

/// The text with U+FFFD for what is no valid UTF-8.
std::string repaired(std::string_view text);

/// How many code points the text has. REQUIRES: valid UTF-8.
std::size_t count_code_points(std::string_view text);

/// Unicode's White_Space.
bool is_white_space(char32_t c);
/// ASCII's punctuation with its symbols ($, +, <), and categories P of Unicode 8.
bool is_punctuation(char32_t c);
/// Categories Nd, Nl and No.
bool is_numeric(char32_t c);
/// Categories Cc, Cf and Co of Unicode 8.
bool is_control(char32_t c);
/// Category Mn of Unicode 8.
bool is_nonspacing_mark(char32_t c);
/// Categories M of Unicode 9.
bool is_mark(char32_t c);
/// What `\w` is in a regular expression: letters, marks, decimal digits, connecting punctuation, joiners.
bool is_word(char32_t c);

/// The text with every character's full lower case, whatever stands beside it (no final sigma).
std::string lower_each(std::string_view text);

}  // namespace heed::text
