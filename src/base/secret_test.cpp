#include "base/secret.h"

#include <set>

#include <gtest/gtest.h>

namespace heed::base {
namespace {

TEST(Secret, IsAsLongAsAskedAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string digits = secret(32);
    EXPECT_EQ(digits.size(), 64u);
    EXPECT_EQ(digits.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(digits).second);
  }
}

TEST(Secret, OnlyTheWholeSecretIsTheSame) {
  EXPECT_TRUE(is_same_secret("abc", "abc"));
  for (const char* const wrong : {"", "ab", "abcd", "abd", "bbc", "abcabc", "ABC"})
    EXPECT_FALSE(is_same_secret(wrong, "abc")) << wrong;
  EXPECT_FALSE(is_same_secret("", "")) << "no secret opens nothing";
}

}  // namespace
}  // namespace heed::base
