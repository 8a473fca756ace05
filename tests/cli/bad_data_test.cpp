#include <algorithm>
#include <map>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include "cli/program.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;

using DataFiles = std::map<std::string, std::string>;

const std::string kCorpus =
    R"({"_id": "d1", "title": "Night trains", "text": "A sleeping car to the coast."}
{"_id": "d2", "title": "Day trains", "text": "A summer train to the coast."}
{"_id": "d3", "title": "Frost", "text": "Half of the grapes are lost."}
)";

/// A small benchmark in the layout of the FollowIR repositories.
DataFiles followir() {
  return {
      {"corpus.jsonl", kCorpus},
      {"queries.jsonl",
       R"({"_id": "q1", "text": "trains", "instruction_og": "About trains.", "instruction_changed": "Not in summer."}
{"_id": "q2", "text": "grapes", "instruction_og": "About grapes.", "instruction_changed": "No frost."}
)"},
      {"top_ranked.jsonl",
       R"({"qid": "q1", "pid": "d1"}
{"qid": "q1", "pid": "d2"}
{"qid": "q2", "pid": "d3"}
{"qid": "q2", "pid": "d1"}
)"},
      {"qrels_og/test.jsonl",
       R"({"query-id": "q1", "corpus-id": "d1", "score": 1}
{"query-id": "q1", "corpus-id": "d2", "score": 1}
{"query-id": "q2", "corpus-id": "d3", "score": 1}
)"},
      {"qrels_changed/test.jsonl",
       R"({"query-id": "q1", "corpus-id": "d1", "score": 1}
{"query-id": "q1", "corpus-id": "d2", "score": 0}
{"query-id": "q2", "corpus-id": "d3", "score": 0}
)"}};
}

/// The same benchmark in mteb's layout.
DataFiles mteb() {
  return {{"corpus.jsonl", kCorpus},
          {"queries.jsonl",
           R"({"_id": "q1-og", "text": "trains"}
{"_id": "q1-changed", "text": "trains"}
{"_id": "q2-og", "text": "grapes"}
{"_id": "q2-changed", "text": "grapes"}
)"},
          {"instruction.jsonl",
           R"({"query-id": "q1-og", "instruction": "About trains."}
{"query-id": "q1-changed", "instruction": "Not in summer."}
{"query-id": "q2-og", "instruction": "About grapes."}
{"query-id": "q2-changed", "instruction": "No frost."}
)"},
          {"top_ranked.jsonl",
           R"({"query-id": "q1-og", "corpus-ids": ["d1", "d2"]}
{"query-id": "q1-changed", "corpus-ids": ["d1", "d2"]}
{"query-id": "q2-og", "corpus-ids": ["d3", "d1"]}
{"query-id": "q2-changed", "corpus-ids": ["d3", "d1"]}
)"},
          {"qrels/test.jsonl",
           R"({"query-id": "q1-og", "corpus-id": "d1", "score": 1}
{"query-id": "q1-og", "corpus-id": "d2", "score": 1}
{"query-id": "q1-changed", "corpus-id": "d1", "score": 1}
{"query-id": "q1-changed", "corpus-id": "d2", "score": 0}
{"query-id": "q2-og", "corpus-id": "d3", "score": 1}
{"query-id": "q2-changed", "corpus-id": "d3", "score": 0}
)"},
          {"qrel_diff.jsonl",
           R"({"query-id": "q1", "corpus-ids": ["d2"]}
{"query-id": "q2", "corpus-ids": ["d3"]}
)"}};
}

/// A data set in its own folder, and an empty one for results.
class BadData : public ::testing::Test {
 protected:
  void write(const DataFiles& files) {
    for (const auto& [name, text] : files) folder_.write("data/" + name, text);
  }
  fs::path file(const std::string& name) const { return folder_.path() / "data" / name; }
  fs::path out() const { return folder_.path() / "out"; }
  Outcome bench() const {
    return heed({"bench", "--model", "bm25", "--data", folder_.path() / "data", "--out", out(), "--resamples", "10"});
  }

  /// The commands that read the data set refuse it; no file is left but perhaps the store of scores.
  void expect_refused(const std::string& part) const {
    EXPECT_TRUE(refused(bench(), 65, part));
    for (const std::string& left : files_below(out())) EXPECT_TRUE(left.starts_with("store.db")) << left;
    EXPECT_TRUE(refused(heed({"inspect", "--as", "instruction", folder_.path() / "data"}), 65, part));
  }

  TemporaryDir folder_;
};

TEST_F(BadData, TheGoodOnesGiveTheSameRunsInBothLayouts) {
  std::map<std::string, std::string> runs;
  for (const DataFiles& files : {followir(), mteb()}) {
    fs::remove_all(folder_.path() / "data");
    fs::remove_all(out());
    write(files);
    ASSERT_TRUE(succeeded(bench()));
    for (const std::string name : {"data.og.run", "data.changed.run", "data.none.run"}) {
      const std::string run = content_of(out() / "runs" / name);
      EXPECT_EQ(runs.emplace(name, run).first->second, run) << name;
    }
  }
}

TEST_F(BadData, AnyFileMayBePacked) {
  for (const DataFiles& files : {followir(), mteb()}) {
    fs::remove_all(folder_.path() / "data");
    for (const auto& [name, text] : files) folder_.write_gzip("data/" + name + ".gz", text);
    EXPECT_TRUE(succeeded(bench()));
  }
}

TEST_F(BadData, AFileIsMissingAFolderEmptyOrCutOff) {
  for (const DataFiles& files : {followir(), mteb()})
    for (const auto& [name, text] : files) {
      if (name == "qrel_diff.jsonl" || name == "instruction.jsonl") continue;  // optional; what tells the layout
      SCOPED_TRACE(name);
      fs::remove_all(folder_.path() / "data");
      write(files);
      fs::remove(file(name));
      expect_refused(fs::path(name).filename().string());
      fs::create_directory(file(name));
      expect_refused(file(name).string() + ": ");
      fs::remove(file(name));
      folder_.write("data/" + name, "");
      expect_refused("");
      folder_.write("data/" + name, text.substr(0, text.size() - 5));
      const auto lines = std::count(text.begin(), text.end(), '\n');
      expect_refused(file(name).string() + ":" + std::to_string(lines) + ": ");
      fs::remove(file(name));
      fs::resize_file(folder_.write_gzip("data/" + name + ".gz", text), 40);
      expect_refused(file(name).string() + ".gz: ");
    }
}

TEST_F(BadData, AnUnreadableFile) {
  if (geteuid() == 0) GTEST_SKIP() << "the superuser reads every file";
  for (const DataFiles& files : {followir(), mteb()})
    for (const auto& [name, text] : files) {
      fs::remove_all(folder_.path() / "data");
      write(files);
      chmod(file(name).c_str(), 0);
      expect_refused(file(name).string() + ": ");
    }
}

TEST_F(BadData, ALineThatIsNoJsonOrNoUtf8IsNamed) {
  for (const DataFiles& files : {followir(), mteb()})
    for (const auto& [name, text] : files)
      for (const std::string line :
           {R"({"_id": "d9", "title": )", "not json", "[]", R"("d9")", "{}", "{\"_id\": \"\xff\xfe\"}"}) {
        SCOPED_TRACE(name + ": " + line);
        fs::remove_all(folder_.path() / "data");
        write(files);
        folder_.write("data/" + name, text + line + "\n");
        const auto lines = std::count(text.begin(), text.end(), '\n');
        expect_refused(file(name).string() + ":" + std::to_string(lines + 1) + ": ");
      }
}

TEST_F(BadData, ALineThatDoesNotFitTheOthersIsNamed) {
  struct Case {
    DataFiles files;
    std::string name, line, part;
  };
  const Case cases[] = {
      {followir(), "corpus.jsonl", R"({"_id": "d1", "text": "again"})", "d1"},
      {followir(), "queries.jsonl", R"({"_id": "q1", "text": "t", "instruction_og": "a", "instruction_changed": "b"})",
       "q1"},
      {followir(), "queries.jsonl", R"({"_id": "q3", "text": "t", "instruction_og": "a"})", "instruction_changed"},
      {followir(), "top_ranked.jsonl", R"({"qid": "q1", "pid": "d9"})", "the corpus has no document d9"},
      {followir(), "top_ranked.jsonl", R"({"qid": "q9", "pid": "d1"})", "there is no query q9"},
      {followir(), "top_ranked.jsonl", R"({"qid": "q1", "pid": "d1"})", "d1"},
      {followir(), "qrels_og/test.jsonl", R"({"query-id": "q9", "corpus-id": "d1", "score": 1})",
       "there is no query q9"},
      {followir(), "qrels_changed/test.jsonl", R"({"query-id": "q1", "corpus-id": "d1", "score": 0})", "judged twice"},
      {followir(), "qrels_changed/test.jsonl", R"({"query-id": "q1", "corpus-id": "d3", "score": 0.5})", "score"},
      {mteb(), "queries.jsonl", R"({"_id": "q1-og", "text": "trains"})", "q1-og"},
      {mteb(), "queries.jsonl", R"({"_id": "q3", "text": "trains"})", "q3"},
      {mteb(), "instruction.jsonl", R"({"query-id": "q9-og", "instruction": "a"})", "there is no query q9-og"},
      {mteb(), "instruction.jsonl", R"({"query-id": "q1-og", "instruction": "a"})", "q1-og"},
      {mteb(), "top_ranked.jsonl", R"({"query-id": "q1-og", "corpus-ids": ["d1"]})", "q1-og"},
      {mteb(), "top_ranked.jsonl", R"({"query-id": "q9-og", "corpus-ids": ["d1"]})", "there is no query q9-og"},
      {mteb(), "qrels/test.jsonl", R"({"query-id": "q9-og", "corpus-id": "d1", "score": 1})",
       "there is no query q9-og"},
      {mteb(), "qrels/test.jsonl", R"({"query-id": "q1-og", "corpus-id": "d1", "score": 1})", "judged twice"},
      {mteb(), "qrel_diff.jsonl", R"({"query-id": "q9", "corpus-ids": ["d1"]})", "there is no query q9"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name + ": " + test.line);
    fs::remove_all(folder_.path() / "data");
    write(test.files);
    const std::string text = test.files.at(test.name) + test.line + "\n";
    folder_.write("data/" + test.name, text);
    expect_refused(file(test.name).string() + ":" + std::to_string(std::count(text.begin(), text.end(), '\n')) + ": ");
    expect_refused(test.part);
  }
}

TEST_F(BadData, ATopicThatIsNotWhole) {
  struct Case {
    DataFiles files;
    std::string name, text, part;
  };
  const std::string judged_q1 = R"({"query-id": "q1", "corpus-id": "d1", "score": 1})";
  const Case cases[] = {
      {followir(), "top_ranked.jsonl", R"({"qid": "q1", "pid": "d1"})", "query q2 has no candidates"},
      {followir(), "qrels_og/test.jsonl", judged_q1, "query q2 has no judgments under the original instruction"},
      {followir(), "qrels_changed/test.jsonl", judged_q1, "query q2 has no judgments under the altered instruction"},
      {mteb(), "queries.jsonl", R"({"_id": "q1-og", "text": "trains"})", "q1-changed"},
      {mteb(), "instruction.jsonl", R"({"query-id": "q1-og", "instruction": "a"})", "has no instruction"},
      {mteb(), "top_ranked.jsonl", R"({"query-id": "q1-og", "corpus-ids": ["d1"]})", "has no candidates"},
      {mteb(), "top_ranked.jsonl", R"({"query-id": "q1-og", "corpus-ids": ["d1", "d9"]})",
       "the corpus has no document d9"},
      {mteb(), "top_ranked.jsonl", R"({"query-id": "q1-og", "corpus-ids": ["d1", "d1"]})", "d1"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(test.name + ": " + test.text);
    fs::remove_all(folder_.path() / "data");
    write(test.files);
    folder_.write("data/" + test.name, test.text);
    expect_refused(test.part);
  }
}

TEST_F(BadData, NoFolderForAFolder) {
  const std::string missing = folder_.path() / "missing", plain = folder_.write("plain", "text");
  for (const std::string& data : {missing, plain}) {
    EXPECT_TRUE(refused(heed({"bench", "--model", "bm25", "--data", data, "--out", out()}), 65, data));
    EXPECT_EQ(files_below(out()), std::vector<std::string>());
  }
  EXPECT_TRUE(refused(heed({"explain", "--query", "q1", "--data", missing, "--run-og", plain, "--run-changed", plain}),
                      65, missing));
}

TEST_F(BadData, AFileIsInTheWayOfTheResults) {
  write(followir());
  folder_.write("out", "here first");
  EXPECT_TRUE(refused(bench(), 65, out().string()));
  EXPECT_EQ(content_of(out()), "here first");
}

TEST_F(BadData, AStoreThatIsNoStore) {
  write(followir());
  folder_.write("out/store.db", "this is no database, but text that is long enough to be looked at");
  EXPECT_TRUE(refused(bench(), 65, (out() / "store.db").string()));
  EXPECT_EQ(files_below(out()), std::vector<std::string>{"store.db"});
}

TEST_F(BadData, AWrongSecondTaskLeavesNothingOfTheFirst) {
  write(followir());
  EXPECT_TRUE(refused(heed({"bench", "--model", "bm25", "--data", folder_.path() / "data", "--data",
                            folder_.path() / "missing", "--out", out()}),
                      65));
  EXPECT_EQ(files_below(out()), std::vector<std::string>());
}

}  // namespace
}  // namespace heed::testing
