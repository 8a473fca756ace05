#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "cli/program.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kQrels = "1 0 a 1\n1 0 b 0\n2 0 a 1\n";
constexpr const char* kRun = "1 Q0 a 1 2.5 mine\n1 Q0 b 2 2 mine\n2 Q0 a 1 1 mine\n";

/// Good files, of which a test makes one bad, and the commands that read them.
class BadInput : public ::testing::Test {
 protected:
  /// Every command that reads judgments refuses this file, saying `part`.
  void expect_qrels_refused(const std::string& bad, const std::string& part) const {
    EXPECT_TRUE(refused(heed({"eval", bad, run_}), 65, part));
    EXPECT_TRUE(refused(heed({"eval", bad, run_, "--groups", "prefix"}), 65, part));
    EXPECT_TRUE(refused(pair({}, {bad, qrels_, run_, run_}), 65, part));
    EXPECT_TRUE(refused(pair({}, {qrels_, bad, run_, run_}), 65, part));
    EXPECT_TRUE(refused(heed({"compare", "--qrels", bad, "--run", run_, "--run", run_}), 65, part));
    EXPECT_TRUE(refused(heed({"explain", "--query", "1", "--qrels-og", bad, "--qrels-changed", qrels_, "--run-og", run_,
                              "--run-changed", run_}),
                        65, part));
    EXPECT_TRUE(refused(heed({"inspect", "--as", "judgments", bad}), 65, part));
  }

  /// Every command that reads runs refuses this file, saying `part`.
  void expect_run_refused(const std::string& bad, const std::string& part) const {
    EXPECT_TRUE(refused(heed({"eval", qrels_, bad}), 65, part));
    EXPECT_TRUE(refused(heed({"eval", qrels_, bad, "-q", "-m", "all_trec", "--format", "json"}), 65, part));
    EXPECT_TRUE(refused(pair({}, {qrels_, qrels_, bad, run_}), 65, part));
    EXPECT_TRUE(refused(pair({}, {qrels_, qrels_, run_, bad}), 65, part));
    EXPECT_TRUE(refused(heed({"compare", "--qrels", qrels_, "--run", run_, "--run", bad}), 65, part));
    EXPECT_TRUE(refused(heed({"explain", "--query", "1", "--qrels-og", qrels_, "--qrels-changed", qrels_, "--run-og",
                              bad, "--run-changed", run_}),
                        65, part));
    EXPECT_TRUE(refused(heed({"inspect", "--as", "run", bad}), 65, part));
  }

  struct PairOfFiles {
    std::string qrels_og, qrels_changed, run_og, run_changed;
  };
  static Outcome pair(std::vector<std::string> more, const PairOfFiles& files) {
    more.insert(more.begin(), {"eval", "--qrels-og", files.qrels_og, "--qrels-changed", files.qrels_changed, "--run-og",
                               files.run_og, "--run-changed", files.run_changed});
    return heed(more);
  }

  /// The file, cut off at half its length.
  fs::path cut(const fs::path& path) const {
    fs::resize_file(path, fs::file_size(path) / 2);
    return path;
  }

  TemporaryDir folder_;
  std::string qrels_ = folder_.write("qrels", kQrels);
  std::string run_ = folder_.write("run", kRun);
};

TEST_F(BadInput, TheGoodFilesAreAccepted) {
  EXPECT_TRUE(succeeded(heed({"eval", qrels_, run_})));
  const std::string changed = folder_.write("changed", "1 0 a 0\n1 0 b 0\n2 0 a 1\n");
  EXPECT_TRUE(succeeded(pair({}, {qrels_, changed, run_, run_})));
}

TEST_F(BadInput, AMissingFile) {
  const std::string missing = folder_.path() / "missing";
  expect_qrels_refused(missing, missing + ": ");
  expect_run_refused(missing, missing + ": ");
  EXPECT_TRUE(refused(heed({"inspect", missing}), 65, missing));
}

TEST_F(BadInput, AFolderForAFile) {
  expect_qrels_refused(folder_.path(), folder_.path().string() + ": ");
  expect_run_refused(folder_.path(), folder_.path().string() + ": ");
}

TEST_F(BadInput, AnUnreadableFile) {
  if (geteuid() == 0) GTEST_SKIP() << "the superuser reads every file";
  const std::string closed = folder_.write("closed", kRun);
  chmod(closed.c_str(), 0);
  expect_qrels_refused(closed, closed + ": ");
  expect_run_refused(closed, closed + ": ");
}

TEST_F(BadInput, AnEmptyFile) {
  for (const char* text : {"", "\n", " \n\t\n", "\xEF\xBB\xBF", "# nothing\n"}) {
    const std::string empty = folder_.write("empty", text);
    expect_qrels_refused(empty, empty + ": ");
    expect_run_refused(empty, empty + ": ");
  }
  EXPECT_TRUE(refused(heed({"eval", qrels_, "-"}), 65, "standard input"));
}

TEST_F(BadInput, ATruncatedGzipFile) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "1 0 d" + std::to_string(i * 7919 % 3001) + " 1\n";
  const std::string qrels = cut(folder_.write_gzip("cut.qrels.gz", text));
  expect_qrels_refused(qrels, qrels + ": ");
  text.clear();
  for (int i = 0; i < 3000; ++i) text += "1 Q0 d" + std::to_string(i * 7919 % 3001) + " 1 1 mine\n";
  const std::string run = cut(folder_.write_gzip("cut.run.gz", text));
  expect_run_refused(run, run + ": ");
}

TEST_F(BadInput, ADamagedGzipFile) {
  std::string bytes;
  {
    const std::string packed = folder_.write_gzip("packed", kRun);
    std::ifstream file(packed, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);  // the checksum
  const std::string damaged = folder_.write("damaged", bytes);
  expect_run_refused(damaged, damaged + ": ");
}

TEST_F(BadInput, ABadLineOfARunIsNamed) {
  const std::pair<const char*, const char*> lines[] = {
      {"2 Q0 b 2 1\n", "fields"},           {"2\n", "fields"},
      {"2 Q0 b 2 nan mine\n", "nan"},       {"2 Q0 b 2 inf mine\n", "inf"},
      {"2 Q0 b 2 -Infinity mine\n", "Inf"}, {"2 Q0 b 2 high mine\n", "high"},
      {"2 Q0 b 2 1.5x mine\n", "1.5x"},     {"2 Q0 b 2 1e999 mine\n", "1e999"},
      {"2 Q0 a 2 0.5 mine\n", "a"},         {"1 Q0 a 3 9 mine\n", "a"},
  };
  for (const auto& [line, part] : lines) {
    SCOPED_TRACE(line);
    const std::string bad = folder_.write("bad", std::string(kRun) + line + "2 Q0 c 3 0 mine\n");
    expect_run_refused(bad, bad + ":4: ");
    expect_run_refused(bad, part);
  }
  EXPECT_TRUE(refused(heed({"eval", qrels_, "-"}, {.input = "1 Q0 a 1 nan mine\n"}), 65, "standard input:1: "));
}

TEST_F(BadInput, ABadLineOfJudgmentsIsNamed) {
  const std::pair<const char*, const char*> lines[] = {
      {"2 0 b\n", "fields"},
      {"2 0 b 1 1\n", "fields"},
      {"2 0 b one\n", "one"},
      {"2 0 b 1.5\n", "1.5"},
      {"2 0 b 99999999999999999999\n", ""},
      {"2 0 a 0\n", "a"},
  };
  for (const auto& [line, part] : lines) {
    SCOPED_TRACE(line);
    const std::string bad = folder_.write("bad", std::string(kQrels) + line + "2 0 c 0\n");
    expect_qrels_refused(bad, bad + ":4: ");
    expect_qrels_refused(bad, part);
  }
}

TEST_F(BadInput, ABadLineOfBeirJudgmentsIsNamed) {
  for (const std::string line : {"2\tb\n", "2\tb\t1\t1\n", "2\tb\tone\n", "1\ta\t0\n"}) {
    SCOPED_TRACE(line);
    const std::string bad = folder_.write("bad.tsv", "query-id\tcorpus-id\tscore\n1\ta\t1\n" + line);
    expect_qrels_refused(bad, bad + ":3: ");
  }
  const std::string empty = folder_.write("empty.tsv", "query-id\tcorpus-id\tscore\n");
  expect_qrels_refused(empty, empty + ": ");
}

TEST_F(BadInput, ABadLineOfJsonJudgmentsIsNamed) {
  const std::string good = R"({"query-id": "1", "corpus-id": "a", "score": 1})";
  for (const std::string line :
       {R"({"query-id": "1", "corpus-id": "b"})", R"({"query-id": "1", "score": 1})",
        R"({"corpus-id": "b", "score": 1})", R"({"query-id": "1", "corpus-id": "b", "score": "x"})",
        R"({"query-id": "1", "corpus-id": "b", "score": 0.5})", R"({"query-id": "1", "corpus-id": "b",)",
        R"({"query-id": "1", "corpus-id": [], "score": 1})", "[1, 2]", "1 0 b 1",
        "{\"query-id\": \"1\", \"corpus-id\": \"\xff\", \"score\": 1}",
        R"({"query-id": "1", "corpus-id": "a", "score": 0})"}) {
    SCOPED_TRACE(line);
    const std::string bad = folder_.write("bad.jsonl", good + "\n" + line + "\n");
    expect_qrels_refused(bad, bad + ":2: ");
  }
}

TEST_F(BadInput, NoQueryInCommon) {
  const std::string other = folder_.write("other", "7 Q0 a 1 1 mine\n");
  EXPECT_TRUE(refused(heed({"eval", qrels_, other}), 65, "in common"));
  EXPECT_TRUE(refused(heed({"eval", qrels_, other, "-c"}), 65, "in common"));
  EXPECT_TRUE(refused(heed({"compare", "--qrels", qrels_, "--run", other, "--run", other}), 65));
  EXPECT_TRUE(refused(pair({}, {qrels_, qrels_, other, other}), 65));
  EXPECT_TRUE(refused(pair({"--missing", "skip"}, {qrels_, qrels_, other, other}), 65));
}

TEST_F(BadInput, AQueryThatAPairLacks) {
  const std::string part = folder_.write("part", "1 Q0 a 1 1 mine\n");
  const std::string changed = folder_.write("changed", "1 0 a 0\n1 0 b 0\n2 0 a 0\n");
  EXPECT_TRUE(refused(pair({}, {qrels_, changed, run_, part}), 65, "2"));
  for (const char* missing : {"skip", "zero"})
    EXPECT_EQ(pair({"--missing", missing}, {qrels_, changed, run_, part}).code, 0) << missing;
}

TEST_F(BadInput, AnUnknownQueryToExplain) {
  const std::string changed = folder_.write("changed", "1 0 a 0\n1 0 b 0\n2 0 a 1\n");
  const auto explain = [&](const std::string& query) {
    return heed({"explain", "--query", query, "--qrels-og", qrels_, "--qrels-changed", changed, "--run-og", run_,
                 "--run-changed", run_});
  };
  EXPECT_TRUE(succeeded(explain("1")));
  EXPECT_TRUE(refused(explain("7"), 65, "there is no query 7"));
  EXPECT_TRUE(refused(explain("2"), 65, "no judgment differs"));
}

TEST_F(BadInput, BadGroups) {
  const auto with = [&](const std::string& groups) { return heed({"eval", qrels_, run_, "--groups", groups}); };
  EXPECT_TRUE(succeeded(with(folder_.write("groups", "1\tx\n2\tx\n"))));
  const std::pair<const char*, const char*> texts[] = {
      {"", ": "},
      {"1\tx\n2\n", ":2: "},
      {"1\tx\n1\ty\n2\tx\n", ":2: "},
      {"1\tx\n", "2"},
      {R"({"_id": "1", "text": "a"})", ":1: "},
      {"{\"_id\": \"1\", \"text\": \"a [SEP] b\"}\n{\n", ":2: "},
  };
  for (const auto& [text, part] : texts) EXPECT_TRUE(refused(with(folder_.write("groups", text)), 65, part)) << text;
  EXPECT_TRUE(refused(with(folder_.path() / "missing"), 65, "missing"));
  EXPECT_TRUE(refused(with(folder_.path()), 65, folder_.path().string()));
}

}  // namespace
}  // namespace heed::testing
