#include "text/utf8.h"

#include <algorithm>

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "base/error.h"

namespace heed::text {

namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // inside ICU's macros
/// The code point at `at`, which goes on to the next.
UChar32 next_code_point(std::string_view text, int32_t& at) {
  UChar32 c = 0;
  U8_NEXT_OR_FFFD(text.data(), at, static_cast<int32_t>(text.size()), c);
  return c;
}

/// The code point before `at`, which goes back to it.
UChar32 previous_code_point(std::string_view text, int32_t& at) {
  UChar32 c = 0;
  U8_PREV_OR_FFFD(text.data(), 0, at, c);
  return c;
}
#pragma GCC diagnostic pop

bool is_space(UChar32 c) {
  return (c >= 0x1C && c <= 0x1F) || u_isUWhiteSpace(c);
}

}  // namespace

std::string lower(std::string_view text) {
  std::string result;
  if (is_ascii(text)) {
    result.resize(text.size());
    std::ranges::transform(text, result.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
  }
  UErrorCode status = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&result, static_cast<int32_t>(text.size()));
  icu::CaseMap::utf8ToLower("", 0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink, nullptr,
                            status);
  base::check(U_SUCCESS(status) != 0);
  return result;
}

std::u32string decode(std::string_view text) {
  std::u32string result;
  for (int32_t at = 0; at < static_cast<int32_t>(text.size());)
    result += static_cast<char32_t>(next_code_point(text, at));
  return result;
}

std::string encode(std::u32string_view text) {
  std::string result;
  for (const char32_t c : text) {
    char bytes[U8_MAX_LENGTH];
    int32_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, static_cast<UChar32>(c));
    result.append(bytes, static_cast<std::size_t>(size));
  }
  return result;
}

std::string_view stripped(std::string_view text) {
  while (!text.empty()) {
    int32_t at = 0;
    if (!is_space(next_code_point(text, at))) break;
    text.remove_prefix(static_cast<std::size_t>(at));
  }
  while (!text.empty()) {
    auto at = static_cast<int32_t>(text.size());
    if (!is_space(previous_code_point(text, at))) break;
    text = text.substr(0, static_cast<std::size_t>(at));
  }
  return text;
}

}  // namespace heed::text
