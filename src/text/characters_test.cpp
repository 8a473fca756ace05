#include "text/characters.h"

#include <gtest/gtest.h>

namespace heed::text {
namespace {

TEST(Characters, ComeOneByOne) {
  const std::string text = "a\xC3\xA9\xF0\x9F\x98\x80";
  std::size_t at = 0;
  EXPECT_EQ(next_code_point(text, at), U'a');
  EXPECT_EQ(next_code_point(text, at), U'\xE9');
  EXPECT_EQ(next_code_point(text, at), U'\U0001F600');
  EXPECT_EQ(at, text.size());
  EXPECT_EQ(count_code_points(text), 3u);
}

TEST(Characters, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(repaired("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(repaired("\xC3"), "\xEF\xBF\xBD");                       // cut off
  EXPECT_EQ(repaired("\xED\xA0\x80").substr(0, 3), "\xEF\xBF\xBD");  // half of a pair
  EXPECT_EQ(repaired("\xC3\xA9"), "\xC3\xA9");
}

TEST(Characters, ClassesAreUnicodes) {
  EXPECT_TRUE(is_white_space(U'\x85') && is_white_space(U'\x3000') && is_white_space(U'\v'));
  EXPECT_FALSE(is_white_space(U'\x1F') || is_white_space(U'\x200B'));
  EXPECT_TRUE(is_punctuation(U'$') && is_punctuation(U'\x2014'));
  EXPECT_FALSE(is_punctuation(U'\x20AC') || is_punctuation(U'a'));  // the euro is a symbol outside of ASCII
  EXPECT_TRUE(is_numeric(U'7') && is_numeric(U'\xBD') && is_numeric(U'\x2167'));
  EXPECT_TRUE(is_control(U'\x1') && is_control(U'\x200B') && is_control(U'\xE000'));
  EXPECT_TRUE(is_word(U'_') && is_word(U'\x301') && is_word(U'\xE9'));
  EXPECT_FALSE(is_word(U'-') || is_word(U' '));
}

TEST(Characters, ClassesAreThoseOfAnOlderUnicode) {
  EXPECT_FALSE(is_punctuation(U'\x2E43'));      // a dash that is there since Unicode 9
  EXPECT_TRUE(is_punctuation(U'\x166D'));       // a symbol since Unicode 12
  EXPECT_FALSE(is_control(U'\x8E2'));           // since 9
  EXPECT_TRUE(is_nonspacing_mark(U'\x1734'));   // a spacing mark since 14
  EXPECT_FALSE(is_nonspacing_mark(U'\x1885'));  // a letter until 9
  EXPECT_TRUE(is_mark(U'\x1885') && is_mark(U'\x8E1'));
  EXPECT_FALSE(is_mark(U'\x1DF6') || is_nonspacing_mark(U'\x8E1'));  // since 10 and 9
}

TEST(Characters, LowerCaseLooksAtNoNeighbour) {
  EXPECT_EQ(lower_each("A\xC3\x89\xCE\x9F\xCE\xA3"), "a\xC3\xA9\xCE\xBF\xCF\x83");
  EXPECT_EQ(lower_each("\xC4\xB0"), "i\xCC\x87");
}

}  // namespace
}  // namespace heed::text
