#include "eval/judged_ranking.h"

#include <gtest/gtest.h>

namespace heed::eval {
namespace {

/// Eight judgments: grade 0 three times, 1 twice, 2 twice, and one document left unjudged.
collection::Judgments example_judgments() {
  collection::Judgments judgments;
  judgments.add("q", "a", 1);
  judgments.add("q", "c", 0);
  judgments.add("q", "d", 2);
  judgments.add("q", "e", -1);
  judgments.add("q", "f", 0);
  judgments.add("q", "g", 1);
  judgments.add("q", "x", 2);
  judgments.add("q", "y", 0);
  return judgments;
}

/// Retrieves a to g in this order, given the other way round.
collection::Run example_run() {
  collection::Run run;
  for (char document = 'g'; document >= 'a'; --document) run.add("q", std::string(1, document), 'z' - document);
  return run;
}

JudgedRanking judge_example(const JudgingOptions& options) {
  const auto judgments = example_judgments();
  const auto run = example_run();
  return judge(run.lists()[0], judgments.lists()[0], options);
}

TEST(JudgedRanking, HasGradesByRankAndCountsAllJudgments) {
  const auto ranking = judge_example({.collection_size = 20});
  EXPECT_EQ(ranking.grades, (std::vector<int>{1, kNotInPool, 0, 2, kLeftUnjudged, 0, 1}));
  EXPECT_EQ(ranking.judged_with, (std::vector<long>{3, 2, 2}));  // x and y too, which were not retrieved
  EXPECT_EQ(ranking.relevant, 4);
  EXPECT_EQ(ranking.relevant_retrieved, 3);
  EXPECT_EQ(ranking.not_in_pool, 1);
  EXPECT_EQ(ranking.left_unjudged, 1);
  EXPECT_EQ(ranking.retrieved(), 7);
  EXPECT_EQ(ranking.relevance_level, 1);
  EXPECT_EQ(ranking.collection_size, 20);
}

TEST(JudgedRanking, AnyNegativeGradeIsLeftUnjudged) {
  collection::Judgments judgments;
  judgments.add("q", "a", -2);
  judgments.add("q", "b", -7);
  collection::Run run;
  for (const auto* const document : {"a", "b", "c"}) run.add("q", document, 1);
  const auto ranking = judge(run.lists()[0], judgments.lists()[0], {});
  EXPECT_EQ(ranking.grades, (std::vector<int>{kNotInPool, kLeftUnjudged, kLeftUnjudged}));
  EXPECT_TRUE(ranking.judged_with.empty());
  EXPECT_EQ(ranking.relevant, 0);
}

TEST(JudgedRanking, EqualScoresGoByIdDescending) {
  collection::Judgments judgments;
  judgments.add("q", "10", 1);
  judgments.add("q", "9", 2);
  judgments.add("q", "a", 3);
  collection::Run run;
  for (const auto* const document : {"10", "a", "9"}) run.add("q", document, 0.5);
  EXPECT_EQ(judge(run.lists()[0], judgments.lists()[0], {}).grades, (std::vector<int>{3, 2, 1}));
}

TEST(JudgedRanking, TheLevelDecidesWhatIsRelevant) {
  const auto strict = judge_example({.relevance_level = 2});
  EXPECT_EQ(strict.relevant, 2);
  EXPECT_EQ(strict.relevant_retrieved, 1);
  EXPECT_FALSE(strict.is_relevant(1));
  const auto lax = judge_example({.relevance_level = 0});
  EXPECT_EQ(lax.relevant, 7);
  EXPECT_EQ(lax.relevant_retrieved, 5);
  // No level makes a document without a grade relevant.
  const auto laxest = judge_example({.relevance_level = -5});
  EXPECT_EQ(laxest.relevant, 7);
  EXPECT_EQ(laxest.relevant_retrieved, 5);
}

TEST(JudgedRanking, TheRankingIsCutBeforeUnjudgedDocumentsAreLeftOut) {
  const auto cut = judge_example({.max_retrieved = 5});
  EXPECT_EQ(cut.grades, (std::vector<int>{1, kNotInPool, 0, 2, kLeftUnjudged}));
  EXPECT_EQ(cut.relevant, 4);
  EXPECT_EQ(cut.relevant_retrieved, 2);
  const auto both = judge_example({.max_retrieved = 5, .judged_only = true});
  EXPECT_EQ(both.grades, (std::vector<int>{1, 0, 2}));
  EXPECT_EQ(both.not_in_pool, 0);
  EXPECT_EQ(both.left_unjudged, 0);
  EXPECT_EQ(judge_example({.max_retrieved = 100}).retrieved(), 7);
  EXPECT_EQ(judge_example({.max_retrieved = 0}).retrieved(), 0);
  EXPECT_EQ(judge_example({.max_retrieved = 0}).relevant, 4);
}

TEST(JudgedRanking, OneUnknownDocumentStandsForAMissingQuery) {
  const auto judgments = example_judgments();
  const auto ranking = judge_missing(judgments.lists()[0], {.relevance_level = 2, .collection_size = 20});
  EXPECT_EQ(ranking.grades, (std::vector<int>{kNotInPool}));
  EXPECT_EQ(ranking.judged_with, (std::vector<long>{3, 2, 2}));
  EXPECT_EQ(ranking.relevant, 2);
  EXPECT_EQ(ranking.relevant_retrieved, 0);
  EXPECT_EQ(ranking.not_in_pool, 1);
  EXPECT_EQ(ranking.relevance_level, 2);
  EXPECT_EQ(ranking.collection_size, 20);
}

TEST(JudgedRanking, TheStandInOfAMissingQueryIsNotJudged) {
  const auto judgments = example_judgments();
  EXPECT_EQ(judge_missing(judgments.lists()[0], {.judged_only = true}).retrieved(), 0);
  EXPECT_EQ(judge_missing(judgments.lists()[0], {.max_retrieved = 0}).retrieved(), 0);
}

}  // namespace
}  // namespace heed::eval
