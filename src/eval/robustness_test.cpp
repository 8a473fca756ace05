#include "eval/robustness.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "collection/ranking.h"
#include "testing/testing.h"

namespace heed::eval {
namespace {

using collection::DocumentId;
using collection::QueryId;
using heed::testing::complaint_of;
using Groups = std::unordered_map<std::string, std::string>;

/// Two columns: the query's value, and its opposite.
Evaluation evaluation_of(const std::vector<std::pair<const char*, double>>& values) {
  Evaluation evaluation;
  evaluation.columns = {{"value", nullptr}, {"opposite", nullptr}};
  for (const auto& [query, value] : values) evaluation.queries.push_back({QueryId(query), {value, -value}, {"", ""}});
  return evaluation;
}

const Groups kGroups = {{"q1", "cats"}, {"q2", "cats"}, {"q3", "cats"}, {"q4", "birds"}, {"q5", "cats"}};

Evaluation example() {
  return evaluation_of({{"q1", 0.5}, {"q2", 0.25}, {"q3", 0.75}, {"q4", 1}});
}

TEST(Robustness, IsTheMeanOfTheWorstOfEachGroup) {
  // cats: min(0.5, 0.25, 0.75), birds: 1. (0.25 + 1) / 2.
  const Robustness result = robustness(example(), 0, kGroups);
  EXPECT_DOUBLE_EQ(result.value, 0.625);
  ASSERT_EQ(result.groups.size(), 2u);
  EXPECT_EQ(result.groups[0].name, "birds");
  EXPECT_EQ(result.groups[0].queries, 1);
  EXPECT_EQ(result.groups[0].worst, 1);
  EXPECT_EQ(result.groups[1].name, "cats");
  EXPECT_EQ(result.groups[1].queries, 3);
  EXPECT_EQ(result.groups[1].worst, 0.25);
}

TEST(Robustness, LooksAtTheNamedColumn) {
  const Robustness result = robustness(example(), 1, kGroups);
  EXPECT_DOUBLE_EQ(result.value, (-0.75 - 1) / 2);
}

TEST(Robustness, OfGroupsOfOneIsTheMean) {
  const Groups groups = {{"q1", "a"}, {"q2", "b"}, {"q3", "c"}, {"q4", "d"}};
  EXPECT_DOUBLE_EQ(robustness(example(), 0, groups).value, 2.5 / 4);
}

TEST(Robustness, TheOrderOfTheQueriesDoesNotMatter) {
  Evaluation evaluation = example();
  std::ranges::reverse(evaluation.queries);
  EXPECT_EQ(robustness(evaluation, 0, kGroups).value, robustness(example(), 0, kGroups).value);
  EXPECT_EQ(robustness(evaluation, 0, kGroups).groups[1].worst, 0.25);
}

TEST(Robustness, ABetterQueryHelpsOnlyWhereItWasTheWorst) {
  const double before = robustness(example(), 0, kGroups).value;
  EXPECT_EQ(robustness(evaluation_of({{"q1", 0.5}, {"q2", 0.25}, {"q3", 1}, {"q4", 1}}), 0, kGroups).value, before);
  EXPECT_GT(robustness(evaluation_of({{"q1", 0.5}, {"q2", 0.3}, {"q3", 0.75}, {"q4", 1}}), 0, kGroups).value, before);
}

TEST(Robustness, AQueryWithoutAGroupIsRefused) {
  EXPECT_EQ(complaint_of([] {
              robustness(evaluation_of({{"q1", 1}, {"q6", 1}}), 0, kGroups);
            }),
            "query q6 belongs to no group");
}

TEST(Robustness, OfARealEvaluation) {
  // Of the group's queries one has its document first, one second, the lone one third: nDCG 1, 1/log2(3), 1/log2(4).
  collection::Judgments judgments;
  for (const auto* const query : {"q1", "q2", "q4"}) judgments.add(query, "a", 1);
  collection::Run run;
  for (const auto& [query, score] : {std::pair("q1", 3.0), std::pair("q2", 1.5), std::pair("q4", 0.5)}) {
    run.add(query, "a", score);
    run.add(query, "b", 2);
    run.add(query, "c", 1);
  }
  const std::vector<std::string> requests = {"ndcg_cut.10"};
  const auto evaluation = evaluate(judgments, run, select_measures(requests), {});
  const Robustness result = robustness(evaluation, 0, kGroups);
  EXPECT_NEAR(result.value, (1 / std::log2(3) + 0.5) / 2, 1e-12);
}

TEST(WithoutOwnDocuments, LeavesTheQueryItselfOut) {
  collection::Run run;
  run.tag = "tag";
  run.notes = {"a note"};
  run.add("7", "7", 3);
  run.add("7", "8", 2);
  run.add("8", "7", 5);
  run.add("8", "9", 5);
  run.add("8", "77", 4);
  const collection::Run rest = without_own_documents(run);
  EXPECT_EQ(rest.tag, "tag");
  EXPECT_EQ(rest.size(), 4u);
  EXPECT_EQ(rest.find(QueryId("7"))->find(DocumentId("7")), nullptr);
  EXPECT_EQ(*rest.find(QueryId("7"))->find(DocumentId("8")), 2);
  EXPECT_EQ(*rest.find(QueryId("8"))->find(DocumentId("7")), 5);
  EXPECT_EQ(rest.notes, (std::vector<std::string>{"a note", "1 result is the query itself: left out"}));
  // What came first among equals still does.
  EXPECT_EQ(collection::ranking(rest.lists()[1], collection::TieOrder::kInput), (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(WithoutOwnDocuments, WithNoneTheRunStaysAsItIs) {
  collection::Run run;
  run.tag = "tag";
  run.add("7", "8", 2);
  run.add("9", "8", 1);
  const collection::Run rest = without_own_documents(run);
  EXPECT_EQ(collection::trec_run(rest), collection::trec_run(run));
  EXPECT_TRUE(rest.notes.empty());
}

TEST(WithoutOwnDocuments, TwiceIsAsOnce) {
  collection::Run run;
  for (const auto* const query : {"a", "b"})
    for (const auto* const document : {"a", "b", "c"}) run.add(query, document, 1);
  const collection::Run once = without_own_documents(run), twice = without_own_documents(once);
  EXPECT_EQ(once.notes, (std::vector<std::string>{"2 results are the query itself: left out"}));
  EXPECT_EQ(twice.notes, once.notes);
  EXPECT_EQ(collection::trec_run(twice), collection::trec_run(once));
}

}  // namespace
}  // namespace heed::eval
