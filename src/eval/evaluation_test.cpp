#include "eval/evaluation.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "testing/testing.h"

namespace heed::eval {
namespace {

using collection::QueryId;
using heed::testing::complaint_of;
using Requests = std::vector<std::string>;

/// q1: relevant documents of grades 2 and 1; q2: one of grade 1; q3: grades 3 and 1, and one of 0.
collection::Judgments example_judgments() {
  collection::Judgments judgments;
  judgments.add("q3", "a", 3);
  judgments.add("q3", "b", 1);
  judgments.add("q3", "c", 0);
  judgments.add("q1", "a", 2);
  judgments.add("q1", "b", 1);
  judgments.add("q2", "a", 1);
  return judgments;
}

/// q1: map (1/1 + 2/3) / 2 = 5/6; q2: map 1/2. q3 is missing, q4 has no judgments.
collection::Run example_run() {
  collection::Run run;
  run.tag = "tag";
  run.add("q2", "x", 2);
  run.add("q2", "a", 1);
  run.add("q4", "a", 1);
  run.add("q1", "a", 3);
  run.add("q1", "x", 2);
  run.add("q1", "b", 1);
  return run;
}

Evaluation evaluate_example(const Requests& requests, const JudgingOptions& options = {}) {
  const auto judgments = example_judgments();
  Evaluation result = evaluate(judgments, example_run(), select_measures(requests), options);
  for (QueryEvaluation& query : result.queries) query.query = {};  // the judgments, which own it, end here
  return result;
}

double summary_of(const Evaluation& evaluation, std::string_view column) {
  const auto position = evaluation.column(column);
  if (!position) ADD_FAILURE() << "no column " << column;
  return position ? evaluation.summary[*position] : std::numeric_limits<double>::quiet_NaN();
}

double value_of(const Evaluation& evaluation, std::size_t query, std::string_view column) {
  return evaluation.queries.at(query).values.at(evaluation.column(column).value());
}

TEST(Evaluation, AveragesOverTheQueriesOfBoth) {
  const Evaluation evaluation =
      evaluate_example({"num_q", "num_ret", "num_rel", "num_rel_ret", "map", "gm_map", "P.1,2"});
  ASSERT_EQ(evaluation.queries.size(), 2u);
  EXPECT_DOUBLE_EQ(value_of(evaluation, 0, "map"), 5.0 / 6);
  EXPECT_DOUBLE_EQ(value_of(evaluation, 1, "map"), 1.0 / 2);
  EXPECT_DOUBLE_EQ(summary_of(evaluation, "map"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(summary_of(evaluation, "gm_map"), std::sqrt(5.0 / 12));
  EXPECT_DOUBLE_EQ(summary_of(evaluation, "P_1"), 1.0 / 2);
  EXPECT_DOUBLE_EQ(summary_of(evaluation, "P_2"), 1.0 / 2);
  EXPECT_EQ(summary_of(evaluation, "num_q"), 2);
  EXPECT_EQ(summary_of(evaluation, "num_ret"), 5);
  EXPECT_EQ(summary_of(evaluation, "num_rel"), 3);
  EXPECT_EQ(summary_of(evaluation, "num_rel_ret"), 3);
  EXPECT_EQ(evaluation.run_tag, "tag");
}

TEST(Evaluation, AQueryWithoutAnythingFoundDoesNotAnnulTheGeometricMean) {
  collection::Judgments judgments;
  judgments.add("q1", "a", 1);
  judgments.add("q2", "a", 1);
  collection::Run run;
  run.add("q1", "a", 1);
  run.add("q2", "x", 1);
  const auto evaluation = evaluate(judgments, run, select_measures(Requests{"gm_map", "gm_bpref"}), {});
  EXPECT_DOUBLE_EQ(summary_of(evaluation, "gm_map"), std::sqrt(1 * 0.00001));
  EXPECT_DOUBLE_EQ(summary_of(evaluation, "gm_bpref"), std::sqrt(1 * 0.00001));
}

TEST(Evaluation, ColumnsAreFoundByName) {
  const Evaluation evaluation = evaluate_example({"map", "P.5,10", "relstring"});
  ASSERT_EQ(evaluation.columns.size(), 4u);
  EXPECT_EQ(evaluation.column("map"), 0u);
  EXPECT_EQ(evaluation.column("P_10"), 2u);
  EXPECT_EQ(evaluation.columns[2].measure->name, "P");
  EXPECT_EQ(evaluation.column("P"), std::nullopt);
  EXPECT_EQ(evaluation.queries[0].grade_string, "2-1");
  EXPECT_EQ(evaluation.queries[1].grade_string, "-1");
}

TEST(Evaluation, QueriesStandInTheOrderOfTheirIdsAsText) {
  collection::Judgments judgments;
  collection::Run run;
  for (const auto* const query : {"9", "10", "B", "a", "1"}) {
    judgments.add(query, "d", 1);
    run.add(query, "d", 1);
  }
  const auto evaluation = evaluate(judgments, run, select_measures(Requests{"map"}), {});
  std::vector<std::string> order;
  for (const QueryEvaluation& query : evaluation.queries) order.push_back(query.query.str());
  EXPECT_EQ(order, (std::vector<std::string>{"1", "10", "9", "B", "a"}));
}

TEST(Evaluation, SaysWhichQueriesAreLeftOut) {
  EXPECT_EQ(evaluate_example({"map"}).notes,
            (std::vector<std::string>{"1 judged query is not in the run: left out of the averages (-c counts them)",
                                      "1 query of the run has no judgments: left out"}));
  EXPECT_EQ(evaluate_example({"map"}, {.all_judged_queries = true}).notes,
            (std::vector<std::string>{"1 judged query is not in the run: counted as having found nothing",
                                      "1 query of the run has no judgments: left out"}));
  auto judgments = example_judgments();
  judgments.add("q5", "a", 1);
  collection::Run run = example_run();
  run.add("q6", "a", 1);
  EXPECT_EQ(evaluate(judgments, run, select_measures(Requests{"map"}), {}).notes,
            (std::vector<std::string>{"2 judged queries are not in the run: left out of the averages (-c counts them)",
                                      "2 queries of the run have no judgments: left out"}));
}

TEST(Evaluation, WithNothingToSayThereAreNoNotes) {
  collection::Judgments judgments;
  judgments.add("q", "a", 1);
  collection::Run run;
  run.add("q", "a", 1);
  EXPECT_TRUE(evaluate(judgments, run, select_measures(Requests{"map"}), {}).notes.empty());
}

TEST(Evaluation, OnRequestAMissingQueryHasFoundNothing) {
  const Evaluation evaluation =
      evaluate_example({"num_q", "num_ret", "num_rel", "num_rel_ret", "map", "gm_map", "relstring", "utility",
                        "rbp_resid", "unj", "ndcg", "num_nonrel_judged_ret"},
                       {.all_judged_queries = true});
  ASSERT_EQ(evaluation.queries.size(), 3u);
  for (const auto* const name :
       {"num_ret", "num_rel_ret", "map", "utility", "rbp_resid", "unj_5", "unj_20", "ndcg", "num_nonrel_judged_ret"})
    EXPECT_EQ(value_of(evaluation, 2, name), 0) << name;
  EXPECT_EQ(value_of(evaluation, 2, "num_rel"), 2);
  EXPECT_EQ(evaluation.queries[2].grade_string, "");
  EXPECT_EQ(summary_of(evaluation, "num_q"), 3);
  EXPECT_EQ(summary_of(evaluation, "num_rel"), 5);
  EXPECT_DOUBLE_EQ(summary_of(evaluation, "map"), (5.0 / 6 + 1.0 / 2) / 3);
  EXPECT_DOUBLE_EQ(summary_of(evaluation, "gm_map"), std::cbrt(5.0 / 12 * 0.00001));
}

TEST(Evaluation, MeasuresWithParametersSeeTheStandInOfAMissingQuery) {
  // As in trec_eval: one document that nobody judged is held against two relevant ones.
  const Evaluation evaluation =
      evaluate_example({"utility.2,-1,0,0", "relstring.20", "rbp_resid.p=0.8", "unj.1"}, {.all_judged_queries = true});
  EXPECT_EQ(value_of(evaluation, 2, "utility_2,-1,0,0"), -1);
  EXPECT_DOUBLE_EQ(value_of(evaluation, 2, "rbp_resid_p=0.8"), 0.8 + 0.2);
  EXPECT_EQ(value_of(evaluation, 2, "unj_1"), 0);
  EXPECT_EQ(evaluation.queries[2].grade_string, "-");
}

TEST(Evaluation, OverAllJudgedQueriesTheSumOfRelevantDocumentsForgetsTheLevel) {
  const Evaluation common = evaluate_example({"num_rel"}, {.relevance_level = 2});
  EXPECT_EQ(summary_of(common, "num_rel"), 1);  // q1 has one, q2 none
  const Evaluation all = evaluate_example({"num_rel"}, {.relevance_level = 2, .all_judged_queries = true});
  EXPECT_EQ(value_of(all, 0, "num_rel"), 1);
  EXPECT_EQ(value_of(all, 1, "num_rel"), 0);
  EXPECT_EQ(value_of(all, 2, "num_rel"), 1);
  EXPECT_EQ(summary_of(all, "num_rel"), 5);  // all grades above 0
}

TEST(Evaluation, WithoutACommonQueryItIsRefused) {
  collection::Judgments judgments;
  judgments.add("p", "a", 1);
  for (const bool all : {false, true})
    EXPECT_EQ(complaint_of([&] {
                evaluate(judgments, example_run(), select_measures(Requests{"map"}), {.all_judged_queries = all});
              }),
              "the run and the judgments have no query in common");
}

TEST(Evaluation, JudgesTheNamedQueriesInTheirOrder) {
  const auto judgments = example_judgments();
  const auto run = example_run();
  const std::vector<QueryId> queries = {QueryId("q3"), QueryId("q1")};
  const auto evaluation = evaluate_queries(queries, judgments, run, select_measures(Requests{"map", "num_rel"}), {});
  ASSERT_EQ(evaluation.queries.size(), 2u);
  EXPECT_EQ(evaluation.queries[0].query, QueryId("q3"));
  EXPECT_EQ(value_of(evaluation, 0, "map"), 0);
  EXPECT_DOUBLE_EQ(value_of(evaluation, 1, "map"), 5.0 / 6);
  EXPECT_DOUBLE_EQ(summary_of(evaluation, "map"), 5.0 / 12);
  EXPECT_EQ(summary_of(evaluation, "num_rel"), 4);
}

TEST(Evaluation, NoQueriesOrUnjudgedOnesAreABug) {
  const auto judgments = example_judgments();
  const auto run = example_run();
  const auto selected = select_measures(Requests{"map"});
  EXPECT_THROW(evaluate_queries({}, judgments, run, selected, {}), base::Bug);
  const std::vector<QueryId> unjudged = {QueryId("q4")};
  EXPECT_THROW(evaluate_queries(unjudged, judgments, run, selected, {}), base::Bug);
}

TEST(Evaluation, ThreadsChangeOnlyTheTime) {
  base::Random random(3);
  collection::Judgments judgments;
  collection::Run run;
  for (int i = 0; i < 4000; ++i) {
    judgments.add("q" + std::to_string(random.below(60)), "d" + std::to_string(random.below(90)),
                  static_cast<int>(random.below(5)) - 1);
    run.add("q" + std::to_string(random.below(60)), "d" + std::to_string(random.below(90)), random.below(20));
  }
  const auto selected = select_measures(Requests{"all_trec"});
  const Evaluation one = evaluate(judgments, run, selected, {}, 1);
  for (const int threads : {2, 7}) {
    const Evaluation many = evaluate(judgments, run, selected, {}, threads);
    EXPECT_EQ(many.summary, one.summary);
    EXPECT_EQ(many.notes, one.notes);
    ASSERT_EQ(many.queries.size(), one.queries.size());
    for (std::size_t i = 0; i < one.queries.size(); ++i) {
      EXPECT_EQ(many.queries[i].query, one.queries[i].query);
      EXPECT_EQ(many.queries[i].values, one.queries[i].values);
      EXPECT_EQ(many.queries[i].grade_string, one.queries[i].grade_string);
    }
  }
}

TEST(Evaluation, TheOrderOfTheInputChangesNothing) {
  collection::Judgments judgments;
  collection::Run run;
  const auto forward_judgments = example_judgments();
  const auto forward_run = example_run();
  for (auto list = forward_judgments.lists().rbegin(); list != forward_judgments.lists().rend(); ++list)
    for (auto entry = list->entries().rbegin(); entry != list->entries().rend(); ++entry)
      judgments.add(list->query().text(), entry->document.text(), entry->value);
  for (auto list = forward_run.lists().rbegin(); list != forward_run.lists().rend(); ++list)
    for (auto entry = list->entries().rbegin(); entry != list->entries().rend(); ++entry)
      run.add(list->query().text(), entry->document.text(), entry->value);
  const auto selected = select_measures(Requests{"all_trec"});
  EXPECT_EQ(evaluate(judgments, run, selected, {}).summary,
            evaluate(forward_judgments, forward_run, selected, {}).summary);
}

}  // namespace
}  // namespace heed::eval
