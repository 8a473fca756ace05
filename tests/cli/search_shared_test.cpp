// Whole collections by vectors, and heed bench over whole collections, against what ranks every document one by one.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <sqlite3.h>

#include "cli/program.h"
#include "testing/testing.h"

// Models need the engine, which a build may leave out.
#define HEED_NEEDS_ENGINE() \
  if (!HEED_HAS_ENGINE) GTEST_SKIP() << "this build has no engine"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;

/// By query, each document's score.
using Scores = std::map<std::string, std::map<std::string, double>>;

Scores scores_of(const fs::path& run) {
  std::ifstream lines(run);
  Scores scores;
  std::string query, iter, document, rank, tag;
  double score = 0;
  while (lines >> query >> iter >> document >> rank >> score >> tag) scores[query][document] = score;
  EXPECT_FALSE(scores.empty()) << run;
  return scores;
}

/// What differences of scores are measured by.
double largest_of(const std::map<std::string, double>& scores) {
  double largest = 1;
  for (const auto& [document, score] : scores) largest = std::max(largest, std::abs(score));
  return largest;
}

/// The first documents of nf-instruct's corpus, in BEIR's layout with its queries.
fs::path small_collection(const TemporaryDir& dir, int documents) {
  const fs::path data = shared_dir() / "data/nf-instruct/followir-layout";
  std::ifstream lines(data / "corpus.jsonl");
  std::string corpus, line;
  for (int i = 0; i < documents && std::getline(lines, line); ++i) corpus += line + "\n";
  dir.write("beir/corpus.jsonl", corpus);
  std::ifstream queries(data / "queries.jsonl");
  std::string some, qrels = "query-id\tcorpus-id\tscore\n";
  const std::string first = corpus.substr(0, corpus.find('\n'));
  for (int i = 0; i < 10 && std::getline(queries, line); ++i) {
    const auto query = nlohmann::json::parse(line);
    some += nlohmann::json{{"_id", query["_id"]}, {"text", query["text"]}}.dump() + "\n";
    qrels += query["_id"].get<std::string>() + "\t" + nlohmann::json::parse(first)["_id"].get<std::string>() + "\t1\n";
  }
  dir.write("beir/queries.jsonl", some);
  dir.write("beir/qrels/test.tsv", qrels);
  return dir.path() / "beir";
}

std::string model(const std::string& name) {
  return model_fixture(name);
}

Outcome index_by(const std::string& model_folder, const fs::path& collection, const fs::path& index,
                 const std::vector<std::string>& more = {}) {
  std::vector<std::string> line = {"index",   "--collection", collection, "--index", index,
                                   "--model", model_folder,   "--dtype",  "float32"};
  line.insert(line.end(), more.begin(), more.end());
  return heed(line);
}

Outcome search_by(const std::string& model_folder, const fs::path& collection, const fs::path& index,
                  const fs::path& run) {
  return heed({"search", "--index", index, "--model", model_folder, "--dtype", "float32", "--topics",
               collection / "queries.jsonl", "--output", run});
}

TEST(SearchByVectors, FindsWhatRankingEveryDocumentFinds) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir dir;
  const fs::path collection = small_collection(dir, 400);
  for (const std::string name : {"bert-mean", "bert-mean-dot"}) {
    const std::string folder = model(name);
    const fs::path out = dir.path() / (name + "-out");
    ASSERT_EQ(heed({"bench", "--model", folder, "--dtype", "float32", "--data", "beir=" + collection.string(), "--arms",
                    "none", "--out", out})
                  .code,
              0);
    const Scores all = scores_of(out / "runs/beir.none.run");
    for (const std::string method : {"flat", "hnsw", "ivf"}) {
      const fs::path index = dir.path() / (name + "-" + method), run = dir.path() / (name + "-" + method + ".run");
      ASSERT_TRUE(succeeded(index_by(folder, collection, index, {"--method", method})));
      ASSERT_EQ(search_by(folder, collection, index, run).code, 0);
      const Scores found = scores_of(run);
      EXPECT_EQ(found.size(), all.size());
      for (const auto& [query, documents] : found) {
        if (method == "flat") {
          EXPECT_EQ(documents.size(), 400U);
        }
        const double largest = largest_of(all.at(query));
        for (const auto& [document, score] : documents)
          EXPECT_NEAR(score, all.at(query).at(document), 1e-6 * largest) << name << " " << query;
      }
    }
  }
}

int vectors_put_twice(const fs::path& store) {
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(store.c_str(), &database), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(database, "SELECT count(*) FROM vectors WHERE times > 1", -1, &statement, nullptr);
  EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
  const int count = sqlite3_column_int(statement, 0);
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return count;
}

TEST(SearchByVectors, EmbedsNothingTwiceAfterAKill) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir dir;
  const fs::path collection = small_collection(dir, 2000);
  const fs::path whole = dir.path() / "whole", cut = dir.path() / "cut";
  const std::string folder = model("bert-mean");
  ASSERT_TRUE(succeeded(index_by(folder, collection, whole)));
  for (const int moment : {900, 1300, 1700, 2100})
    heed({"index", "--collection", collection, "--index", cut, "--model", folder, "--dtype", "float32"},
         {.signal_after = std::chrono::milliseconds(moment)});
  ASSERT_EQ(index_by(folder, collection, cut).code, 0);
  EXPECT_EQ(vectors_put_twice(cut / "vectors.db"), 0);
  ASSERT_EQ(search_by(folder, collection, whole, dir.path() / "whole.run").code, 0);
  ASSERT_EQ(search_by(folder, collection, cut, dir.path() / "cut.run").code, 0);
  const Scores expected = scores_of(dir.path() / "whole.run"), found = scores_of(dir.path() / "cut.run");
  for (const auto& [query, documents] : expected)
    for (const auto& [document, score] : documents)
      if (const auto one = found.at(query).find(document); one != found.at(query).end()) {
        EXPECT_NEAR(one->second, score, 1e-6);
      }
  const Outcome again = index_by(folder, collection, cut);
  EXPECT_EQ(again.code, 0);
  EXPECT_NE(again.err.find("is complete"), std::string::npos);
}

TEST(SearchByVectors, RefusesAnotherModel) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir dir;
  const fs::path collection = small_collection(dir, 20), index = dir.path() / "index", run = dir.path() / "run";
  ASSERT_TRUE(
      succeeded(index_by(model("bert-mean"), collection, index, {"--passages", "--words", "50", "--overlap", "25"})));
  EXPECT_TRUE(refused(search_by(model("bert-cls"), collection, index, run), 65, "made with other weights or settings"));
  EXPECT_TRUE(refused(index_by(model("bert-cross"), collection, dir.path() / "other"), 65, "makes no vectors"));
  EXPECT_TRUE(
      refused(index_by(model("bert-mean"), collection, dir.path() / "other", {"--method", "tree"}), 64, "flat"));
  EXPECT_FALSE(fs::exists(run));
  EXPECT_EQ(search_by(model("bert-mean"), collection, index, run).code, 0);
}

double value(const fs::path& results, const std::string& arm) {
  return nlohmann::json::parse(std::ifstream(results)).at(0).at(arm).at("map_cut_1000");
}

double evaluated(const fs::path& run) {
  const auto json = json_of(heed({"eval", shared_dir() / "data/nf-instruct/reference/qrels_og.txt", run, "-c", "-m",
                                  "map_cut.1000", "--format", "json"}));
  return json.at("summary").items().begin().value();
}

/// heed bench --full gives the figures of heed search and heed eval, and Table 5 shows them.
void expect_table_5(const std::string& model_name, const fs::path& index, const TemporaryDir& dir) {
  const fs::path data = shared_dir() / "data/nf-instruct/followir-layout", out = dir.path() / "out";
  const std::vector<std::string> precision =
      model_name == "bm25" ? std::vector<std::string>{} : std::vector<std::string>{"--dtype", "float32"};
  std::vector<std::string> line = {"bench",  "--model", model_name, "--data", "nf=" + data.string(), "--full", index,
                                   "--arms", "none,og", "--out",    out};
  line.insert(line.end(), precision.begin(), precision.end());
  ASSERT_TRUE(succeeded(heed(line)));
  std::map<std::string, double> maps;
  for (const std::string arm : {"none", "og"}) {
    const fs::path run = dir.path() / (arm + ".run");
    line = {"search", "--index", index, "--topics", data, "--arm", arm, "--output", run};
    if (model_name != "bm25") line.insert(line.end(), {"--model", model_name, "--dtype", "float32"});
    ASSERT_EQ(heed(line).code, 0);
    const fs::path benched = out / ("runs/nf." + arm + ".run");
    // A need's vector depends on the needs beside it by its last digits.
    EXPECT_TRUE(model_name != "bm25" || content_of(run) == content_of(benched)) << arm;
    maps[arm] = evaluated(benched);
    EXPECT_NEAR(value(out / "results.json", arm), maps[arm], 1e-12);
    EXPECT_NEAR(evaluated(run), maps[arm], model_name == "bm25" ? 0 : 1e-4);
  }
  const auto table = json_of(heed({"report", out, "--table", "5", "--format", "json"}));
  const auto& figures = table.at(0).at("rows").at(0).at("figures").at("nf");
  EXPECT_NEAR(figures.at("map_cut_1000"), maps["none"], 1e-12);
  EXPECT_NEAR(figures.at("map_cut_1000_instruction_change"), maps["og"] - maps["none"], 1e-12);
  EXPECT_TRUE(refused(heed({"report", out, "--table", "2"}), 65));
}

TEST(BenchOverCollections, GivesTheFiguresOfSearchAndEval) {
  HEED_NEEDS_SHARED();
  const TemporaryDir dir;
  const fs::path index = dir.path() / "index";
  ASSERT_TRUE(succeeded(heed(
      {"index", "--collection", shared_dir() / "data/nf-instruct/followir-layout/corpus.jsonl", "--index", index})));
  expect_table_5("bm25", index, dir);
}

TEST(BenchOverCollections, SearchesVectorsToo) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir dir;
  const fs::path index = dir.path() / "index";
  ASSERT_TRUE(
      succeeded(index_by(model("bert-mean"), shared_dir() / "data/nf-instruct/followir-layout/corpus.jsonl", index)));
  expect_table_5(model("bert-mean"), index, dir);
}

}  // namespace
}  // namespace heed::testing
