#include "text/utf8.h"

#include <gtest/gtest.h>

namespace heed::text {
namespace {

TEST(Utf8, LowerCaseIsUnicodes) {
  EXPECT_EQ(lower("Hubble TELESCOPE 3"), "hubble telescope 3");
  EXPECT_EQ(lower("\xC3\x89T\xC3\x89"), "\xC3\xA9t\xC3\xA9");
  EXPECT_EQ(lower("\xCE\x9F\xCE\x94\xCE\x9F\xCE\xA3"), "\xCE\xBF\xCE\xB4\xCE\xBF\xCF\x82");  // final sigma
  EXPECT_EQ(lower("\xC4\xB0"), "i\xCC\x87");                                                 // dotted capital I
}

TEST(Utf8, DecodingAndEncodingAreInverse) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  EXPECT_EQ(decode(text).size(), 4u);
  EXPECT_EQ(encode(decode(text)), text);
  EXPECT_EQ(decode("\xFF"), U"\xFFFD");
}

TEST(Utf8, StrippingTakesUnicodeWhiteSpace) {
  EXPECT_EQ(stripped("\x1F \t\xC2\xA0 a b\xE3\x80\x80\n"), "a b");
  EXPECT_EQ(stripped(" \xE2\x80\x83"), "");
  EXPECT_EQ(stripped("\xE2\x80\x8B"), "\xE2\x80\x8B");  // a zero-width space is none
}

}  // namespace
}  // namespace heed::text
