#include "eval/rank_measures.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::eval {
namespace {

/// What to expect of a real number computed in another order of operations.
constexpr double kClose = 1e-12;

JudgedRanking ranking_of(std::vector<int> grades, std::vector<long> judged_with, int level = 1) {
  JudgedRanking ranking;
  ranking.grades = std::move(grades);
  ranking.judged_with = std::move(judged_with);
  ranking.relevance_level = level;
  for (std::size_t g = 0; g < ranking.judged_with.size(); ++g)
    if (ranking.is_relevant(static_cast<int>(g))) ranking.relevant += ranking.judged_with[g];
  for (const int grade : ranking.grades) {
    ranking.relevant_retrieved += ranking.is_relevant(grade);
    ranking.not_in_pool += grade == kNotInPool;
    ranking.left_unjudged += grade == kLeftUnjudged;
  }
  return ranking;
}

/// n = 7, R = 4, three of them found: at ranks 1, 4 (grade 2) and 7. Rank 2 is not in the pool, rank 5 left unjudged,
/// ranks 3 and 6 judged not relevant. A document of grade 2 and one of grade 0 are not retrieved.
JudgedRanking example(int level = 1) {
  return ranking_of({1, kNotInPool, 0, 2, kLeftUnjudged, 0, 1}, {3, 2, 2}, level);
}

/// R = 2, nothing retrieved.
JudgedRanking nothing_retrieved() {
  return ranking_of({}, {1, 1, 1});
}

/// Five retrieved, none relevant, because there is none.
JudgedRanking nothing_relevant() {
  return ranking_of({0, kNotInPool, 0, kLeftUnjudged, 0}, {4});
}

/// The values of one requested measure.
std::vector<double> values(const std::string& request, const JudgedRanking& ranking) {
  const std::vector<std::string> requests = {request};
  const auto selected = select_measures(requests).at(0);
  std::vector<double> result(selected.value_names.size());
  selected.measure->compute(ranking, selected.parameters, result);
  return result;
}

double value(const std::string& request, const JudgedRanking& ranking) {
  return values(request, ranking).at(0);
}

std::string grade_string_of(const JudgedRanking& ranking, double length) {
  Parameters parameters;
  parameters.numbers = {length};
  return grade_string(ranking, parameters);
}

void expect_close(const std::vector<double>& got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], kClose) << "value " << i;
}

/// DCG of the example's first four documents, and of all its seven: 1/log2(2) + 2/log2(5), then + 1/log2(8).
const double kDcgOf4 = 1 + 2 / std::log2(5);
const double kDcg = kDcgOf4 + 1.0 / 3;
/// DCG of the ideal ranking 2, 2, 1, 1, and of its first two.
const double kIdealOf2 = 2 + 2 / std::log2(3);
const double kIdeal = kIdealOf2 + 1 / std::log2(4) + 1 / std::log2(5);

TEST(RankMeasures, Counts) {
  EXPECT_EQ(value("num_ret", example()), 7);
  EXPECT_EQ(value("num_rel", example()), 4);
  EXPECT_EQ(value("num_rel_ret", example()), 3);
  EXPECT_EQ(value("num_nonrel_judged_ret", example()), 2);  // 7 - 1 not in the pool - 1 left unjudged - 3
}

TEST(RankMeasures, AveragePrecision) {
  const double expected = (1.0 / 1 + 2.0 / 4 + 3.0 / 7) / 4;  // 0.4821
  EXPECT_NEAR(value("map", example()), expected, kClose);
  EXPECT_NEAR(value("gm_map", example()), std::log(expected), kClose);
}

TEST(RankMeasures, AveragePrecisionAtCutoffs) {
  const double all = (1.0 + 2.0 / 4 + 3.0 / 7) / 4;
  expect_close(values("map_cut.1,3,4,6,7,1000", example()), {0.25, 0.25, 1.5 / 4, 1.5 / 4, all, all});
}

TEST(RankMeasures, InferredAveragePrecision) {
  // Rank 1: 1. Rank 4: 1/4 + 3/4 * (1+1+0)/3 * (1+e)/(1+1+2e) = 1/4 + 1/4.
  // Rank 7: 1/7 + 6/7 * (2+2+1)/6 * (2+e)/(2+2+2e) = 1/7 + 5/14. Together 2, over R = 4.
  EXPECT_NEAR(value("infAP", example()), 0.5, kClose);
}

TEST(RankMeasures, InferredAveragePrecisionIsSmoothed) {
  // Rank 2: 1/2 + 1/2 * 1/1 * (0+e)/(0+1+2e), e = 0.00001.
  EXPECT_NEAR(value("infAP", ranking_of({0, 1}, {1, 1})), 0.5 + 0.5 * 0.00001 / 1.00002, kClose);
}

TEST(RankMeasures, PrecisionAtR) {
  EXPECT_EQ(value("Rprec", example()), 0.5);  // 2 of the first 4
  EXPECT_EQ(value("Rprec", ranking_of({1, 1}, {0, 4})), 0.5);
}

TEST(RankMeasures, PrecisionAtMultiplesOfR) {
  // Cutoffs floor(4 m + 0.9) for m = 0.2, 0.4, ... 2: 1, 2, 3, 4, 4, 5, 6, 7, 8, 8.
  expect_close(values("Rprec_mult", example()),
               {1, 1.0 / 2, 1.0 / 3, 2.0 / 4, 2.0 / 4, 2.0 / 5, 2.0 / 6, 3.0 / 7, 3.0 / 8, 3.0 / 8});
}

TEST(RankMeasures, BinaryPreference) {
  // N = 3, R = 4, so a relevant document with k judged nonrelevant ones above counts 1 - min(k,4)/3:
  // rank 1: 1, rank 4: 1 - 1/3, rank 7: 1 - 2/3. Together 2, over 4.
  EXPECT_NEAR(value("bpref", example()), 0.5, kClose);
  EXPECT_NEAR(value("gm_bpref", example()), std::log(0.5), kClose);
}

TEST(RankMeasures, BinaryPreferenceCountsAtMostRNonrelevant) {
  // N = 3, R = 1: 1 - min(2,1)/min(3,1) = 0.
  EXPECT_EQ(value("bpref", ranking_of({0, 0, 1}, {3, 1})), 0);
  EXPECT_NEAR(value("gm_bpref", ranking_of({0, 0, 1}, {3, 1})), std::log(0.00001), kClose);
  // Without a judged nonrelevant document above it, each counts 1.
  EXPECT_EQ(value("bpref", ranking_of({kNotInPool, kLeftUnjudged, 1, 1}, {0, 2})), 1);
}

TEST(RankMeasures, ReciprocalRank) {
  EXPECT_EQ(value("recip_rank", example()), 1);
  EXPECT_EQ(value("recip_rank", ranking_of({0, kNotInPool, 0, 1, 1}, {2, 2})), 0.25);
}

TEST(RankMeasures, InterpolatedPrecision) {
  // Of R = 4 the eleven recalls ask for round(0, 0.4, 0.8, 1.2, 1.6, 2, 2.4, 2.8, 3.2, 3.6, 4) = 0 0 1 1 2 2 2 3 3 4 4
  // documents. The best precision with at least 3 is 3/7, with 2: 2/4, with 1: 1; the fourth is never found.
  const double third = 3.0 / 7;
  expect_close(values("iprec_at_recall", example()), {1, 1, 1, 1, 0.5, 0.5, 0.5, third, third, 0, 0});
  EXPECT_NEAR(value("11pt_avg", example()), (4 + 3 * 0.5 + 2 * third) / 11, kClose);
  EXPECT_NEAR(value("11pt_avg.0.25,0.5", example()), 0.75, kClose);
}

TEST(RankMeasures, InterpolatedPrecisionRoundsHalfADocumentUp) {
  // R = 1: recall 0.5 asks for round(0.5) = 1 document, precision 1/2; recall 0.4 for none: the best precision at all.
  expect_close(values("iprec_at_recall.0.4,0.5", ranking_of({0, 1}, {1, 1})), {0.5, 0.5});
  // R = 3, one found at rank 2: 0.5 * 3 asks for 2 documents, which are not found; 0.4 * 3 for 1.
  expect_close(values("iprec_at_recall.0.4,0.5", ranking_of({0, 1}, {1, 3})), {0.5, 0});
}

TEST(RankMeasures, InterpolatedPrecisionLooksFurtherDown) {
  // Precision at the first of two relevant documents is 1/3, at the second 2/4: the better counts for both.
  expect_close(values("iprec_at_recall.0.5,1", ranking_of({0, 0, 1, 1}, {2, 2})), {0.5, 0.5});
}

TEST(RankMeasures, PrecisionAndRecallAtCutoffs) {
  expect_close(values("P.1,4,5,10", example()), {1, 2.0 / 4, 2.0 / 5, 3.0 / 10});
  expect_close(values("recall.1,4,10", example()), {1.0 / 4, 2.0 / 4, 3.0 / 4});
  expect_close(values("relative_P.1,3,4,5,10", example()), {1, 1.0 / 3, 2.0 / 4, 2.0 / 4, 3.0 / 4});
  expect_close(values("success.1,5", example()), {1, 1});
  expect_close(values("success.2,3", ranking_of({0, 0, 1}, {2, 1})), {0, 1});
}

TEST(RankMeasures, UnjudgedAtCutoffs) {
  expect_close(values("unj.1,2,5,10", example()), {0, 1.0 / 2, 2.0 / 5, 2.0 / 10});
}

TEST(RankMeasures, OfSets) {
  EXPECT_NEAR(value("set_P", example()), 3.0 / 7, kClose);
  EXPECT_NEAR(value("set_recall", example()), 3.0 / 4, kClose);
  EXPECT_NEAR(value("set_relative_P", example()), 3.0 / 4, kClose);  // 4 < 7
  EXPECT_NEAR(value("set_relative_P", ranking_of({1, 0}, {1, 5})), 1.0 / 2, kClose);
  EXPECT_NEAR(value("set_map", example()), 9.0 / 28, kClose);
  EXPECT_NEAR(value("set_F", example()), 6.0 / 11, kClose);  // 2 * 9/28 / (3/7 + 3/4) = 18/33
  EXPECT_NEAR(value("set_F.0.5", example()), 0.5, kClose);   // 1.5 * 9/28 / (3/14 + 3/4) = 13.5/27
}

TEST(RankMeasures, Utility) {
  EXPECT_EQ(value("utility", example()), -1);  // 3 found - 4 wrongly found
  JudgedRanking ranking = example();
  ranking.collection_size = 20;
  // 2*3 - 4 + 0.5 * 1 missed + 0.25 * (20 + 3 - 7 - 4) rightly left
  EXPECT_EQ(value("utility.2,-1,0.5,0.25", ranking), 5.5);
}

TEST(RankMeasures, Ndcg) {
  EXPECT_NEAR(value("ndcg", example()), kDcg / kIdeal, kClose);  // 0.5235
  // Gains 3 and 9: 3 + 9/log2(5) + 3/log2(8) over 9 + 9/log2(3) + 3/log2(4) + 3/log2(5)
  const double dcg = 3 + 9 / std::log2(5) + 1;
  const double ideal = 9 + 9 / std::log2(3) + 1.5 + 3 / std::log2(5);
  EXPECT_NEAR(value("ndcg.1=3,2=9", example()), dcg / ideal, kClose);
}

TEST(RankMeasures, NdcgWithGainsBelowZeroCanBeNegative) {
  // -1 + 1/log2(5) - 1/log2(8) over 1 + 1/log2(3)
  EXPECT_NEAR(value("ndcg.2=1,1=-1", example()), (-1 + 1 / std::log2(5) - 1.0 / 3) / (1 + 1 / std::log2(3)), kClose);
}

TEST(RankMeasures, NdcgAtCutoffs) {
  expect_close(values("ndcg_cut.1,2,4,7,10", example()),
               {1.0 / 2, 1 / kIdealOf2, kDcgOf4 / kIdeal, kDcg / kIdeal, kDcg / kIdeal});
  // A short ranking is held against the whole ideal: 2 over 2 + 1/log2(3) at 2 and 3.
  const double short_of = 2 / (2 + 1 / std::log2(3));
  expect_close(values("ndcg_cut.1,2,3", ranking_of({2}, {0, 1, 1})), {1, short_of, short_of});
}

TEST(RankMeasures, NdcgAtRelevantDocuments) {
  // 1/2 at rank 1, DCG over the ideal at ranks 4 and 7, and the last again for the one that is not found.
  EXPECT_NEAR(value("ndcg_rel", example()), (1.0 / 2 + kDcgOf4 / kIdeal + 2 * kDcg / kIdeal) / 4, kClose);
}

TEST(RankMeasures, NdcgAtTheBoundariesOfTheIdealRanking) {
  // The ideal 2, 2, 1, 1 changes after 2 and ends after 4; the ranking goes on beyond 5, so its end counts too.
  EXPECT_NEAR(value("Rndcg", example()), (1 / kIdealOf2 + kDcgOf4 / kIdeal + kDcg / kIdeal) / 3, kClose);
  // One document more than the ideal has: no third sample.
  const auto barely = ranking_of({1, kNotInPool, 0, 2, 0}, {3, 2, 2});
  EXPECT_NEAR(value("Rndcg", barely), (1 / kIdealOf2 + kDcgOf4 / kIdeal) / 2, kClose);
  // A ranking that ends first stands still while the ideal goes on.
  EXPECT_NEAR(value("Rndcg", ranking_of({1}, {3, 2, 2})), (1 / kIdealOf2 + 1 / kIdeal) / 2, kClose);
}

TEST(RankMeasures, BinaryG) {
  // 1 / log2(2 + nonrelevant documents above): 0, 2 and 4 of them.
  EXPECT_NEAR(value("binG", example()), (1 + 1 / std::log2(4) + 1 / std::log2(6)) / 4, kClose);
}

TEST(RankMeasures, G) {
  // The discount is log2(2 + cost - gained); cost 2, 4, 5, 6, 7, 8, 9 (ideal gains 2, 2, 1, 1, then 1 a document),
  // gained 1 at rank 1, 3 at rank 4, 4 at rank 7. The ideal gains sum to 6.
  EXPECT_NEAR(value("G", example()), (1 / std::log2(3) + 2 / std::log2(5) + 1 / std::log2(7)) / 6, kClose);
  // Gains 3 and 9: cost 9, 18, 21, 24, 25, 26, 27; gained 3, 12, 15.
  EXPECT_NEAR(value("G.1=3,2=9", example()), (3 / std::log2(8) + 9 / std::log2(14) + 3 / std::log2(14)) / 24, kClose);
  // A document costs 1 at least, though the best gain is 0.5: 0.5 / log2(2 + 1 - 0.5), over 0.5.
  EXPECT_NEAR(value("G.0=-5,1=0.5", ranking_of({1}, {0, 1})), 1 / std::log2(2.5), kClose);
}

TEST(RankMeasures, RankBiasedPrecision) {
  // Gains 1/2, 1 and 1/2: (1 - p) * (1/2 + p^3 + p^6/2)
  EXPECT_NEAR(value("rbp.p=0.5", example()), 0.5 * (0.5 + 0.125 + 0.5 / 64), kClose);
  EXPECT_NEAR(value("rbp", example()), 0.1 * (0.5 + std::pow(0.9, 3) + std::pow(0.9, 6) / 2), kClose);
  // Gains 1/3, 1 and 1/3, p of 0.9 not being named.
  const double expected = 0.1 * (1.0 / 3 + std::pow(0.9, 3) + std::pow(0.9, 6) / 3);
  EXPECT_NEAR(value("rbp.1=3,2=9", example()), expected, kClose);
}

TEST(RankMeasures, RankBiasedPrecisionResidual) {
  // p^7 for what was not retrieved, (1 - p)(p + p^4) for ranks 2 and 5.
  EXPECT_NEAR(value("rbp_resid.p=0.5", example()), 1.0 / 128 + 0.5 * (0.5 + 1.0 / 16), kClose);
  EXPECT_NEAR(value("rbp_resid", example()), std::pow(0.9, 7) + 0.1 * (0.9 + std::pow(0.9, 4)), kClose);
  EXPECT_EQ(value("rbp_resid", ranking_of({1, 0}, {1, 1})), 0);  // everything retrieved is judged
}

TEST(RankMeasures, GradeString) {
  EXPECT_EQ(grade_string_of(example(), 10), "1-02.01");
  EXPECT_EQ(grade_string_of(example(), 3), "1-0");
  EXPECT_EQ(grade_string_of(example(2), 10), "1-02.01");
  EXPECT_EQ(grade_string_of(ranking_of({9, 10, 10000}, {}), 10), "9>>");
  EXPECT_EQ(grade_string_of(nothing_retrieved(), 10), "");
}

TEST(RankMeasures, AHigherLevelLeavesOneRelevantDocumentFound) {
  const auto strict = example(2);  // R = 2, the one found at rank 4; N = 5
  EXPECT_EQ(value("num_rel", strict), 2);
  EXPECT_EQ(value("num_rel_ret", strict), 1);
  EXPECT_EQ(value("num_nonrel_judged_ret", strict), 4);
  EXPECT_EQ(value("map", strict), 0.125);
  EXPECT_EQ(value("Rprec", strict), 0);
  EXPECT_EQ(value("bpref", strict), 0);  // 1 - min(2,2)/min(5,2)
  EXPECT_EQ(value("recip_rank", strict), 0.25);
  EXPECT_EQ(value("utility", strict), 1 - 6);
  expect_close(values("iprec_at_recall.0,0.5,0.8", strict), {0.25, 0.25, 0});
  // 1/4 + 3/4 * (0+2)/3 * (0+e)/(0+2+2e), over 2
  EXPECT_NEAR(value("infAP", strict), (0.25 + 0.5 * 0.00001 / 2.00002) / 2, kClose);
}

TEST(RankMeasures, GainsDoNotAskForTheLevel) {
  for (const auto* const request : {"G", "ndcg", "ndcg_rel", "ndcg_cut", "rbp", "rbp_resid"})
    EXPECT_EQ(values(request, example(2)), values(request, example())) << request;
  EXPECT_EQ(value("ndcg", example(3)), value("ndcg", example()));
  EXPECT_EQ(value("Rndcg", example(2)), value("Rndcg", example()));
  EXPECT_EQ(value("Rndcg", example(3)), 0);
}

TEST(RankMeasures, AtLevelZeroJudgedDocumentsAreRelevant) {
  const auto lax = example(0);  // R = 7, five found at ranks 1, 3, 4, 6, 7
  EXPECT_EQ(value("num_rel", lax), 7);
  EXPECT_NEAR(value("map", lax), (1 + 2.0 / 3 + 3.0 / 4 + 4.0 / 6 + 5.0 / 7) / 7, kClose);
  EXPECT_NEAR(value("bpref", lax), 5.0 / 7, kClose);
}

/// Every measure that is a number, with its default parameters.
std::vector<const Measure*> numeric_measures() {
  std::vector<const Measure*> result;
  for (const Measure& measure : measures())
    if (measure.compute != nullptr) result.push_back(&measure);
  return result;
}

bool is_logarithm(const Measure& measure) {
  return measure.average == Average::kGeometric;
}

TEST(RankMeasures, NothingRetrievedIsWorthNothing) {
  for (const Measure* const measure : numeric_measures()) {
    const double expected = measure->name == "num_rel" ? 2 : is_logarithm(*measure) ? std::log(0.00001) : 0;
    for (const double got : values(std::string(measure->name), nothing_retrieved()))
      EXPECT_EQ(got, expected) << measure->name;
  }
}

TEST(RankMeasures, WithoutARelevantDocumentNothingIsWorthAnything) {
  for (const Measure* const measure : numeric_measures()) {
    const std::string name(measure->name);
    if (name == "num_ret" || name == "num_nonrel_judged_ret" || name == "utility" || name == "rbp_resid" ||
        name == "unj")
      continue;  // of the documents that are there
    for (const double got : values(name, nothing_relevant()))
      EXPECT_EQ(got, is_logarithm(*measure) ? std::log(0.00001) : 0) << name;
  }
  EXPECT_EQ(value("num_ret", nothing_relevant()), 5);
  EXPECT_EQ(value("num_nonrel_judged_ret", nothing_relevant()), 3);
  EXPECT_EQ(value("utility", nothing_relevant()), -5);
  EXPECT_NEAR(value("rbp_resid.p=0.5", nothing_relevant()), 1.0 / 32 + 0.5 * (0.5 + 0.125), kClose);
  expect_close(values("unj", nothing_relevant()), {2.0 / 5, 2.0 / 10, 2.0 / 20});
}

TEST(RankMeasures, ThePerfectRankingIsWorthOne) {
  const auto perfect = ranking_of({3, 2, 2, 1, 0, 0}, {2, 1, 2, 1});
  for (const auto* const request : {"map", "Rprec", "bpref", "recip_rank", "11pt_avg", "binG", "ndcg", "ndcg_rel",
                                    "Rndcg", "set_recall", "set_relative_P"})
    EXPECT_NEAR(value(request, perfect), 1, kClose) << request;
  for (const auto* const request :
       {"iprec_at_recall", "ndcg_cut", "relative_P", "success", "P.1,2,3,4", "recall.4,1000"})
    for (const double got : values(request, perfect)) EXPECT_NEAR(got, 1, kClose) << request;
  EXPECT_EQ(value("gm_map", perfect), 0);            // log 1
  EXPECT_NEAR(value("infAP", perfect), 1, 0.00001);  // it is smoothed
}

/// A ranking of up to 12 documents of grades up to 3, some without a grade, and judged documents that it lacks.
JudgedRanking random_ranking(base::Random& random) {
  std::vector<int> grades(random.below(13));
  for (int& grade : grades) grade = static_cast<int>(random.below(6)) - 2;
  std::vector<long> judged_with(4);
  for (const int grade : grades)
    if (grade >= 0) ++judged_with[static_cast<std::size_t>(grade)];
  for (long& count : judged_with) count += random.below(3);
  return ranking_of(std::move(grades), std::move(judged_with), 1 + static_cast<int>(random.below(3)));
}

TEST(RankMeasures, NormalizedOnesLieBetweenZeroAndOne) {
  base::Random random(5);
  for (int round = 0; round < 300; ++round) {
    const auto ranking = random_ranking(random);
    for (const Measure* const measure : numeric_measures()) {
      if (measure->is_count || is_logarithm(*measure) || measure->name == "utility") continue;
      for (const double got : values(std::string(measure->name), ranking)) {
        EXPECT_GE(got, 0) << measure->name;
        EXPECT_LE(got, 1 + kClose) << measure->name;
      }
    }
  }
}

TEST(RankMeasures, ACutoffAtTheEndChangesNothing) {
  base::Random random(6);
  for (int round = 0; round < 300; ++round) {
    const auto ranking = random_ranking(random);
    EXPECT_NEAR(value("map_cut.1000", ranking), value("map", ranking), kClose);
    EXPECT_NEAR(value("ndcg_cut.1000", ranking), value("ndcg", ranking), kClose);
    EXPECT_NEAR(value("recall.1000", ranking), value("set_recall", ranking), kClose);
    if (ranking.relevant > 0) {
      EXPECT_NEAR(value("P." + std::to_string(ranking.relevant), ranking), value("Rprec", ranking), kClose);
    }
    if (ranking.retrieved() > 0) {
      EXPECT_NEAR(value("P." + std::to_string(ranking.retrieved()), ranking), value("set_P", ranking), kClose);
    }
  }
}

TEST(RankMeasures, ARelevantDocumentThatMovesUpNeverHurts) {
  base::Random random(7);
  for (int round = 0; round < 300; ++round) {
    auto ranking = random_ranking(random);
    if (ranking.retrieved() < 2) continue;
    const std::size_t i = random.below(static_cast<std::uint32_t>(ranking.retrieved() - 1));
    if (ranking.grades[i] >= ranking.grades[i + 1] || !ranking.is_relevant(ranking.grades[i + 1])) continue;
    const auto before = ranking;
    std::swap(ranking.grades[i], ranking.grades[i + 1]);
    for (const auto* const request : {"map", "bpref", "recip_rank", "iprec_at_recall", "11pt_avg", "P.1,2,3,4,5,6",
                                      "binG", "G", "ndcg", "ndcg_cut", "rbp"}) {
      const auto was = values(request, before), is = values(request, ranking);
      for (std::size_t k = 0; k < is.size(); ++k) EXPECT_GE(is[k], was[k] - kClose) << request;
    }
  }
}

}  // namespace
}  // namespace heed::eval
