#include <string>

#include "cli/program.h"
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

TEST(Demo, IsHeedBenchOnItsCollection) {
  const TemporaryDir demo, bench;
  ASSERT_TRUE(succeeded(heed({"demo", "--out", demo.path()})));
  ASSERT_TRUE(
      succeeded(heed({"bench", "--model", "bm25", "--data", source_dir() / "data/demo", "--out", bench.path()})));
  const auto files = files_below(demo.path());
  EXPECT_EQ(files, files_below(bench.path()));
  for (const std::string& file : files) {
    if (file == "store.db") continue;
    EXPECT_EQ(content_of(demo.path() / file), content_of(bench.path() / file)) << file;
  }
}

TEST(Demo, ItsExplainedTopicIsWhatExplainShows) {
  const TemporaryDir out;
  const Outcome demo = heed({"demo", "--out", out.path()});
  const std::size_t at = demo.out.find("Query Q");
  ASSERT_NE(at, std::string::npos);
  const std::string query = demo.out.substr(at + 6, demo.out.find(':', at) - at - 6);
  const Outcome explained =
      heed({"explain", "--query", query, "--data", source_dir() / "data/demo", "--run-og",
            out.path() / "runs/demo.og.run", "--run-changed", out.path() / "runs/demo.changed.run"});
  ASSERT_TRUE(succeeded(explained));
  EXPECT_NE(demo.out.find(explained.out), std::string::npos) << explained.out;
}

TEST(Demo, SaysWhereItsCollectionIsMissing) {
  const TemporaryDir empty;
  EXPECT_TRUE(refused(heed({"demo"}, {.environment = {{"HEED_DATA", empty.path()}}}), 65, empty.path().string()));
}

}  // namespace
}  // namespace heed::testing
