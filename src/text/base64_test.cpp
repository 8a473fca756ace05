#include "text/base64.h"

#include <gtest/gtest.h>

namespace heed::text {
namespace {

TEST(Base64, TheExamplesOfRfc4648) {
  EXPECT_EQ(from_base64(""), "");
  EXPECT_EQ(from_base64("Zg=="), "f");
  EXPECT_EQ(from_base64("Zm8="), "fo");
  EXPECT_EQ(from_base64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(from_base64("//79"), "\xFF\xFE\xFD");
}

TEST(Base64, OtherTextIsNone) {
  for (const char* text : {"Zg", "Zg=", "Z===", "Zm9v YmFy", "Zm9v\n", "=Zm8", "Zm\xFFv"})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

}  // namespace
}  // namespace heed::text
