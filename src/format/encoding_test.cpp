#include "format/encoding.h"

#include <gtest/gtest.h>

namespace heed::format {
namespace {

TEST(Encoding, BytesOfWindowsBecomeUtf8) {
  EXPECT_EQ(from_windows_1252("caf\xE9 \x93quoted\x94 \x80 5 \x97 \xA7"),
            "caf\u00E9 \u201Cquoted\u201D \u20AC 5 \u2014 \u00A7");
  EXPECT_EQ(from_windows_1252("\x81"), "\uFFFD");
  EXPECT_EQ(from_windows_1252(std::string_view("a\0b", 3)), std::string("a\0b", 3));
}

TEST(Encoding, WhatWasConvertedIsUtf8) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_FALSE(is_utf8(all));
  EXPECT_TRUE(is_utf8(from_windows_1252(all)));
}

TEST(Encoding, CodePointsOfEveryLengthAreWritten) {
  std::string text;
  for (const std::uint32_t point : {0x24U, 0xE9U, 0x20ACU, 0x1F600U}) append_utf8(text, point);
  EXPECT_EQ(text, "$\u00E9\u20AC\U0001F600");
}

TEST(Encoding, OverlongFormsAndSurrogatesAreNoUtf8) {
  EXPECT_TRUE(is_utf8("\u20AC"));
  EXPECT_FALSE(is_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
}

}  // namespace
}  // namespace heed::format
