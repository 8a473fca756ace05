#include "base/random.h"

#include <vector>

#include <gtest/gtest.h>

namespace heed::base {
namespace {

TEST(Random, TheSameSeedGivesTheSameNumbers) {
  Random a(7), b(7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.below(10), b.below(10));
}

TEST(Random, EachNumberComesAboutAsOften) {
  Random random(1);
  std::vector<int> seen(6);
  for (int i = 0; i < 60000; ++i) ++seen.at(random.below(6));
  for (const int count : seen) EXPECT_NEAR(count, 10000, 500);  // five standard deviations
}

TEST(Random, TheEngineIsTheStandards) {
  Random random(5489);  // the standard names the 10,000th number of the default seed: [rand.predef]
  std::uint64_t last = 0;
  for (int i = 0; i < 10000; ++i) last = random.bits();
  EXPECT_EQ(last, 9981545732273789042u);
}

}  // namespace
}  // namespace heed::base
