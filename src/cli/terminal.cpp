#include "cli/terminal.h"

#include <cstdio>

#include "base/error.h"
#include "text/utf8.h"

namespace heed::cli {

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw base::BadInput("standard output: cannot be written");
}

namespace {

/// The sentence as a terminal may have it: valid UTF-8, without control characters, of a bounded length. What a file
/// holds is quoted in complaints, and a file may hold anything.
std::string printable(std::string_view sentence) {
  constexpr std::size_t kLongest = 1000;  // code points
  std::u32string safe;
  for (const char32_t c : text::decode(sentence.substr(0, 4 * kLongest))) {
    if (safe.size() == kLongest) break;
    safe += c < 0x20 || (c >= 0x7F && c < 0xA0) ? U'\xFFFD' : c;
  }
  if (safe.size() == kLongest) safe += U"...";
  return text::encode(safe);
}

}  // namespace

void say(std::string_view sentence) {
  const std::string line = "heed: " + printable(sentence) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void say_all(std::span<const std::string> sentences) {
  for (const std::string& sentence : sentences) say(sentence);
}

}  // namespace heed::cli
