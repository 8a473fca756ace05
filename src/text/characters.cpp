#include "text/characters.h"

#include <algorithm>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace heed::text {

namespace {

bool in_categories(char32_t c, uint32_t mask) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & mask) != 0;
}

/// A category that a character had in versions of Unicode up to `last`, from 8 on.
struct FormerCategory {
  char32_t character;
  int last;
  uint32_t category;
};

constexpr FormerCategory kFormerCategories[] = {
    {0x166D, 9, U_GC_PO_MASK}, {0x1734, 9, U_GC_MN_MASK}, {0x1885, 8, U_GC_LO_MASK}, {0x1886, 8, U_GC_LO_MASK},
    {0x1CF2, 9, U_GC_MC_MASK}, {0x1CF3, 9, U_GC_MC_MASK}, {0xA9BD, 9, U_GC_MC_MASK}, {0x111C9, 9, U_GC_PO_MASK}};

/// As in_categories(), but by that version of Unicode, 8 or 9: what was added later is in none.
bool was_in_categories(int version, char32_t c, uint32_t mask) {
  if (c < 0x80) return in_categories(c, mask);
  UVersionInfo age;
  u_charAge(static_cast<UChar32>(c), age);
  if (age[0] > version) return false;
  const auto former = std::ranges::find(kFormerCategories, c, &FormerCategory::character);
  if (former == std::end(kFormerCategories) || former->last < version) return in_categories(c, mask);
  return (former->category & mask) != 0;
}

/// The one character whose lower case is two (but for languages' rules): dotted capital I.
constexpr char32_t kDottedI = 0x130;

}  // namespace

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // inside ICU's macro
char32_t next_wide_code_point(std::string_view text, std::size_t& at) {
  UChar32 c = 0;
  U8_NEXT_OR_FFFD(text.data(), at, text.size(), c);
  return static_cast<char32_t>(c);
}
#pragma GCC diagnostic pop

void append_code_point(char32_t c, std::string& text) {
  if (c < 0x80) {
    text += static_cast<char>(c);
    return;
  }
  char bytes[U8_MAX_LENGTH];
  std::size_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, static_cast<UChar32>(c));
  text.append(bytes, size);
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string repaired(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) append_code_point(next_code_point(text, at), result);
  return result;
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_white_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}

bool is_punctuation(char32_t c) {
  if (c < 0x80)
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
  return was_in_categories(8, c, U_GC_P_MASK);
}

bool is_numeric(char32_t c) {
  return in_categories(c, U_GC_N_MASK);
}

bool is_control(char32_t c) {
  return was_in_categories(8, c, U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK);
}

bool is_nonspacing_mark(char32_t c) {
  return was_in_categories(8, c, U_GC_MN_MASK);
}

bool is_mark(char32_t c) {
  return was_in_categories(9, c, U_GC_M_MASK);
}

bool is_word(char32_t c) {
  const auto code = static_cast<UChar32>(c);
  return in_categories(c, U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK) || u_hasBinaryProperty(code, UCHAR_ALPHABETIC) ||
         u_hasBinaryProperty(code, UCHAR_JOIN_CONTROL);
}

std::string lower_each(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c < 0x80)
      result += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    else if (c == kDottedI)
      result += "i\xCC\x87";
    else
      append_code_point(static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))), result);
  }
  return result;
}

}  // namespace heed::text
