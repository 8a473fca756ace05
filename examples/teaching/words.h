#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace heed::teaching {

/// The runs of ASCII letters of a text, in lower case.
std::vector<std::string> words_of(std::string_view text);

/// A word without a plural's or a verb's ending (s, es, ed, ing), where at least four letters are left: what has the
/// same root counts as the same word.
std::string root_of(std::string_view word);

/// The roots of a text's words.
std::set<std::string> roots_of(std::string_view text);

}  // namespace heed::teaching
