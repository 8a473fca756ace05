#include "base/ascii.h"

#include <gtest/gtest.h>

namespace heed::base {
namespace {

TEST(Ascii, LettersBecomeSmallAndNothingElseChanges) {
  EXPECT_EQ(lower_case("AZ@[az09 Robust04"), "az@[az09 robust04");
  EXPECT_EQ(lower_case("\xC3\x84\xFF"), "\xC3\x84\xFF");  // no letter of ASCII
  EXPECT_EQ(lower_case(""), "");
}

TEST(Ascii, NamesAreTheSameInAnyCase) {
  EXPECT_TRUE(is_same_name("Content-Type", "content-TYPE"));
  EXPECT_TRUE(is_same_name("", ""));
  EXPECT_FALSE(is_same_name("a", "ab"));
  EXPECT_FALSE(is_same_name("@", "`"));  // as far apart as A and a
}

}  // namespace
}  // namespace heed::base
