#include "text/regex.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;

std::string found(const Pattern& pattern, std::string_view text) {
  const Span whole = {0, text.size()};
  std::string joined;
  for (const Match& match : pattern.matches(text, std::span(&whole, 1)))
    joined +=
        (joined.empty() ? "" : "|") + std::string(text.substr(match.span.begin, match.span.end - match.span.begin));
  return joined;
}

TEST(Pattern, MatchesAreBytesOfTheText) {
  EXPECT_EQ(found(Pattern::regex("\\p{L}+"), "a\xC3\xA9 \xF0\x9F\x98\x80 \xF0\x90\x90\x80x"),
            "a\xC3\xA9|\xF0\x90\x90\x80x");
  EXPECT_EQ(found(Pattern::literal("aa"), "aaaaa aa"), "aa|aa|aa");
  EXPECT_EQ(found(Pattern::literal(""), "a"), "");
}

TEST(Pattern, EmptyMatchesCountButNotWhereTheOneBeforeEnds) {
  const Span whole = {0, 4};
  std::vector<Span> spans;
  for (const Match& match : Pattern::regex("x*").matches("axxb", std::span(&whole, 1))) spans.push_back(match.span);
  EXPECT_EQ(spans, (std::vector<Span>{{0, 0}, {1, 3}, {4, 4}}));
}

TEST(Pattern, EscapesAreOnigurumas) {
  EXPECT_EQ(found(Pattern::regex("\\w+"),
                  "a_\xC2\xB2\xE2\x80\x8D"
                  "b-"),
            "a_\xC2\xB2|b");                                     // a joiner is no word's
  EXPECT_EQ(found(Pattern::regex("[\\w]+"), "a\xC2\xB2"), "a");  // in a class the raised 2 is not either
  EXPECT_EQ(found(Pattern::regex("[^\\W\\d]+"), "a1-b"), "a|b");
  EXPECT_EQ(found(Pattern::regex("\\h+"), "xaF0 g"), "aF0");
  EXPECT_EQ(found(Pattern::regex(".\\b"),
                  "a\xC2\xAD"
                  "b"),
            "a|\xC2\xAD|b");  // a soft hyphen between two words
}

TEST(Pattern, OnlyALineFeedEndsALine) {
  EXPECT_EQ(found(Pattern::regex(".$"), "a\rb\nc\xE2\x80\xA8"), "b|\xE2\x80\xA8");
}

TEST(Pattern, SeesOnlyTheRegion) {
  const std::string text = "\xC3\xA9 b c";
  const Span regions[] = {{0, 3}, {3, 4}, {4, 6}};
  const auto matches = Pattern::regex("\\s+(?!\\S)").matches(text, regions);
  ASSERT_EQ(matches.size(), 1u);  // the blank before c is followed by it, that before b by nothing
  EXPECT_EQ(matches[0].region, 0u);
  EXPECT_EQ(matches[0].span, (Span{2, 3}));
}

TEST(Pattern, WhiteSpaceIsUnicodes) {
  EXPECT_EQ(found(Pattern::regex("\\s"), "a\v\xC2\x85\xE3\x80\x80").size(), 8u);
}

TEST(Pattern, LoopsAreRewrittenWithoutAChangeOfMeaning) {
  EXPECT_EQ(found(Pattern::regex("[a[bc]\\]]+"), "xab]cx"), "ab]c");
  EXPECT_EQ(found(Pattern::regex("\\d+?"), "12"), "1|2");
  EXPECT_EQ(found(Pattern::regex("\\s*b"), " \t bb"), " \t b|b");
  EXPECT_EQ(found(Pattern::regex("(\\w)\\1+"), "aabccc"), "aa|ccc");
  EXPECT_EQ(found(Pattern::regex("\\+\\\\+"), "+\\\\"), "+\\\\");
}

TEST(Pattern, ALongMatchIsNoTrouble) {
  const std::string letters(1 << 20, 'a'), blanks(1 << 20, ' ');
  EXPECT_EQ(found(Pattern::regex("[^\\p{L}]?\\p{L}+"), letters).size(), letters.size());
  EXPECT_EQ(found(Pattern::regex("\\s*[\\r\\n]+|\\s+"), blanks).size(), blanks.size());
}

TEST(Pattern, ABadExpressionIsRefused) {
  EXPECT_NE(complaint_of([] { Pattern::regex("a("); }).find("not a regular expression"), std::string::npos);
  EXPECT_NE(complaint_of([] { Pattern::regex(std::string(100000, '[')); }).find("not a regular"), std::string::npos);
  EXPECT_NE(complaint_of([] { Pattern::regex("\\"); }).find("not a regular"), std::string::npos);
  EXPECT_NE(complaint_of([] { Pattern::regex("\\p{"); }).find("not a regular"), std::string::npos);
}

}  // namespace
}  // namespace heed::text
