#include <filesystem>
#include <string>
#include <vector>

#include "cli/program.h"
#include "format/json.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

TEST(Demo, ShowsTheFigureItsIntervalAndOneTopic) {
  const Outcome outcome = heed({"demo"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.err, "");
  for (const char* part : {"p-MRR", "interval", "Query Q", "original: ", "altered: ", "rank before", "rank after"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
}

/// Whether a folder that the demo kept has the files of heed bench with these arguments.
void expect_is_bench(const std::filesystem::path& kept, std::vector<std::string> arguments) {
  const TemporaryDir bench;
  arguments.insert(arguments.begin(), {"bench", "--data", source_dir() / "data/demo", "--out", bench.path()});
  ASSERT_TRUE(succeeded(heed(arguments)));
  const auto files = files_below(kept);
  EXPECT_EQ(files, files_below(bench.path()));
  for (const std::string& file : files) {
    if (file == "store.db") continue;
    EXPECT_EQ(content_of(kept / file), content_of(bench.path() / file)) << file;
  }
}

TEST(Demo, IsHeedBenchOnItsCollection) {
  const TemporaryDir out;
  ASSERT_TRUE(succeeded(heed({"demo", "--out", out.path()})));
  expect_is_bench(out.path() / "bm25", {"--model", "bm25"});
  if (!HEED_HAS_ENGINE) return;
  expect_is_bench(out.path() / "demo-model",
                  {"--model", source_dir() / "data/demo-model", "--arms", "og,changed", "--dtype", "float32"});
}

TEST(Demo, ItsExplainedTopicIsWhatExplainShows) {
  const TemporaryDir out;
  const Outcome demo = heed({"demo", "--out", out.path()});
  const std::size_t at = demo.out.find("Query Q");
  ASSERT_NE(at, std::string::npos);
  const std::string query = demo.out.substr(at + 6, demo.out.find(':', at) - at - 6);
  for (const char* system : {"bm25", "demo-model"}) {
    if (!HEED_HAS_ENGINE && system == std::string("demo-model")) break;
    const auto run = [&](const char* arm) {
      return out.path() / system / "runs" / (std::string("demo.") + arm + ".run");
    };
    const Outcome explained = heed({"explain", "--query", query, "--data", source_dir() / "data/demo", "--run-og",
                                    run("og"), "--run-changed", run("changed")});
    ASSERT_TRUE(succeeded(explained));
    EXPECT_NE(demo.out.find(explained.out), std::string::npos) << explained.out;
  }
}

TEST(Demo, ShowsAModelThatWasTaughtToObeyBesideOneThatMatches) {
  const TemporaryDir out;
  const Outcome demo = heed({"demo", "--out", out.path()});
  ASSERT_TRUE(succeeded(demo));
  if (!HEED_HAS_ENGINE) {
    EXPECT_NE(demo.out.find("is left out: the engine that runs models is not installed"), std::string::npos);
    return;
  }
  const auto p_mrr = [&](const char* system) {
    return format::Json::parse(content_of(out.path() / system / "results.json"))[0]["p_mrr_ci"];
  };
  EXPECT_LT(p_mrr("bm25")[1], 0);        // beyond chance
  EXPECT_GT(p_mrr("demo-model")[0], 0);  // likewise
}

TEST(Demo, SaysWhereItsCollectionIsMissing) {
  const TemporaryDir empty;
  EXPECT_TRUE(refused(heed({"demo"}, {.environment = {{"HEED_DATA", empty.path()}}}), 65, empty.path().string()));
}

}  // namespace
}  // namespace heed::testing
