#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed::report {

/// Words that stand in both texts, or in one of them only.
struct DiffPart {
  enum class Change { kSame, kAdded, kRemoved };
  Change change = Change::kSame;
  std::string text;  ///< the words, parted by blanks
  bool operator==(const DiffPart&) const = default;
};

/// How `before` becomes `after`, word by word (words are parted by white space): as many words as can be stay (their
/// longest common subsequence), and of what is exchanged the removed words stand first. Between texts of thousands of
/// words that differ all over, what lies between the first and the last difference counts as exchanged.
std::vector<DiffPart> word_diff(std::string_view before, std::string_view after);

}  // namespace heed::report
