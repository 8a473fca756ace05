#include "text/passages.h"

#include <algorithm>

#include "base/error.h"
#include "text/characters.h"

namespace heed::text {

namespace {

std::vector<Span> words(std::string_view text) {
  std::vector<Span> found;
  bool is_in_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const bool is_space = is_white_space(next_code_point(text, at));
    if (is_space) {
      is_in_word = false;
    } else if (is_in_word) {
      found.back().end = at;
    } else {
      found.push_back({begin, at});
      is_in_word = true;
    }
  }
  return found;
}

}  // namespace

std::vector<std::string_view> passages(std::string_view text, PassageSize size) {
  base::check(size.overlap < size.words);
  const std::vector<Span> all = words(text);
  std::vector<std::string_view> cut;
  for (std::size_t first = 0; first < all.size(); first += size.words - size.overlap) {
    const std::size_t last = std::min(first + size.words, all.size()) - 1;
    cut.push_back(text.substr(all[first].begin, all[last].end - all[first].begin));
    if (last + 1 == all.size()) break;
  }
  return cut;
}

std::size_t count_words(std::string_view text) {
  return words(text).size();
}

}  // namespace heed::text
