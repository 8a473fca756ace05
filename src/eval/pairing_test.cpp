#include "eval/pairing.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "testing/testing.h"

namespace heed::eval {
namespace {

using collection::Judgments;
using collection::QueryId;
using heed::testing::complaint_of;

/// What a RunPair borrows.
struct Case {
  Judgments og, changed;
  collection::Run run_og, run_changed;

  RunPair pair() const { return {og, changed, run_og, run_changed}; }
};

PairEvaluation judge(const Case& both, const PairOptions& options = {}) {
  const std::vector<std::string> requests = {"num_rel", "map", "P.1", "recip_rank"};
  return evaluate_pair(both.pair(), select_measures(requests), options);
}

PairOptions with(Ties ties) {
  PairOptions options;
  options.ties = ties;
  return options;
}

PairOptions with(Missing missing) {
  PairOptions options;
  options.missing = missing;
  return options;
}

void add(collection::Run& run, const std::string& query, const std::string& documents) {
  for (std::size_t i = 0; i < documents.size(); ++i)
    run.add(query, documents.substr(i, 1), -static_cast<double>(i));  // a letter each, the first ranked first
}

double summary_of(const Evaluation& evaluation, std::string_view column) {
  return evaluation.summary.at(evaluation.column(column).value());
}

double value_of(const Evaluation& evaluation, std::size_t query, std::string_view column) {
  return evaluation.queries.at(query).values.at(evaluation.column(column).value());
}

/// q1: a falls from 1 to 4 (0.75), b rises from 2 to 1 (-0.5): 0.125. q2: a falls from 1 to 2: 0.5. q3: nothing
/// changes.
Case example() {
  Case both;
  for (const auto* const document : {"a", "b", "c"}) both.og.add("q1", document, 1);
  both.changed.add("q1", "c", 1);
  both.og.add("q2", "a", 1);
  both.changed.add("q2", "a", 0);
  both.changed.add("q2", "b", 0);
  both.og.add("q3", "a", 1);
  both.changed.add("q3", "a", 1);
  add(both.run_og, "q3", "ba");
  add(both.run_changed, "q3", "ab");
  add(both.run_og, "q1", "abcd");
  add(both.run_changed, "q1", "bcda");
  add(both.run_og, "q2", "ab");
  add(both.run_changed, "q2", "ba");
  return both;
}

/// As the example, but the changed run lacks q2.
Case example_without_q2() {
  Case both = example();
  both.run_changed = {};
  add(both.run_changed, "q1", "bcda");
  add(both.run_changed, "q3", "ab");
  return both;
}

TEST(Pairing, EveryQueryWeighsTheSame) {
  const Case both = example();
  const PairEvaluation result = judge(both);
  ASSERT_EQ(result.queries.size(), 3u);
  EXPECT_EQ(result.queries[0].query, QueryId("q1"));
  EXPECT_DOUBLE_EQ(result.queries[0].p_mrr, 0.125);
  EXPECT_DOUBLE_EQ(result.queries[1].p_mrr, 0.5);
  EXPECT_DOUBLE_EQ(result.p_mrr, (0.125 + 0.5) / 2);  // not (0.75 - 0.5 + 0.5) / 3
  EXPECT_EQ(result.changed_pairs, 3);
  EXPECT_EQ(result.tied_documents, 0);
  EXPECT_EQ(result.tied_flipped, 0);
  EXPECT_TRUE(result.notes.empty());
}

TEST(Pairing, AQueryWithoutChangedJudgmentsCountsInTheMeasuresOnly) {
  const Case both = example();
  const PairEvaluation result = judge(both);
  EXPECT_EQ(result.p_mrr_by_query(), (std::vector<double>{0.125, 0.5}));
  ASSERT_NE(result.find(QueryId("q3")), nullptr);
  EXPECT_TRUE(result.find(QueryId("q3"))->flipped.empty());
  EXPECT_EQ(result.find(QueryId("q4")), nullptr);
  ASSERT_EQ(result.og.queries.size(), 3u);
  EXPECT_DOUBLE_EQ(value_of(result.og, 2, "map"), 0.5);
  EXPECT_DOUBLE_EQ(summary_of(result.og, "map"), (1 + 1 + 0.5) / 3);
}

TEST(Pairing, EachRunIsJudgedByItsOwnJudgmentsAndThePaperCrossesThem) {
  const Case both = example();
  const PairEvaluation result = judge(both);
  // q1, R = 3 at ranks 1, 2, 3; then R = 1 at rank 2.
  EXPECT_DOUBLE_EQ(value_of(result.og, 0, "map"), 1);
  EXPECT_DOUBLE_EQ(value_of(result.changed, 0, "map"), 0.5);
  // c stands third in the original run; a, b, c stand 4, 1, 2 in the changed one.
  EXPECT_DOUBLE_EQ(value_of(result.paper_og, 0, "map"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(value_of(result.paper_changed, 0, "map"), (1 + 1 + 3.0 / 4) / 3);
  EXPECT_EQ(value_of(result.paper_og, 1, "num_rel"), 0);
  EXPECT_EQ(value_of(result.paper_changed, 1, "recip_rank"), 0.5);
}

TEST(Pairing, ExchangingTheJudgmentsKeepsPMrrAndExchangesThePairings) {
  base::Random random(1);
  for (int round = 0; round < 30; ++round) {
    Case both;
    for (int i = 0; i < 60; ++i) {
      const std::string query = "q" + std::to_string(i % 4);
      const std::string document(1, static_cast<char>('a' + i / 4));
      both.og.add(query, document, static_cast<int>(random.below(3)));
      both.changed.add(query, document, static_cast<int>(random.below(3)));
      both.run_og.add(query, document, random.below(6));
      both.run_changed.add(query, document, random.below(6));
    }
    for (const Ties ties : {Ties::kDocumentId, Ties::kInput, Ties::kExpected}) {
      const std::vector<std::string> requests = {"map", "ndcg"};
      const auto measures = select_measures(requests);
      PairOptions options = with(ties);
      options.bootstrap.resamples = 50;
      const auto straight = evaluate_pair(both.pair(), measures, options);
      const auto exchanged = evaluate_pair({both.changed, both.og, both.run_og, both.run_changed}, measures, options);
      EXPECT_EQ(straight.ties, ties);
      EXPECT_EQ(straight.p_mrr, exchanged.p_mrr);
      EXPECT_EQ(straight.og.summary, exchanged.paper_og.summary);
      EXPECT_EQ(straight.changed.summary, exchanged.paper_changed.summary);
      // Exchanging the runs as well brings the straight pairing back, the other way round.
      const auto reversed = evaluate_pair({both.changed, both.og, both.run_changed, both.run_og}, measures, options);
      EXPECT_NEAR(straight.p_mrr, -reversed.p_mrr, 1e-14);
      EXPECT_EQ(straight.og.summary, reversed.changed.summary);
    }
  }
}

TEST(Pairing, TheIntervalIsTheBootstrapOfTheQueriesWithAChangedJudgment) {
  const Case both = example();
  const BootstrapOptions bootstrap = {.seed = 5, .resamples = 500, .level = 0.8};
  PairOptions options;
  options.bootstrap = bootstrap;
  const PairEvaluation result = judge(both, options);
  const std::vector<double> values = {0.125, 0.5};
  const Interval expected = bootstrap_mean(values, bootstrap);
  EXPECT_DOUBLE_EQ(result.p_mrr_interval.low, expected.low);
  EXPECT_DOUBLE_EQ(result.p_mrr_interval.high, expected.high);
}

TEST(Pairing, AMissingQueryIsRefusedUnlessSaidOtherwise) {
  const Case both = example_without_q2();
  EXPECT_EQ(complaint_of([&] { judge(both); }),
            "query q2 is judged, but missing from the run under the altered instruction (--missing skip leaves it out, "
            "zero counts it as 0)");
  const Case other = {example().og, example().changed, example_without_q2().run_changed, example().run_changed};
  EXPECT_EQ(
      complaint_of([&] { judge(other); }),
      "query q2 is judged, but missing from the run under the original instruction (--missing skip leaves it out, "
      "zero counts it as 0)");
}

TEST(Pairing, AMissingQueryCanBeSkipped) {
  const Case both = example_without_q2();
  const PairEvaluation result = judge(both, with(Missing::kSkip));
  EXPECT_EQ(result.queries.size(), 2u);
  EXPECT_EQ(result.find(QueryId("q2")), nullptr);
  EXPECT_DOUBLE_EQ(result.p_mrr, 0.125);
  for (const Evaluation* const evaluation : {&result.og, &result.changed, &result.paper_og, &result.paper_changed})
    EXPECT_EQ(evaluation->queries.size(), 2u);
  EXPECT_DOUBLE_EQ(summary_of(result.og, "map"), (1 + 0.5) / 2);
  EXPECT_EQ(result.changed_pairs, 2);
  EXPECT_EQ(result.notes, (std::vector<std::string>{"1 query is missing and left out: q2"}));
}

TEST(Pairing, AMissingQueryCanCountAsZero) {
  const Case both = example_without_q2();
  const PairEvaluation result = judge(both, with(Missing::kZero));
  EXPECT_EQ(result.queries.size(), 3u);
  EXPECT_EQ(result.p_mrr_by_query(), (std::vector<double>{0.125, 0}));
  EXPECT_DOUBLE_EQ(result.p_mrr, 0.125 / 2);
  ASSERT_EQ(result.find(QueryId("q2"))->flipped.size(), 1u);
  EXPECT_EQ(result.find(QueryId("q2"))->flipped[0].p_mrr, 0);
  EXPECT_DOUBLE_EQ(value_of(result.og, 1, "map"), 1);  // of the run that has it
  EXPECT_EQ(value_of(result.changed, 1, "map"), 0);
  EXPECT_EQ(value_of(result.paper_changed, 1, "map"), 0);
  EXPECT_DOUBLE_EQ(summary_of(result.paper_changed, "map"), ((1 + 1 + 3.0 / 4) / 3 + 0 + 1) / 3);
  EXPECT_EQ(result.notes, (std::vector<std::string>{"1 query is missing from a run and counted as 0: q2"}));
}

TEST(Pairing, AMissingQueryCountsAsZeroWhereverItsDocumentsStood) {
  Case both = example();
  both.run_changed = {};
  add(both.run_changed, "q2", "ba");
  add(both.run_changed, "q3", "ab");
  const PairEvaluation result = judge(both, with(Missing::kZero));
  ASSERT_EQ(result.queries[0].flipped.size(), 2u);  // a stood first, b second
  for (const FlippedDocument& flipped : result.queries[0].flipped) EXPECT_EQ(flipped.p_mrr, 0);
  EXPECT_EQ(result.p_mrr_by_query(), (std::vector<double>{0, 0.5}));
}

TEST(Pairing, AQueryJudgedInOneSetOnlyIsRefusedUnlessSkipped) {
  Case first = example();
  first.og.add("q9", "a", 1);
  Case second = example();
  second.changed.add("q9", "a", 1);
  for (const Missing missing : {Missing::kError, Missing::kZero}) {
    EXPECT_EQ(complaint_of([&] { judge(first, with(missing)); }),
              "query q9 has no judgments under the altered instruction");
    EXPECT_EQ(complaint_of([&] { judge(second, with(missing)); }),
              "query q9 has no judgments under the original instruction");
  }
  for (const Case* const both : {&first, &second}) {
    const PairEvaluation result = judge(*both, with(Missing::kSkip));
    EXPECT_EQ(result.queries.size(), 3u);
    EXPECT_DOUBLE_EQ(result.p_mrr, 0.3125);
    EXPECT_EQ(result.notes, (std::vector<std::string>{"1 query is missing and left out: q9"}));
  }
}

TEST(Pairing, QueriesThatNobodyJudgedAreNoted) {
  Case both = example();
  add(both.run_og, "q7", "a");
  add(both.run_changed, "q7", "a");
  add(both.run_changed, "q8", "a");
  const PairEvaluation result = judge(both);
  EXPECT_EQ(result.queries.size(), 3u);
  EXPECT_EQ(result.notes, (std::vector<std::string>{"1 query of the original run has no judgments: left out",
                                                    "2 queries of the altered run have no judgments: left out"}));
}

TEST(Pairing, NothingInCommonIsRefused) {
  Case both = example();
  both.run_changed = {};
  add(both.run_changed, "q8", "a");
  for (const Missing missing : {Missing::kSkip, Missing::kZero})
    EXPECT_EQ(complaint_of([&] { judge(both, with(missing)); }),
              "the two runs and the judgments have no query in common");
}

TEST(Pairing, WithoutAnyChangedJudgmentThereIsNoPMrr) {
  Case both;
  both.og.add("q", "a", 1);
  both.changed.add("q", "a", 1);
  both.changed.add("q", "b", 0);
  add(both.run_og, "q", "ab");
  add(both.run_changed, "q", "ba");
  EXPECT_EQ(complaint_of([&] { judge(both); }), "no judgment differs between the two instructions: there is no p-MRR");
}

TEST(Pairing, CountsTiesOverAllQueries) {
  Case both = example();
  both.run_og = {};
  add(both.run_og, "q1", "abcd");
  add(both.run_og, "q3", "ba");
  for (const auto* const document : {"a", "b"}) both.run_og.add("q2", document, 1);
  both.run_changed.add("q3", "c", -1);  // as b
  const PairEvaluation result = judge(both);
  EXPECT_EQ(result.tied_documents, 4);
  EXPECT_EQ(result.tied_flipped, 1);                                                      // a of q2
  EXPECT_DOUBLE_EQ(result.find(QueryId("q2"))->p_mrr, 0);                                 // b, a: 2 -> 2
  EXPECT_DOUBLE_EQ(judge(both, with(Ties::kInput)).find(QueryId("q2"))->p_mrr, 0.5);      // 1 -> 2
  EXPECT_DOUBLE_EQ(judge(both, with(Ties::kExpected)).find(QueryId("q2"))->p_mrr, 0.25);  // their mean
}

TEST(Pairing, TheJudgingOptionsHoldForTheMeasuresAndNotForPMrr) {
  const Case both = example();
  PairOptions options;
  options.judging = {.relevance_level = 2, .max_retrieved = 1};
  const PairEvaluation all = judge(both), strict = judge(both, options);
  EXPECT_EQ(all.p_mrr, strict.p_mrr);
  EXPECT_EQ(summary_of(all.og, "num_rel"), 5);
  EXPECT_EQ(summary_of(strict.og, "num_rel"), 0);
}

TEST(Pairing, ThreadsChangeOnlyTheTime) {
  base::Random random(2);
  Case both;
  for (int i = 0; i < 3000; ++i) {
    const std::string query = "q" + std::to_string(i % 40), document = "d" + std::to_string(i / 40);
    both.og.add(query, document, static_cast<int>(random.below(2)));
    both.changed.add(query, document, static_cast<int>(random.below(2)));
    both.run_og.add(query, document, random.below(30));
    both.run_changed.add(query, document, random.below(30));
  }
  PairOptions options = with(Ties::kExpected);
  options.bootstrap.resamples = 100;
  PairOptions threaded = options;
  threaded.threads = 6;
  const PairEvaluation one = judge(both, options), many = judge(both, threaded);
  EXPECT_EQ(one.p_mrr, many.p_mrr);
  EXPECT_EQ(one.p_mrr_by_query(), many.p_mrr_by_query());
  EXPECT_EQ(one.p_mrr_interval.low, many.p_mrr_interval.low);
  EXPECT_EQ(one.tied_documents, many.tied_documents);
  EXPECT_EQ(one.tied_flipped, many.tied_flipped);
  EXPECT_EQ(one.paper_changed.summary, many.paper_changed.summary);
}

}  // namespace
}  // namespace heed::eval
