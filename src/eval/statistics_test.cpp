#include "eval/statistics.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace heed::eval {
namespace {

using Values = std::vector<double>;

/// Values between 0 and 1.
Values random_values(std::size_t count, std::uint64_t seed) {
  base::Random random(seed);
  Values values(count);
  for (double& value : values) value = random.below(1000) / 999.0;
  return values;
}

TEST(Mean, IsTheSumOverTheCount) {
  EXPECT_DOUBLE_EQ(mean(Values{1, 2, 6}), 3);
  EXPECT_EQ(mean(Values{-0.25}), -0.25);
  EXPECT_THROW(mean({}), base::Bug);
}

TEST(Bootstrap, OfOneValueIsThatValue) {
  const Interval interval = bootstrap_mean(Values{0.3});
  EXPECT_EQ(interval.low, 0.3);
  EXPECT_EQ(interval.high, 0.3);
}

TEST(Bootstrap, OfEqualValuesHasNoWidth) {
  const Interval interval = bootstrap_mean(Values(17, 0.1));
  EXPECT_EQ(interval.low, interval.high);
  EXPECT_DOUBLE_EQ(interval.low, 0.1);
}

TEST(Bootstrap, TakesTheQuantilesOfTheMeans) {
  // Means of two draws from {0, 1}: 0, 1/2 and 1 with probabilities 1/4, 1/2, 1/4. The quantiles at 0.025 and 0.975
  // are 0 and 1, those at 0.3 and 0.7 both 1/2.
  const Values values = {0, 1};
  const Interval wide = bootstrap_mean(values, {.level = 0.95});
  EXPECT_EQ(wide.low, 0);
  EXPECT_EQ(wide.high, 1);
  const Interval narrow = bootstrap_mean(values, {.level = 0.4});
  EXPECT_EQ(narrow.low, 0.5);
  EXPECT_EQ(narrow.high, 0.5);
}

TEST(Bootstrap, InterpolatesBetweenTheMeans) {
  // Of two means a < b the quantiles at 1/4 and 3/4 are a + (b - a)/4 and b - (b - a)/4.
  const Values values = {0, 1, 10, 100};
  const Interval all = bootstrap_mean(values, {.resamples = 2, .level = 1 - 1e-15});
  const Interval half = bootstrap_mean(values, {.resamples = 2, .level = 0.5});
  const double width = all.high - all.low;
  ASSERT_GT(width, 0);
  EXPECT_NEAR(half.low, all.low + width / 4, 1e-9);
  EXPECT_NEAR(half.high, all.high - width / 4, 1e-9);
}

TEST(Bootstrap, TheSameSeedGivesTheSameInterval) {
  const Values values = random_values(50, 1);
  const Interval first = bootstrap_mean(values, {.seed = 7}), second = bootstrap_mean(values, {.seed = 7});
  EXPECT_EQ(first.low, second.low);
  EXPECT_EQ(first.high, second.high);
  EXPECT_NE(first.low, bootstrap_mean(values, {.seed = 8}).low);
}

TEST(Bootstrap, HoldsTheMeanAndNearlyTheNormalInterval) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Values values = random_values(100, seed);
    const double centre = mean(values);
    double squares = 0;
    for (const double value : values) squares += (value - centre) * (value - centre);
    const double error = std::sqrt(squares / 100) / std::sqrt(100);  // of the mean of 100 draws with replacement
    const Interval interval = bootstrap_mean(values, {.seed = seed});
    EXPECT_LT(interval.low, centre);
    EXPECT_GT(interval.high, centre);
    EXPECT_NEAR(interval.low, centre - 1.96 * error, 0.15 * error);
    EXPECT_NEAR(interval.high, centre + 1.96 * error, 0.15 * error);
  }
}

TEST(Bootstrap, AHigherLevelIsWider) {
  const Values values = random_values(40, 2);
  const Interval half = bootstrap_mean(values, {.level = 0.5}), most = bootstrap_mean(values, {.level = 0.99});
  EXPECT_LT(most.low, half.low);
  EXPECT_GT(most.high, half.high);
}

TEST(Bootstrap, DoublingTheValuesDoublesTheInterval) {
  const Values values = random_values(40, 3);
  Values doubled = values;
  for (double& value : doubled) value *= 2;
  const Interval once = bootstrap_mean(values), twice = bootstrap_mean(doubled);
  EXPECT_EQ(twice.low, 2 * once.low);
  EXPECT_EQ(twice.high, 2 * once.high);
}

TEST(Bootstrap, OfNothingIsABug) {
  EXPECT_THROW(bootstrap_mean({}), base::Bug);
}

TEST(Randomization, ThreePairsByHand) {
  // Differences 1, 2, 3. The eight sums are +-6, +-4, +-2 and 0 twice; two are as large as 6.
  const auto all_better = paired_randomization(Values{1, 2, 3}, Values{0, 0, 0});
  EXPECT_DOUBLE_EQ(all_better.difference, 2);
  EXPECT_DOUBLE_EQ(all_better.p_value, 2.0 / 8);
  EXPECT_TRUE(all_better.is_exact);
  // Differences -1, 2, 3: +-6 and +-4 are as large as 4.
  const auto mixed = paired_randomization(Values{0, 2, 3}, Values{1, 0, 0});
  EXPECT_DOUBLE_EQ(mixed.difference, 4.0 / 3);
  EXPECT_DOUBLE_EQ(mixed.p_value, 4.0 / 8);
  // Differences 1, 2, -3: every sum is at least 0.
  const auto even = paired_randomization(Values{1, 2, 0}, Values{0, 0, 3});
  EXPECT_EQ(even.difference, 0);
  EXPECT_EQ(even.p_value, 1);
}

TEST(Randomization, OnePairSaysNothing) {
  EXPECT_EQ(paired_randomization(Values{5}, Values{1}).p_value, 1);
}

TEST(Randomization, IdenticalSystemsDoNotDiffer) {
  for (const std::size_t count : {1u, 16u, 17u, 60u}) {
    const Values values = random_values(count, 4);
    const auto result = paired_randomization(values, values, {.samples = 500});
    EXPECT_EQ(result.difference, 0);
    EXPECT_EQ(result.p_value, 1);
  }
}

TEST(Randomization, SwappingTheSystemsFlipsOnlyTheSign) {
  for (const std::size_t count : {2u, 5u, 9u, 16u, 17u, 40u}) {
    const Values a = random_values(count, 5), b = random_values(count, 6);
    const auto there = paired_randomization(a, b, {.samples = 2000}),
               back = paired_randomization(b, a, {.samples = 2000});
    EXPECT_NE(there.difference, 0);
    EXPECT_EQ(there.difference, -back.difference);
    EXPECT_EQ(there.p_value, back.p_value);
    EXPECT_EQ(there.is_exact, count <= 16);
    EXPECT_EQ(back.is_exact, count <= 16);
  }
}

TEST(Randomization, TheOrderOfTheQueriesDoesNotMatter) {
  Values a = {0.1, 0.2, 0.7, 0.3, 0.9}, b = {0.3, 0.1, 0.2, 0.3, 0.6};
  const double p_value = paired_randomization(a, b).p_value;
  std::ranges::rotate(a, a.begin() + 2);
  std::ranges::rotate(b, b.begin() + 2);
  EXPECT_EQ(paired_randomization(a, b).p_value, p_value);
}

/// Tries all sign patterns by exchanging values, each pattern summed anew.
double enumerated_p_value(const Values& a, const Values& b) {
  double observed = 0;
  for (std::size_t i = 0; i < a.size(); ++i) observed += a[i] - b[i];
  long as_large = 0;
  const std::uint64_t patterns = std::uint64_t{1} << a.size();
  for (std::uint64_t pattern = 0; pattern < patterns; ++pattern) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (pattern >> i & 1) != 0 ? b[i] - a[i] : a[i] - b[i];
    as_large += std::abs(sum) >= std::abs(observed) - 1e-9;
  }
  return static_cast<double>(as_large) / static_cast<double>(patterns);
}

TEST(Randomization, UpToSixteenPairsEveryPatternIsTried) {
  for (const std::size_t count : {4u, 10u, 16u}) {
    const Values a = random_values(count, 7), b = random_values(count, 8);
    EXPECT_DOUBLE_EQ(paired_randomization(a, b).p_value, enumerated_p_value(a, b));
  }
}

TEST(Randomization, BeyondThatTheSampleComesClose) {
  for (const std::size_t count : {17u, 18u}) {
    Values a = random_values(count, 9);
    const Values b = random_values(count, 10);
    for (const double advantage : {0.0, 0.2, 0.2}) {
      for (double& value : a) value += advantage;
      const auto sampled = paired_randomization(a, b);
      EXPECT_FALSE(sampled.is_exact);
      EXPECT_NEAR(sampled.p_value, enumerated_p_value(a, b), 0.008);  // five standard errors of 100000 samples
    }
  }
}

TEST(Randomization, ASampleKnowsTheSmallestChance) {
  // Of 40 pairs all say the same: no sample is as large, but the observed pattern counts as one of them.
  const auto result = paired_randomization(Values(40, 1), Values(40, 0), {.samples = 999});
  EXPECT_DOUBLE_EQ(result.p_value, 1.0 / 1000);
}

TEST(Randomization, TheSameSeedGivesTheSameChance) {
  const Values a = random_values(70, 11), b = random_values(70, 12);  // more pairs than one draw has coins
  const auto chance = [&](std::uint64_t seed) { return paired_randomization(a, b, {.seed = seed}).p_value; };
  EXPECT_EQ(chance(1), chance(1));
  EXPECT_NE(chance(1), chance(2));
  EXPECT_NEAR(chance(1), chance(2), 0.016);
}

TEST(Randomization, PairsFarApartAreExchangedIndependently) {
  // Two differences of 1 among zeros: sums 2, 0, 0, -2; half of them are as large.
  Values a(70), b(70);
  a[0] = a[64] = 1;
  EXPECT_NEAR(paired_randomization(a, b).p_value, 0.5, 0.008);
}

TEST(Randomization, UnequalSizesAndNoPairsAreABug) {
  EXPECT_THROW(paired_randomization(Values{1, 2}, Values{1}), base::Bug);
  EXPECT_THROW(paired_randomization({}, {}), base::Bug);
}

TEST(Randomization, RoundingDoesNotHideATie) {
  // The differences sum to 0 but for the last place, so every pattern is as large.
  const Values a = {0.1, 0.2, 0, 0.3, 0, 0}, b = {0, 0, 0.3, 0, 0.2, 0.1};
  EXPECT_EQ(paired_randomization(a, b).p_value, 1);
}

}  // namespace
}  // namespace heed::eval
