#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/program.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;

// Made by the reference implementation of mteb's p-MRR on the paper's BM25 (data/nf-instruct/reference).
constexpr double kPMrrByDocumentId = -0.29958455637762077;
constexpr double kPMrrByInput = -0.2875439723820705;

std::string layout(const std::string& name) {
  return shared_dir() / "data/nf-instruct" / name;
}

Outcome bench(const std::string& data, const fs::path& out, std::vector<std::string> more = {}, int cores = 0) {
  std::vector<std::string> arguments = {"bench", "--model", "bm25",        "--data", data,
                                        "--out", out,       "--resamples", "1000"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return heed(arguments, {.cores = cores});
}

nlohmann::json results_of(const fs::path& out) {
  return nlohmann::json::parse(content_of(out / "results.json")).at(0);
}

/// The content of every file below `out` but the store, by name.
std::map<std::string, std::string> results_below(const fs::path& out) {
  std::map<std::string, std::string> contents;
  for (const std::string& file : files_below(out))
    if (!file.starts_with("store.db")) contents[file] = content_of(out / file);
  return contents;
}

TEST(Bench, BothLayoutsGiveTheReferencesPMrr) {
  HEED_NEEDS_SHARED();
  for (const std::string name : {"followir-layout", "mteb-layout"}) {
    SCOPED_TRACE(name);
    const TemporaryDir out;
    ASSERT_TRUE(succeeded(bench(layout(name), out.path())));
    EXPECT_DOUBLE_EQ(results_of(out.path()).at("p_mrr").get<double>(), kPMrrByDocumentId);
    EXPECT_EQ(results_of(out.path()).at("task"), name);
    ASSERT_TRUE(succeeded(bench(layout(name), out.path(), {"--ties", "input"})));
    EXPECT_DOUBLE_EQ(results_of(out.path()).at("p_mrr").get<double>(), kPMrrByInput);
  }
}

TEST(Bench, WritesTheFilesThatItsHelpNames) {
  HEED_NEEDS_SHARED();
  const TemporaryDir out;
  ASSERT_TRUE(succeeded(bench("NF=" + layout("followir-layout"), out.path())));
  const auto files = files_below(out.path());
  const std::set<std::string> expected = {"report.html",         "results.json",         "results/bm25/NF.json",
                                          "runs/NF.changed.run", "runs/NF.keywords.run", "runs/NF.none.run",
                                          "runs/NF.og.run",      "runs/NF.short.run",    "store.db"};
  EXPECT_EQ(std::set<std::string>(files.begin(), files.end()), expected);
}

TEST(Bench, ItsRunsJudgedByEvalGiveTheSamePMrr) {
  HEED_NEEDS_SHARED();
  const TemporaryDir out;
  ASSERT_TRUE(succeeded(bench("NF=" + layout("followir-layout"), out.path())));
  const auto results = results_of(out.path());
  const auto pair =
      json_of(heed({"eval", "--qrels-og", layout("followir-layout/qrels_og/test.jsonl"), "--qrels-changed",
                    layout("followir-layout/qrels_changed/test.jsonl"), "--run-og", out.path() / "runs/NF.og.run",
                    "--run-changed", out.path() / "runs/NF.changed.run", "--resamples", "1000", "--format", "json"}));
  for (const char* key : {"p_mrr", "p_mrr_ci", "queries", "changed_pairs", "og", "changed"})
    EXPECT_EQ(pair.at(key), results.at(key)) << key;
  for (const char* arm : {"og", "changed"}) EXPECT_EQ(pair.at("paper").at(arm), results.at("paper").at(arm)) << arm;
}

TEST(Bench, ASecondRunGivesTheSameBytes) {
  HEED_NEEDS_SHARED();
  const TemporaryDir out;
  const Outcome first = bench(layout("followir-layout"), out.path());
  const auto before = results_below(out.path());
  const auto stored = content_of(out.path() / "store.db");
  const Outcome second = bench(layout("followir-layout"), out.path());
  EXPECT_EQ(first.out, second.out);
  EXPECT_TRUE(before == results_below(out.path()));
  EXPECT_TRUE(stored == content_of(out.path() / "store.db"));  // nothing was scored again
}

TEST(Bench, TheResultsDoNotDependOnTheCores) {
  HEED_NEEDS_SHARED();
  const TemporaryDir one, many;
  const Outcome with_one = bench(layout("followir-layout"), one.path(), {"--format", "json"}, 1);
  const Outcome with_many = bench(layout("followir-layout"), many.path(), {"--format", "json"});
  ASSERT_TRUE(succeeded(with_one));
  EXPECT_TRUE(with_one.out == with_many.out);
  EXPECT_TRUE(results_below(one.path()) == results_below(many.path()));
}

TEST(Bench, TheLayoutsHoldTheSameBenchmark) {
  HEED_NEEDS_SHARED();
  const TemporaryDir out;
  ASSERT_TRUE(succeeded(bench("A=" + layout("followir-layout"), out.path(), {"--data", "B=" + layout("mteb-layout")})));
  for (const std::string arm : {"og", "changed"})
    EXPECT_TRUE(content_of(out.path() / "runs" / ("A." + arm + ".run")) ==
                content_of(out.path() / "runs" / ("B." + arm + ".run")))
        << arm;
}

/// BEIR's collections and InstructIR's seed queries by BM25.
Outcome bench_collections(const fs::path& out) {
  return bench("SciFact=" + (shared_dir() / "data/beir/scifact").string(), out,
               {"--data", "NFCorpus=" + (shared_dir() / "data/beir/nfcorpus").string(), "--data",
                "InstructIR-seed=" + (shared_dir() / "data/instructir/seed").string()});
}

TEST(Bench, CollectionsBecomeRowsOfThePapersTables3And4) {
  HEED_NEEDS_SHARED();
  const TemporaryDir out;
  ASSERT_TRUE(succeeded(bench_collections(out.path())));
  const auto results = nlohmann::json::parse(content_of(out.path() / "results.json"));
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].at("kind"), "retrieval");
  EXPECT_EQ(results[0].at("arms"), (nlohmann::json{"none", "keywords"}));
  EXPECT_EQ(results[0].at("ranked"), "the whole corpus");
  EXPECT_EQ(results[0].at("work").at("pairs"), 2 * 300 * 5183);
  EXPECT_EQ(results[2].at("kind"), "robustness");
  EXPECT_EQ(results[2].at("robustness").at("groups"), 1743);
  // Each group has one query, so that the worst of a group is its mean.
  EXPECT_NEAR(results[2].at("robustness").at("value").get<double>(),
              results[2].at("none").at("ndcg_cut_10").get<double>(), 1e-12);
  const Outcome tables = heed({"report", out.path(), "--table", "3", "--table", "4", "--format", "tsv"});
  ASSERT_TRUE(succeeded(tables));
  EXPECT_NE(tables.out.find("SciFact nDCG@10\twith keywords\tNFCorpus nDCG@10"), std::string::npos) << tables.out;
  EXPECT_NE(tables.out.find("bm25\tpublished\t67.9\t-1.7\t32.2\t-5.1"), std::string::npos) << tables.out;
  EXPECT_NE(tables.out.find("InstructIR-seed Robustness@10"), std::string::npos) << tables.out;
  EXPECT_TRUE(content_of(out.path() / "report.html").find("Robustness@10") != std::string::npos);
}

TEST(Bench, TheFiguresOfACollectionAreTrecEvalsOfItsRuns) {
  HEED_NEEDS_SHARED();
  const TemporaryDir out;
  ASSERT_TRUE(succeeded(bench_collections(out.path())));
  const auto results = nlohmann::json::parse(content_of(out.path() / "results.json"));
  const std::pair<const char*, const char*> tasks[] = {
      {"SciFact", "beir/scifact"}, {"NFCorpus", "beir/nfcorpus"}, {"InstructIR-seed", "instructir/seed"}};
  for (std::size_t i = 0; i < std::size(tasks); ++i)
    for (const std::string arm : results[i].at("arms")) {
      const auto judged = json_of(heed({"eval", (shared_dir() / "data" / tasks[i].second / "qrels/test.tsv").string(),
                                        (out.path() / "runs" / (tasks[i].first + ("." + arm + ".run"))).string(), "-m",
                                        "ndcg_cut.10", "-m", "map_cut.1000", "-m", "recip_rank", "--format", "json"}));
      for (const char* const measure : {"ndcg_cut_10", "map_cut_1000", "recip_rank"})
        EXPECT_EQ(judged.at("summary").at(measure), results[i].at(arm).at(measure)) << tasks[i].first << " " << arm;
    }
}

}  // namespace
}  // namespace heed::testing
