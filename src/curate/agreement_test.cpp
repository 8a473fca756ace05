#include "curate/agreement.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::curate {
namespace {

using enum Decision;
using Table = std::array<std::array<long, 3>, 3>;

std::vector<DecisionPair> pairs_of(const Table& table) {
  constexpr Decision kAll[] = {kRelevant, kNotRelevant, kUnsure};
  std::vector<DecisionPair> pairs;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      pairs.insert(pairs.end(), static_cast<std::size_t>(table[i][j]), {kAll[i], kAll[j]});
  return pairs;
}

// Jacob Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20(1),
// Table 2: 200 patients, three diagnoses; agreement .70, by chance .41, kappa .492.
TEST(Agreement, IsThatOfCohensExample) {
  const Agreement result = agreement(pairs_of({{{88, 14, 18}, {10, 40, 10}, {2, 6, 12}}}));
  EXPECT_EQ(result.documents, 200);
  EXPECT_DOUBLE_EQ(result.observed, 0.70);
  EXPECT_DOUBLE_EQ(result.expected, 0.41);
  ASSERT_TRUE(result.kappa.has_value());
  EXPECT_NEAR(*result.kappa, 0.492, 0.0005);
}

// By hand: they agree on 35 of 50. The first says relevant 25 times, the second 30 times: by chance
// (25 * 30 + 25 * 20) / 2500 = 0.5. (0.7 - 0.5) / 0.5 = 0.4.
TEST(Agreement, IsWhatAHandWorks) {
  const Agreement result = agreement(pairs_of({{{20, 5, 0}, {10, 15, 0}, {0, 0, 0}}}));
  EXPECT_DOUBLE_EQ(result.observed, 0.7);
  EXPECT_DOUBLE_EQ(result.expected, 0.5);
  EXPECT_DOUBLE_EQ(result.kappa.value(), 0.4);
  EXPECT_EQ(result.table[0][1], 5);
  EXPECT_EQ(result.table[1][0], 10);
}

TEST(Agreement, UnsureAgreesWithUnsureAlone) {
  EXPECT_DOUBLE_EQ(agreement(pairs_of({{{1, 0, 0}, {0, 0, 0}, {0, 0, 1}}})).kappa.value(), 1);
  EXPECT_DOUBLE_EQ(agreement(pairs_of({{{1, 0, 1}, {0, 0, 0}, {1, 0, 1}}})).kappa.value(), 0);
}

TEST(Agreement, KappaIsUndefinedWhereChanceWouldAgreeEverywhere) {
  const Agreement same = agreement(pairs_of({{{7, 0, 0}, {0, 0, 0}, {0, 0, 0}}}));
  EXPECT_EQ(same.observed, 1);
  EXPECT_EQ(same.expected, 1);
  EXPECT_FALSE(same.kappa.has_value());
  const Agreement none = agreement({});
  EXPECT_EQ(none.documents, 0);
  EXPECT_FALSE(none.kappa.has_value());
}

TEST(Agreement, OneWhoSaysTheSameAlwaysAgreesNoBetterThanChance) {
  EXPECT_DOUBLE_EQ(agreement(pairs_of({{{3, 0, 0}, {4, 0, 0}, {0, 0, 0}}})).kappa.value(), 0);
}

TEST(Agreement, DoesNotDependOnWhoIsFirstAndIsAtMostOne) {
  base::Random random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<DecisionPair> pairs, swapped;
    const auto count = 1 + random.below(40);
    for (std::uint64_t i = 0; i < count; ++i) {
      const DecisionPair pair = {static_cast<Decision>(random.below(3)), static_cast<Decision>(random.below(3))};
      pairs.push_back(pair);
      swapped.push_back({pair.second, pair.first});
    }
    const Agreement one = agreement(pairs), other = agreement(swapped);
    EXPECT_EQ(one.kappa, other.kappa);
    if (one.kappa) {
      EXPECT_LE(*one.kappa, 1);
      EXPECT_GE(*one.kappa, -1);
      EXPECT_EQ(*one.kappa == 1, one.observed == 1);
    }
  }
}

}  // namespace
}  // namespace heed::curate
