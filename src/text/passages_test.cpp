#include "text/passages.h"

#include <string>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::text {
namespace {

using Cut = std::vector<std::string_view>;

TEST(Passages, BeginSomeWordsAfterEachOtherAndEndWithTheText) {
  EXPECT_EQ(passages("a b c d e f g", {4, 2}), (Cut{"a b c d", "c d e f", "e f g"}));
  EXPECT_EQ(passages("a b c d e f", {4, 2}), (Cut{"a b c d", "c d e f"}));
  EXPECT_EQ(passages("a b c d e", {2, 0}), (Cut{"a b", "c d", "e"}));
}

TEST(Passages, OfAShortTextAreTheTextOfNoneNone) {
  EXPECT_EQ(passages("  a b\nc \n", {4, 2}), (Cut{"a b\nc"}));
  EXPECT_EQ(passages(" \n\t ", {4, 2}), Cut{});
  EXPECT_EQ(passages("", {4, 2}), Cut{});
}

TEST(Passages, KeepTheWhiteSpaceInside) {
  EXPECT_EQ(passages("one,\n\n  two  three", {2, 1}), (Cut{"one,\n\n  two", "two  three"}));
}

TEST(Passages, PartWordsAtAnyWhiteSpaceOfUnicode) {
  EXPECT_EQ(passages("eins\u00a0zwei\u2003drei", {1, 0}), (Cut{"eins", "zwei", "drei"}));
}

TEST(Passages, TakeBytesThatAreNotUtf8AsPartsOfWords) {
  EXPECT_EQ(passages("a\xff\xfe b", {1, 0}), (Cut{"a\xff\xfe", "b"}));
}

TEST(Passages, HaveEveryWordAndNoMoreThanTheirSize) {
  base::Random random(7);
  for (int round = 0; round < 200; ++round) {
    const std::size_t count = random.below(2000);
    const std::uint32_t size = 1 + random.below(500);
    const std::size_t overlap = random.below(size);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += std::to_string(i) + " ";
    const auto cut = passages(text, {size, overlap});
    std::size_t next = 0;
    for (std::size_t i = 0; i < cut.size(); ++i) {
      const std::size_t first = std::stoul(std::string(cut[i])), words = count_words(cut[i]);
      EXPECT_EQ(first, i * (size - overlap));
      EXPECT_LE(first, next);
      EXPECT_LE(words, size);
      if (i + 1 < cut.size()) {
        EXPECT_EQ(words, size);
      }
      next = first + words;
    }
    EXPECT_EQ(next, count);
  }
}

}  // namespace
}  // namespace heed::text
