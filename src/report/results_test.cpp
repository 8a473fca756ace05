#include "report/results.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::report {
namespace {

using format::Json;
using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

/// An entry as heed bench writes it, with two topics, one of them without a changed judgment.
Json entry() {
  return Json::parse(R"json({
    "task": "Core17", "model": "bm25", "recipe": "sound", "arms": ["og", "changed", "none"], "heed_version": "1",
    "model_identity": "bm25 k1=1.5", "dtype": "float64",
    "data": {"layout": "followir", "sha256": "ab", "topics": 2, "documents": 30, "candidates": 40},
    "p_mrr": -0.25, "p_mrr_ci": [-0.5, 0.125], "queries": 2, "p_mrr_queries": 1, "changed_pairs": 2,
    "ties": {"policy": "docid", "tied_documents": 4, "tied_flipped": 1},
    "og": {"num_ret": 40, "map_cut_1000": 0.5, "gm_map": null}, "changed": {"map_cut_1000": 0.4},
    "paper": {"og": {"map_cut_1000": 0.3}, "changed": {"map_cut_1000": 0.6}, "none": {"map_cut_1000": 0.2}},
    "per_query": {
      "Q1": {"p_mrr": -0.25, "tied_documents": 4, "og": {}, "changed": {}, "flipped": [
        {"document": "d1", "grade_og": 1, "grade_changed": 0, "rank_og": 4, "rank_changed": 2, "tied": false,
         "p_mrr": -0.5},
        {"document": "d2", "grade_og": 1, "grade_changed": 0, "rank_og": [3, 5], "rank_changed": 4, "tied": true,
         "p_mrr": 0}]},
      "Q2": {"p_mrr": null, "flipped": []}},
    "none": {"map_cut_1000": 0.45}})json");
}

std::vector<ResultEntry> parsed(const Json& one) {
  return parse_results(Json::array({one}), "out/results.json");
}

std::string complaint(const Json& one) {
  return complaint_of([&] { parsed(one); });
}

TEST(Results, AnEntryIsReadWhole) {
  const ResultEntry read = parsed(entry()).front();
  EXPECT_EQ(read.source, "out/results.json");
  EXPECT_EQ(read.task, "Core17");
  EXPECT_EQ(read.kind, Kind::kInstruction);
  EXPECT_EQ(read.headline, "map_cut_1000");
  ASSERT_TRUE(read.obedience.has_value());
  EXPECT_EQ(read.obedience->p_mrr, -0.25);
  EXPECT_EQ(read.obedience->interval.high, 0.125);
  EXPECT_EQ(read.obedience->queries, 1);
  EXPECT_EQ(read.obedience->tied_flipped, 1);
  EXPECT_EQ(read.value(Pairing::kCorrect, "og", "map_cut_1000"), 0.5);
  EXPECT_EQ(read.value(Pairing::kPaper, "none", "map_cut_1000"), 0.2);
  EXPECT_EQ(read.value(Pairing::kCorrect, "og", "gm_map"), std::nullopt);  // was not finite
  EXPECT_EQ(read.value(Pairing::kCorrect, "short", "map_cut_1000"), std::nullopt);
  ASSERT_EQ(read.per_query.size(), 2u);
  const ResultFlip& tied = read.per_query[0].flipped[1];
  EXPECT_EQ(tied.before.first, 3);
  EXPECT_EQ(tied.before.last, 5);
  EXPECT_EQ(tied.after.last, 4);
  EXPECT_EQ(read.per_query[1].p_mrr, std::nullopt);
}

TEST(Results, WhatNewerFilesSayIsReadWhereItIsThere) {
  Json one = entry();
  one["headline"] = "ndcg_cut_20";
  one["ranked"] = "the whole corpus";
  one["work"] = {{"pairs", 80}, {"embedded", {{"queries", 2}, {"documents", 30}}}};
  one["notes"] = {"odd"};
  one["per_query"]["Q1"]["query"] = "night trains";
  one["per_query"]["Q1"]["instruction_changed"] = "Sleepers only.";
  one["per_query"]["Q1"]["flipped"][0]["title"] = "A title";
  const ResultEntry read = parsed(one).front();
  EXPECT_EQ(read.headline, "ndcg_cut_20");
  EXPECT_EQ(read.ranked, "the whole corpus");
  EXPECT_EQ(read.work->pairs, 80);
  EXPECT_EQ(read.work->embedded->second, 30);
  EXPECT_EQ(read.notes, std::vector<std::string>{"odd"});
  EXPECT_EQ(read.per_query[0].query, "night trains");
  EXPECT_EQ(read.per_query[0].instruction_changed, "Sleepers only.");
  EXPECT_EQ(read.per_query[0].flipped[0].title, "A title");
}

TEST(Results, TheHeadlineFollowsTheTaskWhereTheFileHasNone) {
  Json one = entry();
  one["task"] = "NEWS21InstructionRetrieval";
  EXPECT_EQ(parsed(one).front().headline, "ndcg_cut_5");
  one["kind"] = "retrieval";
  EXPECT_EQ(parsed(one).front().headline, "ndcg_cut_10");
}

TEST(Results, ARobustnessTaskNeedsItsFigure) {
  Json one = entry();
  one["kind"] = "robustness";
  EXPECT_EQ(complaint(one), "out/results.json: entry 1 (Core17): there is no \"robustness\"");
  one["robustness"] = {{"measure", "ndcg_cut_10"}, {"value", 0.5}, {"groups", 3}, {"queries", 9}};
  EXPECT_EQ(parsed(one).front().robustness->groups, 3);
  EXPECT_FALSE(parsed(one).front().obedience.has_value());
}

TEST(Results, WithoutAPairThereAreStillArms) {
  Json one = entry();
  for (const char* const key : {"p_mrr", "per_query", "og", "changed"}) one.erase(key);
  const ResultEntry read = parsed(one).front();
  EXPECT_FALSE(read.obedience.has_value());
  ASSERT_EQ(read.correct.size(), 1u);
  EXPECT_EQ(read.correct[0].name, "none");
}

TEST(Results, EveryComplaintNamesFileEntryAndPlace) {
  const auto with = [](const char* pointer, const Json& value) {
    Json one = entry();
    one[Json::json_pointer(pointer)] = value;
    return complaint(one);
  };
  const std::string where = "out/results.json: entry 1 (Core17): ";
  EXPECT_EQ(with("/p_mrr", "high"), where + "\"p_mrr\" is not a number");
  EXPECT_EQ(with("/p_mrr_ci", Json::array({1})), where + "\"p_mrr_ci\" is not a list of two numbers");
  EXPECT_EQ(with("/model", 3), where + "\"model\" is not a string");
  EXPECT_EQ(with("/kind", "poem"), where + "\"kind\" is none of instruction, retrieval, robustness");
  EXPECT_EQ(with("/data", "x"), where + "\"data\" is not an object");
  EXPECT_EQ(with("/data/topics", 1.5), where + "\"data.topics\" is not an integer");
  EXPECT_EQ(with("/og/map_cut_1000", "x"), where + "\"og.map_cut_1000\" is not a number");
  EXPECT_EQ(with("/per_query/Q1/flipped/1/rank_og", 0), where + "\"per_query.Q1.flipped[1].rank_og\" is no rank");
  EXPECT_EQ(with("/per_query/Q1/flipped/1/rank_og", Json::array({5, 3})),
            where + "\"per_query.Q1.flipped[1].rank_og\" is no rank");
  EXPECT_EQ(with("/per_query/Q1/flipped/1/tied", 0),
            where + "\"per_query.Q1.flipped[1].tied\" is neither true nor false");
  Json one = entry();
  one["ties"].erase("policy");
  EXPECT_EQ(complaint(one), where + "there is no \"ties.policy\"");
  EXPECT_EQ(complaint(Json("x")), "out/results.json: entry 1: it is not an object");
}

TEST(Results, ADocumentIsAListThatIsNotEmpty) {
  EXPECT_EQ(complaint_of([] { parse_results(entry(), "f"); }), "f: is not a list of results");
  EXPECT_EQ(complaint_of([] { parse_results(Json::array(), "f"); }), "f: there are no results in it");
}

TEST(Results, AFolderStandsForItsFileAndTheSameResultTwiceIsRefused) {
  const TemporaryDir dir;
  Json other = entry();
  other["model"] = "e5";
  const auto first = dir.write("a/results.json", Json::array({entry()}).dump());
  const auto second = dir.write("b.json", Json::array({other}).dump());
  const auto read = read_results({dir.path() / "a", second});
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].source, first.string());
  EXPECT_EQ(read[1].model, "e5");
  EXPECT_EQ(complaint_of([&] {
              read_results({first, dir.path() / "a"});
            }),
            first.string() + ": bm25 (recipe sound) on Core17 is in " + first.string() + " too; give one of them");
  EXPECT_NE(complaint_of([&] { read_results({dir.path() / "none"}); }).find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace heed::report
