#include "eval/gains.h"

#include <gtest/gtest.h>

namespace heed::eval {
namespace {

using Overrides = std::vector<std::pair<std::string, double>>;

/// Three documents of grade 0, two of grade 1, one of grade 3.
JudgedRanking example() {
  JudgedRanking ranking;
  ranking.judged_with = {3, 2, 0, 1};
  return ranking;
}

Gains gains_with(const Overrides& overrides) {
  return Gains(example(), overrides);
}

TEST(Gains, AreTheGradesUnlessSaidOtherwise) {
  const Gains gains = gains_with({});
  for (int grade = 0; grade <= 3; ++grade) EXPECT_EQ(gains.of(grade), grade);
  EXPECT_EQ(gains.ideal(), (std::vector<double>{3, 1, 1}));
  EXPECT_EQ(gains.of(kNotInPool), 0);
  EXPECT_EQ(gains.of(kLeftUnjudged), 0);
  EXPECT_EQ(gains.of(4), 0);
}

TEST(Gains, ParametersReplaceThem) {
  const Gains gains = gains_with({{"1", 5}, {"0", 0.5}, {"7", 9}});
  EXPECT_EQ(gains.of(1), 5);
  EXPECT_EQ(gains.of(0), 0.5);
  EXPECT_EQ(gains.of(3), 3);
  EXPECT_EQ(gains.of(7), 9);
  EXPECT_EQ(gains.ideal(), (std::vector<double>{5, 5, 3, 0.5, 0.5, 0.5}));  // nobody has grade 7
}

TEST(Gains, NamesThatAreNoGradeAreIgnored) {
  const Gains gains = gains_with({{"p", 0.8}, {"1.5", 4}, {"1x", 4}});
  EXPECT_EQ(gains.of(1), 1);
  EXPECT_EQ(gains.ideal(), (std::vector<double>{3, 1, 1}));
}

TEST(Gains, DocumentsWithoutAGradeCanBeGivenOne) {
  const Gains gains = gains_with({{"-1", 0.5}, {"-2", -1}});
  EXPECT_EQ(gains.of(kNotInPool), 0.5);
  EXPECT_EQ(gains.of(kLeftUnjudged), -1);
  EXPECT_EQ(gains.ideal(), (std::vector<double>{3, 1, 1}));
}

TEST(Gains, TheIdealIsDescendingAndHoldsEveryGainAboveZero) {
  const Gains gains = gains_with({{"0", 4}, {"1", -2}, {"3", 2}});
  EXPECT_EQ(gains.ideal(), (std::vector<double>{4, 4, 4, 2}));
}

TEST(Gains, NormalizingDividesByTheLargest) {
  Gains gains = gains_with({});
  gains.normalize();
  EXPECT_DOUBLE_EQ(gains.of(1), 1.0 / 3);
  EXPECT_EQ(gains.of(3), 1);
  EXPECT_EQ(gains.of(0), 0);
  EXPECT_EQ(gains.of(kNotInPool), 0);
  EXPECT_EQ(gains.ideal(), (std::vector<double>{3, 1, 1}));
}

TEST(Gains, NormalizingShiftsWhereAGainIsNegative) {
  Gains gains = gains_with({{"0", -1}});
  gains.normalize();  // -1..3 onto 0..1
  EXPECT_EQ(gains.of(0), 0);
  EXPECT_EQ(gains.of(1), 0.5);
  EXPECT_EQ(gains.of(2), 0.75);
  EXPECT_EQ(gains.of(3), 1);
}

TEST(Gains, WithinZeroAndOneNormalizingChangesNothing) {
  Gains gains = gains_with({{"1", 0.25}, {"2", 0.5}, {"3", 0.75}});
  gains.normalize();
  EXPECT_EQ(gains.of(1), 0.25);
  EXPECT_EQ(gains.of(3), 0.75);
}

TEST(Gains, LessThanOneApartKeepTheOrderInWhichTrecEvalHasThem) {
  // Its comparison takes 0.5 and 0 for equal, so the parameter's grade stays below grade 0, where the ideal ends.
  JudgedRanking ranking;
  ranking.judged_with = {1, 2};
  const Overrides half = {{"1", 0.5}};
  EXPECT_TRUE(Gains(ranking, half).ideal().empty());
}

TEST(Gains, OfNoJudgmentsAreNothing) {
  Gains gains(JudgedRanking(), {});
  gains.normalize();
  EXPECT_TRUE(gains.ideal().empty());
  EXPECT_EQ(gains.of(1), 0);
}

TEST(Gains, AGradeThatNobodyHasDoesNotEndTheIdeal) {
  // trec_eval takes the gains less than 1 apart for equal and leaves 0 above 0.5 and 0.7; no document has grade 0.
  JudgedRanking ranking;
  ranking.judged_with = {0, 2, 0, 0, 1};
  const Overrides overrides = {{"1", 0.5}, {"2", 0.7}};
  EXPECT_EQ(Gains(ranking, overrides).ideal(), (std::vector<double>{4, 0.5, 0.5}));
}

}  // namespace
}  // namespace heed::eval
