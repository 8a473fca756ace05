#include "retrieve/lucene_bm25.h"

#include <gtest/gtest.h>

namespace heed::retrieve {
namespace {

TEST(LuceneBm25, LengthsAreExactUpTo39ThenRoundedDownToFourBits) {
  for (std::uint32_t length = 0; length < 40; ++length) EXPECT_EQ(length_of_code(length_code(length)), length);
  // 24 plus a number of four significant bits: the steps double every eight codes.
  EXPECT_EQ(length_of_code(length_code(40)), 40u);
  EXPECT_EQ(length_of_code(length_code(41)), 40u);
  EXPECT_EQ(length_of_code(length_code(42)), 42u);
  EXPECT_EQ(length_of_code(length_code(300)), 280u);  // 300 - 24 = 276 = 0b100010100, of which 0b1000 stays: 256
  EXPECT_EQ(length_code(24), 24);
  EXPECT_EQ(length_code(0x7FFFFFFF), 255);  // the largest that Lucene has takes the last code
}

TEST(LuceneBm25, CodesGrowWithLengths) {
  for (int code = 1; code < 256; ++code) {
    const std::uint32_t length = length_of_code(static_cast<std::uint8_t>(code));
    EXPECT_GT(length, length_of_code(static_cast<std::uint8_t>(code - 1)));
    EXPECT_EQ(length_code(length), code);
  }
}

TEST(LuceneBm25, SaturatesAsWorkedByHand) {
  // k1 0.9, b 0.4, mean length 10: tf 2 in a document of length 20 has 2 / (2 + 0.9 * (0.6 + 0.4 * 2)) = 2 / 3.26.
  const Saturation saturation({}, 10);
  EXPECT_DOUBLE_EQ(saturation(packed_frequency(2, length_code(20))), 2 / 3.26);
  EXPECT_DOUBLE_EQ(saturation(packed_frequency(1000, length_code(20))), 1000 / 1001.26);  // beyond what is kept
  EXPECT_DOUBLE_EQ(lucene_idf(1, 3), std::log(1 + 2.5 / 1.5));
  EXPECT_GT(lucene_idf(3, 3), 0);
}

}  // namespace
}  // namespace heed::retrieve
