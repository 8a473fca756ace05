#include "bench/collection_search.h"

#include <gtest/gtest.h>

#include "bench/json_results.h"
#include "testing/testing.h"

namespace heed::bench {
namespace {

using collection::Arm;
using collection::Need;
using heed::testing::complaint_of;
using heed::testing::TemporaryDir;
using retrieve::Found;

/// Finds x, then a, for a query alone; with an instruction a first; nothing for the query "other".
class Scripted final : public retrieve::Retriever {
 public:
  std::vector<std::vector<Found>> search(std::span<const Need> needs, std::size_t k) override {
    std::vector<std::vector<Found>> all;
    for (const Need& need : needs) {
      std::vector<Found> found = {{need.instruction.empty() ? "x" : "a", 2}, {need.instruction.empty() ? "a" : "x", 1}};
      if (need.query == "other") found.clear();
      if (need.instruction == "not a") found = {{"x", 1}};
      found.resize(std::min(found.size(), k));
      all.push_back(std::move(found));
    }
    return all;
  }
};

struct Search {
  Search() {
    dir.write("data/corpus.jsonl", "{\"_id\": \"a\", \"text\": \"one\"}\n");
    dir.write("data/queries.jsonl",
              R"({"_id": "q", "text": "need", "instruction_og": "all", "instruction_changed": "not a"})"
              "\n"
              R"({"_id": "2", "text": "other", "instruction_og": "x", "instruction_changed": "y"})"
              "\n");
    dir.write("data/top_ranked.jsonl", "{\"qid\": \"q\", \"pid\": \"a\"}\n{\"qid\": \"2\", \"pid\": \"a\"}\n");
    dir.write("data/qrels_og/test.tsv", "q 0 a 1\n2 0 a 1\n");
    dir.write("data/qrels_changed/test.tsv", "q 0 a 0\n2 0 a 1\n");
    task = open_task("tiny=" + (dir.path() / "data").string());
  }

  TaskResult judged(std::vector<Arm> arms) {
    const std::vector<std::string> requests = {"map"};
    const auto measures = eval::select_measures(requests);
    const CollectionSearch search{retriever, "the-index", 500};
    return run_task({task, model, arms, &search}, {recipe_named("sound"), measures}, store, {});
  }

  TemporaryDir dir;
  Task task;
  Scripted retriever;
  retrieve::Model model{
      .name = "scripted", .explanation = "", .dtype = "float64", .identity = [] { return std::string("scripted 1"); }};
  ScoreStore store{dir.path() / "store.db"};
};

double map_of(const eval::Evaluation& evaluation) {
  return evaluation.summary.at(*evaluation.column("map"));
}

TEST(CollectionSearch, RanksWhatTheCollectionHasWhateverTheCandidates) {
  Search search;
  const TaskResult result = search.judged({Arm::kNone, Arm::kOg});
  EXPECT_EQ(trec_run(*result.run(Arm::kNone)), "q Q0 x 1 2 scripted\nq Q0 a 2 1 scripted\n");
  EXPECT_EQ(trec_run(*result.run(Arm::kOg)), "q Q0 a 1 2 scripted\nq Q0 x 2 1 scripted\n");
  EXPECT_EQ(result.ranked, "the whole collection, 500 documents, in the-index");
  EXPECT_EQ(result.collection, 500U);
}

TEST(CollectionSearch, CountsAQueryForWhichNothingIsFound) {
  Search search;
  const TaskResult result = search.judged({Arm::kNone, Arm::kOg});
  ASSERT_EQ(result.arms.size(), 2U);
  EXPECT_DOUBLE_EQ(map_of(result.arms[0].correct), 0.5 / 2);
  EXPECT_DOUBLE_EQ(map_of(result.arms[1].correct), 1.0 / 2);
}

TEST(CollectionSearch, TakesWhatIsMissingForTheRankBelowTheEnd) {
  Search search;
  const TaskResult result = search.judged({Arm::kOg, Arm::kChanged});
  ASSERT_TRUE(result.pair);
  EXPECT_DOUBLE_EQ(result.pair->p_mrr, 1 - 1.0 / 2);  // a fell from 1 to below x, the only one that was found
}

TEST(CollectionSearch, IsNamedInTheResultsAndIsNoResultOfMteb) {
  Search search;
  const TaskResult result = search.judged({Arm::kOg, Arm::kChanged});
  EXPECT_EQ(task_json(result, search.task.data, "1")["collection"]["documents"], 500);
  EXPECT_FALSE(mteb_json(result, search.task.data));
}

TEST(CollectionSearch, RefusesAnArmThatTheDataLacks) {
  Search search;
  EXPECT_EQ(complaint_of([&] { search.judged({Arm::kShort}); }), "task tiny has no text for the arm short");
}

}  // namespace
}  // namespace heed::bench
