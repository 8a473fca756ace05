#include "train/plain_text.h"

#include "base/ascii.h"

namespace heed::train {

namespace {

bool is_word(char c) {
  return base::is_letter(c) || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::string plain_text(std::string_view text) {
  std::string plain;
  bool is_apart = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_mark = text.substr(i, 2) == "\xE2\x80";  // of U+2000 to U+203F, in UTF-8
    if (is_mark) i += 2;
    if (is_mark || !is_word(text[i])) {
      is_apart = true;
      continue;
    }
    if (is_apart && !plain.empty()) plain += ' ';
    is_apart = false;
    plain += base::lower_case(text[i]);
  }
  return plain;
}

std::string query_key(const collection::Need& need) {
  const std::string_view asked = is_blank(need.query) ? need.instruction : need.query;
  std::string plain = plain_text(asked);
  return plain.empty() ? std::string(asked) : plain;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

}  // namespace heed::train
