// A whole collection on the command line: indexed, searched, judged, cut off and gone on with.

#include <filesystem>

#include "base/random.h"
#include "cli/program.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;

std::string demo(const std::string& name) {
  return (source_dir() / "data/demo" / name).string();
}

Outcome index(const std::string& collection, const fs::path& folder, std::vector<std::string> more = {},
              const Surroundings& surroundings = {}) {
  std::vector<std::string> arguments = {"index", "--collection", collection, "--index", folder.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return heed(arguments, surroundings);
}

Outcome search(const fs::path& folder, const std::string& topics, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"search", "--index", folder.string(), "--topics", topics, "--output", "-"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return heed(arguments);
}

/// Documents enough for several segments.
fs::path large_collection(const TemporaryDir& dir) {
  base::Random random(1);
  std::string lines;
  for (int i = 0; i < 60'000; ++i) {
    lines += "{\"_id\":\"d" + std::to_string(i) + "\",\"text\":\"";
    for (int word = 0; word < 12; ++word) lines += "w" + std::to_string(5000 / (1 + random.below(5000))) + " ";
    lines += "\"}\n";
  }
  return dir.write("large/corpus.jsonl", lines);
}

TEST(Index, IndexesSearchesAndIsJudged) {
  const TemporaryDir dir;
  const auto report = json_of(index(demo("corpus.jsonl"), dir.path() / "index", {"--format", "json"}));
  EXPECT_GT(report.at("documents"), 10);
  EXPECT_EQ(report.at("bad"), 0);
  for (const std::string arm : {"none", "og", "changed", "keywords", "short"}) {
    const fs::path run = dir.path() / (arm + ".run");
    const Outcome outcome = heed({"search", "--index", dir.path() / "index", "--topics", demo("queries.jsonl"), "--arm",
                                  arm, "--k", "20", "--output", run});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(succeeded(heed({"eval", demo("qrels_og/test.jsonl"), run}))) << arm;
  }
  const Outcome plain = search(dir.path() / "index", demo("queries.jsonl"), {"--arm", "og"});
  EXPECT_TRUE(succeeded(plain));
  EXPECT_NE(plain.out, search(dir.path() / "index", demo("queries.jsonl"), {"--arm", "og", "--rm3"}).out);
  EXPECT_NE(plain.out, search(dir.path() / "index", demo("queries.jsonl"), {"--arm", "og", "--k1", "2"}).out);
  EXPECT_NE(search(dir.path() / "index", demo("queries.jsonl"), {"--tag", "mine"}).out.find(" mine\n"),
            std::string::npos);
}

TEST(Index, OfPassagesScoresADocumentByItsBest) {
  const TemporaryDir dir;
  const auto collection = dir.write("c.jsonl",
                                    "{\"_id\":\"long\",\"text\":\"wind one two three four five six seven eight sea\"}\n"
                                    "{\"_id\":\"short\",\"text\":\"wind sea\"}\n");
  const auto topics = dir.write("t.tsv", "1\twind sea\n");
  const Outcome built = index(collection, dir.path() / "index", {"--passages", "--words", "4", "--overlap", "2"});
  ASSERT_TRUE(succeeded(built));
  const Outcome found = search(dir.path() / "index", topics);
  EXPECT_EQ(std::count(found.out.begin(), found.out.end(), '\n'), 2);
  EXPECT_TRUE(found.out.starts_with("1 Q0 short 1 ")) << found.out;
  EXPECT_TRUE(refused(index(collection, dir.path() / "i", {"--passages", "--words", "4", "--overlap", "4"}), 64,
                      "--overlap has to be less than --words"));
  EXPECT_TRUE(refused(index(collection, dir.path() / "i", {"--words", "4"}), 64));
}

TEST(Index, IsNotMadeTwiceUnlessForced) {
  const TemporaryDir dir;
  ASSERT_TRUE(succeeded(index(demo("corpus.jsonl"), dir.path())));
  const Outcome again = index(demo("corpus.jsonl"), dir.path());
  EXPECT_EQ(again.code, 0);
  EXPECT_NE(again.err.find("is complete; --force makes it anew"), std::string::npos);
  EXPECT_TRUE(succeeded(index(demo("corpus.jsonl"), dir.path(), {"--force"})));
  EXPECT_TRUE(fs::exists(dir.path() / "generation-2"));
  EXPECT_FALSE(fs::exists(dir.path() / "generation-1"));
}

TEST(Index, CountsWhatItPassesOver) {
  const TemporaryDir dir;
  const auto collection = dir.write("c.jsonl",
                                    "{\"_id\":\"a\",\"text\":\"wind\"}\nnonsense\n{\"_id\":\"a\",\"text\":\"sea\"}\n"
                                    "{\"_id\":\"b\",\"text\":\"...\"}\n");
  const auto outcome = index(collection, dir.path() / "index", {"--format", "json"});
  const auto report = json_of(outcome);
  EXPECT_EQ(report.at("documents"), 2);
  EXPECT_EQ(report.at("bad"), 1);
  EXPECT_EQ(report.at("duplicates"), 1);
  EXPECT_NE(outcome.err.find("passed over 1 bad document"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("passed over 1 document whose id had come before"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("1 document has no word to search for"), std::string::npos) << outcome.err;
}

TEST(Index, AKilledBuildGoesOnAndLosesNoIndex) {
  const TemporaryDir dir;
  const fs::path collection = large_collection(dir);
  const auto topics = dir.write("t.tsv", "1\tw1 w2 w3\n2\tw7 w50\n3\tw5000\n");
  const auto small_topics = dir.write("s.tsv", "1\twind\n");
  ASSERT_TRUE(succeeded(index(collection, dir.path() / "whole")));
  const std::string expected = search(dir.path() / "whole", topics).out;
  for (const int moment : {50, 250, 500, 800, 1200}) {
    const fs::path folder = dir.path() / ("killed-" + std::to_string(moment));
    const auto small = dir.write("small.jsonl", "{\"_id\":\"a\",\"text\":\"wind\"}\n");
    ASSERT_TRUE(succeeded(index(small, folder)));
    const std::string before = search(folder, small_topics).out;
    for (int round = 0; round < 2; ++round) {
      const Outcome killed = index(collection, folder, {}, {.signal_after = std::chrono::milliseconds(moment)});
      if (killed.code == 0) break;
      const bool is_old = content_of(folder / "index.json").find("generation-1") != std::string::npos;
      EXPECT_EQ(search(folder, is_old ? small_topics : topics).out, is_old ? before : expected) << moment;
    }
    ASSERT_EQ(index(collection, folder).code, 0);
    EXPECT_EQ(search(folder, topics).out, expected) << moment;
    EXPECT_FALSE(fs::exists(folder / "building"));
  }
}

TEST(Index, CtrlCKeepsFinishedSegments) {
  const TemporaryDir dir;
  const fs::path collection = large_collection(dir);
  const Outcome stopped = index(collection, dir.path() / "index", {},
                                {.cores = 1, .signal_after = std::chrono::milliseconds(200), .signal = SIGINT});
  if (stopped.code == 0) GTEST_SKIP() << "it was done before";
  EXPECT_EQ(stopped.code, 130) << stopped.err;
  const Outcome rest = index(collection, dir.path() / "index");
  EXPECT_EQ(rest.code, 0);
  EXPECT_NE(rest.err.find("goes on after"), std::string::npos) << rest.err;
}

TEST(Index, RefusesWhatItCannotUse) {
  const TemporaryDir dir;
  const auto topics = dir.write("t.tsv", "1\twind\n2\tthe\n");
  EXPECT_TRUE(refused(search(dir.path() / "no", topics), 65, "no: there is no such folder"));
  EXPECT_TRUE(refused(search(dir.path(), topics), 65, "there is no index in it"));
  EXPECT_TRUE(refused(index(dir.path() / "no", dir.path() / "i"), 65, "no"));
  EXPECT_TRUE(refused(index(demo("corpus.jsonl"), dir.path() / "i", {"--type", "xyz"}), 64, "there is no type"));
  ASSERT_TRUE(succeeded(index(demo("corpus.jsonl"), dir.path() / "i")));
  EXPECT_TRUE(refused(search(dir.path() / "i", topics, {"--arm", "all"}), 64, "there is no arm all"));
  EXPECT_TRUE(refused(search(dir.path() / "i", topics, {"--arm", "changed"}), 65));
  EXPECT_TRUE(refused(search(dir.path() / "i", topics, {"--k", "0"}), 64));
  EXPECT_TRUE(refused(search(dir.path() / "i", topics, {"--b", "2"}), 64));
  EXPECT_TRUE(refused(search(dir.path() / "i", topics, {"--tag", "a b"}), 64, "--tag is a word"));
  EXPECT_TRUE(refused(search(dir.path() / "i", topics, {"--rm3-terms", "5"}), 64));
  dir.write("i/index.json", R"({"kind":"bm25","version":99})");
  EXPECT_TRUE(refused(search(dir.path() / "i", topics), 65, "is of version 99"));
}

TEST(Index, LeavesAPersonsFoldersAlone) {
  const TemporaryDir dir;
  dir.write("project/building/plans.txt", "x");
  dir.write("project/generation-3/x", "x");
  EXPECT_TRUE(refused(index(demo("corpus.jsonl"), dir.path() / "project"), 65, "project: holds building and no index"));
  EXPECT_EQ(files_below(dir.path() / "project").size(), 2u);
  dir.write("c/1.jsonl", "{\"_id\":\"a\",\"text\":\"wind\"}\n");
  EXPECT_TRUE(refused(index(dir.path() / "c", dir.path() / "c/index"), 64, "lies in --collection"));
  EXPECT_TRUE(refused(index(dir.path() / "c", dir.path() / "c"), 64, "lies in --collection"));
  EXPECT_FALSE(fs::exists(dir.path() / "c/index"));
  EXPECT_TRUE(succeeded(index(dir.path() / "c", dir.path() / "c/.index")));
  EXPECT_NE(index(dir.path() / "c", dir.path() / "c/.index").err.find("is complete"), std::string::npos);
}

TEST(Index, IsMadeAnewWhereItsDescriptionIsBroken) {
  const TemporaryDir dir;
  const auto topics = dir.write("t.tsv", "1\twind\n");
  ASSERT_TRUE(succeeded(index(demo("corpus.jsonl"), dir.path() / "i")));
  for (const char* const json : {"{", R"({"kind":"bm25","version":99})", R"({"kind":"bm25","version":1})"}) {
    dir.write("i/index.json", json);
    EXPECT_TRUE(refused(search(dir.path() / "i", topics), 65));
    EXPECT_TRUE(succeeded(index(demo("corpus.jsonl"), dir.path() / "i"))) << json;
  }
  dir.write("i/index.json",
            R"({"kind":"dense","version":1,"documents":1,"collection":"","data":"generation-1","model":7})");
  EXPECT_TRUE(refused(search(dir.path() / "i", topics), 65, "\"model\" is of another type"));
}

TEST(Index, RefusesOptionsThatHaveNoEffect) {
  const TemporaryDir dir;
  const auto topics = dir.write("t.tsv", "1\twind\n");
  for (const char* const option : {"--links", "--construction", "--cells"})
    EXPECT_TRUE(refused(index(demo("corpus.jsonl"), dir.path() / "i", {option, "5"}), 64, option));
  EXPECT_TRUE(refused(index(demo("corpus.jsonl"), dir.path() / "i", {"--method", "flat"}), 64, "--method"));
  ASSERT_TRUE(succeeded(index(demo("corpus.jsonl"), dir.path() / "i")));
  for (const char* const option : {"--probes", "--in-view"})
    EXPECT_TRUE(refused(search(dir.path() / "i", topics, {option, "5"}), 64, option));
  EXPECT_TRUE(refused(heed({"bench", "--model", "bm25", "--data", source_dir() / "data/demo", "--out",
                            dir.path() / "out", "--k1", "2"}),
                      64, "--k1 has no effect"));
}

TEST(Index, SaysWhichQueriesFoundNothing) {
  const TemporaryDir dir;
  ASSERT_TRUE(succeeded(index(demo("corpus.jsonl"), dir.path() / "i")));
  const Outcome outcome = search(dir.path() / "i", dir.write("t.tsv", "1\tthe\n2\tof and\n"));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_NE(outcome.err.find("2 queries found nothing: 1, 2"), std::string::npos) << outcome.err;
}

TEST(Index, AFullDiskIsSaidAndTheWorkGoesOn) {
  const TemporaryDir dir;
  const fs::path collection = large_collection(dir);
  const Outcome full = index(collection, dir.path() / "index", {}, {.largest_file = 200'000});
  EXPECT_TRUE(refused(full, 65)) << full.err;
  EXPECT_TRUE(succeeded(index(collection, dir.path() / "index")));
}

}  // namespace
}  // namespace heed::testing
