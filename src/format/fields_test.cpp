#include "format/fields.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::format {
namespace {

TEST(Fields, AnyWhiteSpaceParts) {
  const Fields fields = split_fields("  301\tQ0  d\xC3\xA9j\xC3\xA0 \r");
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[0], "301");
  EXPECT_EQ(fields[2], "d\xC3\xA9j\xC3\xA0");
  EXPECT_EQ(split_fields("").size(), 0u);
  EXPECT_EQ(split_fields("a b c d e f g h i j").size(), 10u);
}

TEST(Fields, TabsKeepEmptyFields) {
  const Fields fields = split_tabs("a b\t\tc");
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[0], "a b");
  EXPECT_EQ(fields[1], "");
}

TEST(Fields, NumbersAreTheWholeTextOrNone) {
  EXPECT_EQ(parse_double("-1.5e3"), -1500.0);
  EXPECT_EQ(parse_double("+4"), 4.0);
  EXPECT_TRUE(std::isnan(parse_double("nan").value()));
  EXPECT_EQ(parse_integer("-7"), -7);
  for (const char* const odd : {"", "1x", "x", "+-1", "--1", " 1", "1,5"}) {
    EXPECT_EQ(parse_double(odd), std::nullopt) << odd;
    EXPECT_EQ(parse_integer(odd), std::nullopt) << odd;
  }
  EXPECT_EQ(parse_integer("1.0"), std::nullopt);
}

TEST(Fields, NumbersBeyondTheRangeAreZeroOrInfinite) {
  EXPECT_EQ(parse_double("1e-999"), 0.0);
  EXPECT_EQ(parse_double("-1e999"), -HUGE_VAL);
  EXPECT_EQ(parse_double("5e-324"), 5e-324);
  EXPECT_EQ(parse_double("1e-999x"), std::nullopt);
}

TEST(Fields, ExactReadsBackExactly) {
  base::Random random(3);
  for (int i = 0; i < 1000; ++i) {
    const double value = std::ldexp(static_cast<double>(random.bits()), static_cast<int>(random.below(200)) - 100);
    EXPECT_EQ(parse_double(exact(value)), value);
  }
}

TEST(Fields, TrimmedLosesItsEnds) {
  EXPECT_EQ(trimmed("\t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
}

}  // namespace
}  // namespace heed::format
