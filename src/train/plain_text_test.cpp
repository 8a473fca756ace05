#include "train/plain_text.h"

#include <gtest/gtest.h>

namespace heed::train {
namespace {

TEST(PlainText, ForgetsSpacesCapitalsAndPunctuation) {
  EXPECT_EQ(plain_text("  Big,\tCATS\xE2\x80\x99 (2) "), "big cats 2");
  EXPECT_EQ(plain_text("gr\xC3\xB6\xC3\x9F"
                       "e"),
            "gr\xC3\xB6\xC3\x9F"
            "e");
  EXPECT_EQ(plain_text("?!"), "");
  EXPECT_EQ(plain_text("\xE2\x80"), "");  // cut in a character
}

TEST(PlainText, AQueryIsKnownAgainByItsWords) {
  EXPECT_EQ(query_key({"A b", "i"}), query_key({"a  b.", "j"}));
  EXPECT_NE(query_key({"a b", "i"}), query_key({"ab", "i"}));
  EXPECT_NE(query_key({"?", ""}), query_key({"!", ""}));
  EXPECT_EQ(query_key({" ", "I, J"}), "i j");  // no query: what the instruction says
  EXPECT_TRUE(is_blank(" \t\r\n"));
  EXPECT_FALSE(is_blank(" x"));
}

}  // namespace
}  // namespace heed::train
