#include "text/added_tokens.h"

#include <gtest/gtest.h>

namespace heed::text {
namespace {

AddedToken token(std::string content, TokenId id) {
  AddedToken result;
  result.content = std::move(content);
  result.id = id;
  return result;
}

std::string shown(const AddedTokenFinder& finder, std::string_view text) {
  std::string result;
  for (const Part& part : finder.parts(text)) {
    result += "[" + std::string(text.substr(part.span.begin, part.span.end - part.span.begin)) + "]";
    if (part.token) result += std::to_string(*part.token);
  }
  return result;
}

TEST(AddedTokens, TheLongestOfTheFirstIsFound) {
  const AddedTokenFinder finder({token("<s>", 1), token("<s>x", 2), token("s>xy", 3)});
  EXPECT_EQ(shown(finder, "a<s>xy<s>"), "[a][<s>x]2[y][<s>]1");
  EXPECT_EQ(shown(finder, "<s<s>"), "[<s][<s>]1");
  EXPECT_EQ(shown(finder, "plain"), "[plain]");
  EXPECT_EQ(shown(finder, ""), "");
}

TEST(AddedTokens, StripTakesWhiteSpaceButNoOthers) {
  AddedToken left = token("<l>", 1), right = token("<r>", 2);
  left.lstrip = true;
  right.rstrip = true;
  const AddedTokenFinder finder({left, right});
  EXPECT_EQ(shown(finder, "a \xE3\x80\x80<l> b <r> \n c"), "[a][ \xE3\x80\x80<l>]1[ b ][<r> \n ]2[c]");
  EXPECT_EQ(shown(finder, "<r>  <l>"), "[<r>  ]2[<l>]1");
}

TEST(AddedTokens, WhiteSpaceThatIsATokenIsFoundAlsoWhereAnotherTookIt) {
  AddedToken right = token("<r>", 1), both = token("\t", 3);
  right.rstrip = both.lstrip = both.rstrip = true;
  const AddedTokenFinder finder({right, token("\n", 2), both});
  EXPECT_EQ(shown(finder, "<r> \n x"), "[<r> \n ]1[\n]2[ x]");
  EXPECT_EQ(shown(finder, "<r> \t x"), "[<r> \t ]1[x]");  // nothing is left for the one that takes space on its left
}

TEST(AddedTokens, ASingleWordIsNotInsideOfAnother) {
  AddedToken word = token("new", 1);
  word.single_word = true;
  const AddedTokenFinder finder({word});
  EXPECT_EQ(shown(finder, "new news anew \xC3\xA9new new-new"), "[new]1[ news anew \xC3\xA9new ][new]1[-][new]1");
}

TEST(AddedTokens, WithoutTokensTheTextIsOnePart) {
  EXPECT_EQ(shown(AddedTokenFinder(), "a b"), "[a b]");
  EXPECT_EQ(shown(AddedTokenFinder(), ""), "");
}

}  // namespace
}  // namespace heed::text
