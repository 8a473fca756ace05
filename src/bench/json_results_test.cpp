#include "bench/json_results.h"

#include <cmath>

#include <gtest/gtest.h>

namespace heed::bench {
namespace {

using collection::Arm;
using format::Json;
using Names = std::vector<std::string>;

Names keys_of(const Json& object) {
  Names names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

void add(collection::Run& run, const char* query, const std::vector<std::pair<const char*, int>>& list) {
  for (const auto& [document, score] : list) run.add(query, document, score);
}

/// q1: a falls from 1 to 3 (2/3). q2: a rises from 3 to 1 (-2/3), c falls from 2 to 3 (1/3); in its original run a and
/// c share their score, and c stands before a. q3: nothing changes, b stands first in both runs.
struct Example {
  collection::InstructionDataset data;
  TaskResult result;

  explicit Example(eval::Ties ties = eval::Ties::kDocumentId) {
    auto &og = data.judgments_og, &changed = data.judgments_changed;
    for (const char* const document : {"a", "b"}) og.add("q1", document, 1);
    changed.add("q1", "b", 1);
    og.add("q2", "a", 1);
    changed.add("q2", "a", 0);
    changed.add("q2", "c", 1);
    og.add("q3", "b", 2);
    changed.add("q3", "b", 2);
    for (const Arm arm : {Arm::kOg, Arm::kChanged, Arm::kNone}) result.runs.push_back({arm, {}});
    add(result.runs[0].run, "q1", {{"a", 3}, {"b", 2}, {"c", 1}});
    add(result.runs[0].run, "q2", {{"b", 2}, {"a", 1}, {"c", 1}});
    add(result.runs[0].run, "q3", {{"b", 1}});
    add(result.runs[1].run, "q1", {{"c", 3}, {"b", 2}, {"a", 1}});
    add(result.runs[1].run, "q2", {{"a", 3}, {"b", 2}, {"c", 1}});
    add(result.runs[1].run, "q3", {{"b", 1}});
    for (const char* const query : {"q1", "q2", "q3"}) add(result.runs[2].run, query, {{"x", 2}, {"b", 1}});
    result.task = "tiny";
    result.model = "m";
    result.model_identity = "m 1";
    result.dtype = "float64";
    result.layout = "followir";
    result.recipe = "sound";
    result.data = base::fingerprint("");
    result.topics = 3;
    result.documents = 4;
    result.candidates = 7;
    const std::vector<std::string> requests = {"runid",     "num_q",      "num_rel_ret",  "gm_map",
                                               "relstring", "ndcg_cut.5", "map_cut.1000", "num_rel"};
    const auto measures = eval::select_measures(requests);
    eval::PairOptions options;
    options.ties = ties;
    result.pair = eval::evaluate_pair({og, changed, result.runs[0].run, result.runs[1].run}, measures, options);
    result.arms.push_back({Arm::kNone, eval::evaluate(og, result.runs[2].run, measures, {}),
                           eval::evaluate(changed, result.runs[2].run, measures, {})});
  }
};

TEST(JsonResults, APairHasTheKeysThatScriptsRead) {
  const Json json = pair_json(*Example().result.pair);
  for (const char* const key :
       {"p_mrr", "p_mrr_ci", "queries", "changed_pairs", "ties", "og", "changed", "paper", "per_query"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_DOUBLE_EQ(json["p_mrr"].get<double>(), 0.25);  // of 2/3 and (1/3 - 2/3) / 2
  ASSERT_EQ(json["p_mrr_ci"].size(), 2u);               // a quarter of all samples of two has the same query twice
  EXPECT_NEAR(json["p_mrr_ci"][0].get<double>(), -1.0 / 6, 1e-15);
  EXPECT_NEAR(json["p_mrr_ci"][1].get<double>(), 2.0 / 3, 1e-15);
  EXPECT_EQ(json["queries"], 3);
  EXPECT_EQ(json["p_mrr_queries"], 2);
  EXPECT_EQ(json["changed_pairs"], 3);
  EXPECT_EQ(json["ties"]["policy"], "docid");
  EXPECT_EQ(json["ties"]["tied_documents"], 2);
  EXPECT_EQ(json["ties"]["tied_flipped"], 2);
  EXPECT_EQ(keys_of(json["paper"]), (Names{"og", "changed"}));
}

TEST(JsonResults, ValuesAreFractionsOfEachRunUnderEachPairing) {
  const Json json = pair_json(*Example().result.pair);
  EXPECT_DOUBLE_EQ(json["og"]["map_cut_1000"].get<double>(), (1 + 1.0 / 3 + 1) / 3);
  EXPECT_DOUBLE_EQ(json["changed"]["map_cut_1000"].get<double>(), (1.0 / 2 + 1.0 / 3 + 1) / 3);
  EXPECT_DOUBLE_EQ(json["paper"]["og"]["map_cut_1000"].get<double>(), (1.0 / 2 + 1.0 / 2 + 1) / 3);
  EXPECT_DOUBLE_EQ(json["paper"]["changed"]["map_cut_1000"].get<double>(), ((1.0 / 2 + 2.0 / 3) / 2 + 1 + 1) / 3);
  EXPECT_DOUBLE_EQ(json["og"]["ndcg_cut_5"].get<double>(), (1 + 1 / std::log2(4) + 1) / 3);
}

TEST(JsonResults, ASummaryHasNumbersOnlyAndCountsAreWhole) {
  const Example example;
  const Json json = summary_json(example.result.pair->og);
  EXPECT_EQ(keys_of(json), (Names{"num_q", "num_rel", "num_rel_ret", "gm_map", "ndcg_cut_5", "map_cut_1000"}));
  for (const char* const count : {"num_q", "num_rel", "num_rel_ret"})
    EXPECT_TRUE(json[count].is_number_integer()) << count;
  EXPECT_EQ(json["num_q"], 3);
  EXPECT_EQ(json["num_rel"], 4);
  EXPECT_TRUE(json["map_cut_1000"].is_number_float());
}

TEST(JsonResults, AQueryHasTheMeasuresThatQueriesHave) {
  const Example example;
  const Json json = query_json(example.result.pair->og, 1);
  EXPECT_EQ(keys_of(json), (Names{"num_rel", "num_rel_ret", "ndcg_cut_5", "map_cut_1000"}));
  EXPECT_EQ(json["num_rel"], 1);
  EXPECT_DOUBLE_EQ(json["map_cut_1000"].get<double>(), 1.0 / 3);
}

TEST(JsonResults, EachQueryHasItsFlippedDocumentsAndItsValues) {
  const Json queries = pair_json(*Example().result.pair)["per_query"];
  EXPECT_EQ(keys_of(queries), (Names{"q1", "q2", "q3"}));
  EXPECT_DOUBLE_EQ(queries["q1"]["p_mrr"].get<double>(), 2.0 / 3);
  EXPECT_EQ(queries["q1"]["tied_documents"], 0);
  EXPECT_EQ(queries["q1"]["changed"]["map_cut_1000"], 0.5);
  EXPECT_EQ(queries["q1"]["paper"]["og"]["map_cut_1000"], 0.5);
  EXPECT_EQ(queries["q2"]["paper"]["changed"]["map_cut_1000"], 1.0);
  ASSERT_EQ(queries["q2"]["flipped"].size(), 2u);
  EXPECT_EQ(queries["q2"]["flipped"][0], (Json{{"document", "a"},
                                               {"grade_og", 1},
                                               {"grade_changed", 0},
                                               {"rank_og", 3},
                                               {"rank_changed", 1},
                                               {"tied", true},
                                               {"p_mrr", 1.0 / 3 - 1}}));
  EXPECT_TRUE(queries["q3"]["p_mrr"].is_null());
  EXPECT_EQ(queries["q3"]["flipped"], Json::array());
}

TEST(JsonResults, TiesTakenEveryWayGiveRangesOfRanks) {
  const Json json = pair_json(*Example(eval::Ties::kExpected).result.pair);
  EXPECT_EQ(json["ties"]["policy"], "expected");
  const Json& a = json["per_query"]["q2"]["flipped"][0];
  EXPECT_EQ(a["rank_og"], (Json{2, 3}));
  EXPECT_EQ(a["rank_changed"], 1);
  EXPECT_DOUBLE_EQ(a["p_mrr"].get<double>(), (1.0 / 2 - 1 + 1.0 / 3 - 1) / 2);
}

TEST(JsonResults, ATaskSaysWhatMadeItAndHasThePairsFigures) {
  const Example example;
  const Json json = task_json(example.result, example.data, "1.2.3");
  EXPECT_EQ(json["task"], "tiny");
  EXPECT_EQ(json["model"], "m");
  EXPECT_EQ(json["recipe"], "sound");
  EXPECT_EQ(json["arms"], (Json{"og", "changed", "none"}));
  EXPECT_EQ(json["heed_version"], "1.2.3");
  EXPECT_EQ(json["model_identity"], "m 1");
  EXPECT_EQ(json["dtype"], "float64");
  EXPECT_EQ(json["data"]["layout"], "followir");
  EXPECT_EQ(json["data"]["sha256"], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(json["data"]["topics"], 3);
  EXPECT_EQ(json["data"]["documents"], 4);
  EXPECT_EQ(json["data"]["candidates"], 7);
  const Json pair = pair_json(*example.result.pair);
  for (const auto& [key, value] : pair.items()) {
    if (key == "paper") continue;
    EXPECT_EQ(json[key], value) << key;
  }
  EXPECT_EQ(json["paper"]["og"], pair["paper"]["og"]);
  EXPECT_FALSE(json.contains("notes"));
}

TEST(JsonResults, OtherArmsStandBesideThePairUnderBothPairings) {
  const Example example;
  const Json json = task_json(example.result, example.data, "1");
  // b stands second for q1 and q3; q2's relevant document was not found. Crossed, b is q1's only one.
  EXPECT_DOUBLE_EQ(json["none"]["map_cut_1000"].get<double>(), (1.0 / 4 + 0 + 1.0 / 2) / 3);
  EXPECT_DOUBLE_EQ(json["paper"]["none"]["map_cut_1000"].get<double>(), (1.0 / 2 + 0 + 1.0 / 2) / 3);
  EXPECT_EQ(keys_of(json["paper"]), (Names{"og", "changed", "none"}));
}

TEST(JsonResults, WithoutAPairThereIsNoPMrr) {
  Example example;
  example.result.pair.reset();
  example.result.notes = {"One note."};
  const Json json = task_json(example.result, example.data, "1");
  for (const char* const key : {"p_mrr", "queries", "per_query", "og"}) EXPECT_FALSE(json.contains(key)) << key;
  EXPECT_TRUE(json.contains("none"));
  EXPECT_EQ(json["notes"], Json{"One note."});
}

TEST(JsonResults, NumbersReadBackExactly) {
  const Json numbers = {1.0 / 3, 0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, 0.25, 123456789.12345678};
  EXPECT_EQ(Json::parse(json_text(numbers)), numbers);
  EXPECT_TRUE(std::signbit(Json::parse(json_text(numbers))[2].get<double>()));
  const Example example;
  const Json json = task_json(example.result, example.data, "1");
  const Json read = Json::parse(json_text(json));
  EXPECT_EQ(read, json);
  EXPECT_EQ(read["p_mrr_ci"][1].get<double>(), example.result.pair->p_mrr_interval.high);
}

TEST(JsonResults, TheTextIsIndentedAndEndsItsLine) {
  EXPECT_EQ(json_text({{"b", 1}, {"a", {0.5, nullptr}}}), "{\n  \"b\": 1,\n  \"a\": [\n    0.5,\n    null\n  ]\n}\n");
}

TEST(JsonResults, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(json_text({"a\xFF"
                       "b\xC3\xBC"}),
            "[\n  \"a\xEF\xBF\xBD"
            "b\xC3\xBC\"\n]\n");
}

TEST(JsonResults, TheSameInputGivesTheSameBytes) {
  const Example first, second;
  EXPECT_EQ(json_text(task_json(first.result, first.data, "1")), json_text(task_json(second.result, second.data, "1")));
  EXPECT_EQ(json_text(*mteb_json(first.result, first.data)), json_text(*mteb_json(second.result, second.data)));
}

TEST(JsonResults, TheMtebLayoutIsMtebs) {
  const Example example;
  const Json json = *mteb_json(example.result, example.data);
  EXPECT_EQ(json["task_name"], "tiny");
  EXPECT_EQ(json["dataset_revision"], example.result.data.hex());
  for (const char* const unknown : {"mteb_version", "evaluation_time", "kg_co2_emissions"}) {
    ASSERT_TRUE(json.contains(unknown)) << unknown;
    EXPECT_TRUE(json[unknown].is_null()) << unknown;
  }
  EXPECT_EQ(keys_of(json["scores"]), Names{"test"});
  ASSERT_TRUE(json["scores"]["test"].is_array());
  ASSERT_EQ(json["scores"]["test"].size(), 1u);
  const Json& entry = json["scores"]["test"][0];
  EXPECT_DOUBLE_EQ(entry["p-MRR"].get<double>(), 0.25);
  EXPECT_EQ(entry["main_score"], entry["p-MRR"]);
  EXPECT_EQ(entry["hf_subset"], "default");
  EXPECT_EQ(entry["languages"], Json::array({"eng-Latn"}));
  for (const char* const family : {"ndcg", "map", "recall", "precision", "mrr"})
    for (const char* const cutoff : {"1", "3", "5", "10", "20", "100", "1000"})
      for (const Json* const values : {&entry, &entry["og"], &entry["changed"]})
        EXPECT_TRUE(values->contains(std::string(family) + "_at_" + cutoff)) << family << cutoff;
}

TEST(JsonResults, MtebsMeasuresAreMeansRoundedToFivePlaces) {
  const Example example;
  const Json mteb = *mteb_json(example.result, example.data);
  const Json& all = mteb["scores"]["test"][0];
  const Json &og = all["og"], &changed = all["changed"];
  // Relevant documents at ranks: og 1 2 | 3 | 1, changed 2 | 3 | 1.
  EXPECT_EQ(og["map_at_1000"], 0.77778);       // (1 + 1/3 + 1) / 3
  EXPECT_EQ(changed["map_at_1000"], 0.61111);  // (1/2 + 1/3 + 1) / 3
  EXPECT_EQ(all["map_at_1000"], 0.69444);      // their mean, formed before it is rounded
  EXPECT_EQ(og["ndcg_at_5"], 0.83333);         // (1 + 1/2 + 1) / 3
  EXPECT_EQ(changed["ndcg_at_5"], 0.71031);    // (0.6309297536 + 1/2 + 1) / 3
  EXPECT_EQ(all["ndcg_at_5"], 0.77182);        // 4.6309297536 / 6
  EXPECT_EQ(og["mrr_at_10"], 0.77778);
  EXPECT_EQ(changed["mrr_at_10"], 0.61111);
  EXPECT_EQ(all["mrr_at_3"], 0.69444);
  EXPECT_EQ(og["mrr_at_1"], 0.66667);       // (1 + 0 + 1) / 3
  EXPECT_EQ(changed["mrr_at_1"], 0.33333);  // (0 + 0 + 1) / 3
  EXPECT_EQ(all["mrr_at_1"], 0.5);
  EXPECT_EQ(og["recall_at_1"], 0.5);  // (1/2 + 0 + 1) / 3
  EXPECT_EQ(all["recall_at_3"], 1.0);
  EXPECT_EQ(og["precision_at_3"], 0.44444);      // (2 + 1 + 1) / 9
  EXPECT_EQ(og["precision_at_1000"], 0.00133);   // 4 / 3000
  EXPECT_EQ(all["precision_at_1000"], 0.00117);  // 7 / 6000
}

TEST(JsonResults, WithoutAPairThereIsNoMtebEntryOfAnInstructionBenchmark) {
  Example example;
  example.result.pair.reset();
  EXPECT_EQ(mteb_json(example.result, example.data), std::nullopt);
}

/// What mteb's loader requires of a file (mteb 2, results/task_result.py: TaskResult and its validator).
void expect_loadable(const Json& file) {
  EXPECT_TRUE(file["dataset_revision"].is_string());
  EXPECT_TRUE(file["task_name"].is_string());
  for (const char* const key : {"mteb_version", "evaluation_time", "kg_co2_emissions"})
    EXPECT_TRUE(file.contains(key) && file[key].is_null()) << key;
  ASSERT_TRUE(file["scores"].is_object());
  for (const auto& [split, entries] : file["scores"].items())
    for (const Json& entry : entries) {
      EXPECT_TRUE(entry["main_score"].is_number());
      EXPECT_TRUE(entry["hf_subset"].is_string());
      EXPECT_TRUE(entry["languages"].is_array());
    }
}

TEST(JsonResults, MtebsLoaderFindsWhatItRequires) {
  Example example;
  example.result.task = "robust04";
  const Json pair = *mteb_json(example.result, example.data);
  expect_loadable(pair);
  EXPECT_EQ(pair["task_name"], "Robust04InstructionRetrieval");
  example.result.pair.reset();
  example.result.task = "SciFact";
  example.result.kind = TaskKind::kRetrieval;
  example.result.runs.erase(example.result.runs.begin(), example.result.runs.begin() + 2);  // none is left
  const Json retrieval = *mteb_json(example.result, example.data);
  expect_loadable(retrieval);
  EXPECT_EQ(retrieval["task_name"], "SciFact");
  EXPECT_EQ(retrieval["scores"]["test"][0]["main_score"], retrieval["scores"]["test"][0]["ndcg_at_10"]);
  example.result.kind = TaskKind::kRobustness;
  example.result.robustness = eval::Robustness{0.25, {}};
  EXPECT_EQ((*mteb_json(example.result, example.data))["scores"]["test"][0]["main_score"], 0.25);
}

TEST(JsonResults, AnEntryHasTheTextsThatAReportShows) {
  Example example;
  example.data.corpus.add("a", "A title", "text");
  example.data.corpus.add("c", "", std::string(79, 'x') + "\xC3\xBC and more");
  collection::InstructionTopic topic;
  topic.id = collection::QueryId("q2");
  topic.needs[0] = collection::Need{"a query", "all"};
  topic.needs[1] = collection::Need{"a query", "not a"};
  example.data.topics.push_back(topic);
  const Json json = task_json(example.result, example.data, "1");
  EXPECT_EQ(json["kind"], "instruction");
  EXPECT_EQ(json["headline"], "map_cut_1000");
  EXPECT_EQ(json["per_query"]["q2"]["query"], "a query");
  EXPECT_EQ(json["per_query"]["q2"]["instruction_og"], "all");
  EXPECT_EQ(json["per_query"]["q2"]["instruction_changed"], "not a");
  EXPECT_EQ(json["per_query"]["q2"]["flipped"][0]["title"], "A title");
  EXPECT_EQ(json["per_query"]["q2"]["flipped"][1]["title"], std::string(79, 'x') + "...");  // no half character
  EXPECT_FALSE(json["per_query"]["q1"].contains("query"));
}

TEST(JsonResults, TheWorkIsCounted) {
  Example example;
  example.result.pairs = 20;
  EXPECT_EQ(task_json(example.result, example.data, "1")["work"], (Json{{"pairs", 20}}));
  example.result.embedded = retrieve::Embedded{3, 4, 7};
  EXPECT_EQ(task_json(example.result, example.data, "1")["work"]["embedded"],
            (Json{{"queries", 3}, {"documents", 4}, {"computed", 7}}));
}

TEST(JsonResults, ARobustnessTaskHasItsValue) {
  Example example;
  example.result.pair.reset();
  example.result.kind = TaskKind::kRobustness;
  example.result.robustness = eval::Robustness{0.25, {{"g", 2, 0.5}, {"h", 1, 0}}};
  const Json json = task_json(example.result, example.data, "1");
  EXPECT_EQ(json["kind"], "robustness");
  EXPECT_EQ(json["headline"], "ndcg_cut_10");
  EXPECT_EQ(json["robustness"], (Json{{"measure", "ndcg_cut_10"}, {"value", 0.25}, {"groups", 2}, {"queries", 3}}));
}

}  // namespace
}  // namespace heed::bench
