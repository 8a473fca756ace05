#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace heed::text {

/// How a long text is cut. The defaults are FollowIR's (Weller et al. 2024, section 3).
struct PassageSize {
  std::size_t words = 400;
  std::size_t overlap = 200;  ///< words that a passage shares with the one before
};

/// The passages of a text, each from the first of its words to the last with all that stands between them, in order. A
/// word is what stands between white space (Unicode's). Each begins `words - overlap` words after the one before, and
/// the last is the first that reaches the text's end: a text of at most `words` words is one passage, one without a
/// word none. They borrow from the text. REQUIRES: overlap < words.
std::vector<std::string_view> passages(std::string_view text, PassageSize size = {});

/// How many words the text has.
std::size_t count_words(std::string_view text);

}  // namespace heed::text
