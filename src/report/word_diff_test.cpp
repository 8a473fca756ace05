#include "report/word_diff.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::report {
namespace {

using Change = DiffPart::Change;
using Parts = std::vector<DiffPart>;

/// What one side of the difference says.
std::string side(const Parts& parts, Change not_there) {
  std::string text;
  for (const DiffPart& part : parts)
    if (part.change != not_there) text += (text.empty() ? "" : " ") + part.text;
  return text;
}

long words_in(const Parts& parts, Change change) {
  long count = 0;
  for (const DiffPart& part : parts)
    if (part.change == change) count += 1 + std::ranges::count(part.text, ' ');
  return count;
}

TEST(WordDiff, SaysWhatWasPutInAndWhatWasTakenOut) {
  EXPECT_EQ(word_diff("a relevant document names the bridge", "a relevant document names the old bridge and its river"),
            (Parts{{Change::kSame, "a relevant document names the"},
                   {Change::kAdded, "old"},
                   {Change::kSame, "bridge"},
                   {Change::kAdded, "and its river"}}));
  EXPECT_EQ(
      word_diff("one two three", "one 2 three"),
      (Parts{{Change::kSame, "one"}, {Change::kRemoved, "two"}, {Change::kAdded, "2"}, {Change::kSame, "three"}}));
}

TEST(WordDiff, WhiteSpaceIsNoDifference) {
  EXPECT_EQ(word_diff(" a\tb\n\nc ", "a b c"), (Parts{{Change::kSame, "a b c"}}));
  EXPECT_EQ(word_diff("", " \n"), Parts{});
}

TEST(WordDiff, OfNothingAllIsNew) {
  EXPECT_EQ(word_diff("", "a b"), (Parts{{Change::kAdded, "a b"}}));
  EXPECT_EQ(word_diff("a b", ""), (Parts{{Change::kRemoved, "a b"}}));
}

/// The length of the longest common subsequence, the textbook's way.
long common(const std::string& a, const std::string& b, std::size_t i = 0, std::size_t j = 0) {
  if (i >= a.size() || j >= b.size()) return 0;
  if (a[i] == b[j]) return 1 + common(a, b, i + 1, j + 1);
  return std::max(common(a, b, i + 1, j), common(a, b, i, j + 1));
}

TEST(WordDiff, KeepsBothTextsAndAsManyWordsAsCanBe) {
  base::Random random(7);
  for (int round = 0; round < 300; ++round) {
    std::string letters[2], texts[2];
    for (int s = 0; s < 2; ++s)
      for (auto n = random.below(9); n > 0; --n) {
        letters[s] += static_cast<char>('a' + random.below(3));
        texts[s] += (texts[s].empty() ? "" : " ") + std::string(1, letters[s].back());
      }
    const Parts parts = word_diff(texts[0], texts[1]);
    EXPECT_EQ(side(parts, Change::kAdded), texts[0]);
    EXPECT_EQ(side(parts, Change::kRemoved), texts[1]);
    EXPECT_EQ(words_in(parts, Change::kSame), common(letters[0], letters[1])) << texts[0] << " | " << texts[1];
  }
}

TEST(WordDiff, TextsThatAreHugeAndDifferAllOverAreExchanged) {
  std::string before = "same", after = "same";
  for (int i = 0; i < 5000; ++i) {
    before += " b" + std::to_string(i);
    after += " a" + std::to_string(i);
  }
  const Parts parts = word_diff(before + " end", after + " end");
  ASSERT_EQ(parts.size(), 4u);
  EXPECT_EQ(parts[0], (DiffPart{Change::kSame, "same"}));
  EXPECT_EQ(side(parts, Change::kAdded), before + " end");
  EXPECT_EQ(side(parts, Change::kRemoved), after + " end");
}

}  // namespace
}  // namespace heed::report
