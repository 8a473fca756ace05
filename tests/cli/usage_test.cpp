#include <algorithm>
#include <string>
#include <vector>

#include "cli/program.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

const std::vector<std::string> kCommands = {"eval",   "bench",   "demo",   "compare",  "explain",
                                            "report", "inspect", "models", "annotate", "help"};

/// A pair of files that heed eval accepts.
struct Files {
  TemporaryDir folder;
  std::string qrels = folder.write("qrels", "1 0 a 1\n");
  std::string run = folder.write("run", "1 Q0 a 1 2.5 mine\n");
};

TEST(Help, ListsEveryCommand) {
  const Outcome outcome = heed({"help"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.out, heed({"--help"}).out);
  for (const std::string& command : kCommands)
    EXPECT_NE(outcome.out.find("\n  " + command + " "), std::string::npos) << command;
}

TEST(Help, ExplainsEachCommandAsItsFlagDoes) {
  for (const std::string& command : kCommands) {
    const Outcome outcome = heed({"help", command});
    EXPECT_TRUE(succeeded(outcome)) << command;
    EXPECT_NE(outcome.out.find("--help"), std::string::npos) << command;
    EXPECT_EQ(outcome.out, heed({command, "--help"}).out) << command;
  }
}

TEST(Help, TellsOfModelsBehindAnApiWhereOneCanBeTaken) {
  for (const std::string command : {"bench", "search", "index", "filter", "score", "encode"}) {
    const std::string help = heed({"help", command}).out;
    EXPECT_NE(help.find("or a model behind an API: a preset's name"), std::string::npos) << command;
    EXPECT_NE(help.find("\n  --api NAME"), std::string::npos) << command;
  }
  for (const std::string command : {"train", "merge", "tokenize"}) {
    const std::string help = heed({"help", command}).out;
    EXPECT_EQ(help.find("or a model behind an API"), std::string::npos) << command;
    EXPECT_EQ(help.find("--api"), std::string::npos) << command;
    EXPECT_EQ(help.find("kind remote"), std::string::npos) << command;
  }
}

TEST(Help, ListsEveryMeasureThatEvalPrints) {
  const Files files;
  const auto values = json_of(heed({"eval", files.qrels, files.run, "-m", "all_trec", "--format", "json"}));
  const Outcome help = heed({"help", "measures"});
  ASSERT_TRUE(succeeded(help));
  const char* const names[] = {"runid",
                               "num_q",
                               "num_ret",
                               "num_rel",
                               "num_rel_ret",
                               "map",
                               "gm_map",
                               "Rprec",
                               "bpref",
                               "recip_rank",
                               "iprec_at_recall",
                               "P",
                               "relstring",
                               "recall",
                               "infAP",
                               "gm_bpref",
                               "Rprec_mult",
                               "utility",
                               "11pt_avg",
                               "binG",
                               "G",
                               "ndcg",
                               "ndcg_rel",
                               "Rndcg",
                               "ndcg_cut",
                               "map_cut",
                               "relative_P",
                               "success",
                               "set_P",
                               "set_relative_P",
                               "set_recall",
                               "set_map",
                               "set_F",
                               "num_nonrel_judged_ret",
                               "rbp",
                               "rbp_resid",
                               "unj"};
  for (const std::string name : names) {
    EXPECT_NE(help.out.find("\n" + name + " "), std::string::npos) << name;
    EXPECT_TRUE(succeeded(heed({"eval", files.qrels, files.run, "-q", "-m", name}))) << name;
  }
  for (const auto& [key, value] : values.at("summary").items()) {
    const bool known = std::ranges::any_of(names, [&](const std::string name) { return key.starts_with(name); });
    EXPECT_TRUE(known) << key;
  }
}

TEST(Help, ExplainsRecipesLayoutsAndArms) {
  const std::pair<const char*, std::vector<const char*>> topics[] = {
      {"recipes", {"sound", "paper"}},
      {"layouts", {"followir", "mteb"}},
      {"arms", {"og", "changed", "none", "keywords", "short"}}};
  for (const auto& [topic, words] : topics) {
    const Outcome outcome = heed({"help", topic});
    EXPECT_TRUE(succeeded(outcome)) << topic;
    for (const std::string word : words) EXPECT_NE(outcome.out.find("\n" + word + " "), std::string::npos) << word;
  }
}

TEST(Usage, TheVersionIsTheProgramsNameAndNumber) {
  const Outcome outcome = heed({"--version"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_TRUE(outcome.out.starts_with("heed ")) << outcome.out;
  EXPECT_EQ(std::count(outcome.out.begin(), outcome.out.end(), '\n'), 1);
}

TEST(Usage, AWrongCommandLineIs64AndOneLine) {
  const Files files;
  const std::vector<std::vector<std::string>> lines = {
      {},
      {"frobnicate"},
      {"help", "frobnicate"},
      {"eval"},
      {"eval", files.qrels},
      {"eval", "-", "-"},
      {"eval", files.qrels, files.run, files.run},
      {"eval", files.qrels, files.run, "--frobnicate"},
      {"eval", files.qrels, files.run, "-l", "high"},
      {"eval", files.qrels, files.run, "-l", "99999999999999999999"},
      {"eval", files.qrels, files.run, "-m"},
      {"eval", files.qrels, files.run, "-m", "frobnicate"},
      {"eval", files.qrels, files.run, "-m", ""},
      {"eval", files.qrels, files.run, "-m", "P."},
      {"eval", files.qrels, files.run, "-m", "P.0"},
      {"eval", files.qrels, files.run, "-m", "P.five"},
      {"eval", files.qrels, files.run, "-m", "P.5,5"},
      {"eval", files.qrels, files.run, "-m", "map.5"},
      {"eval", files.qrels, files.run, "-m", "utility.1,2"},
      {"eval", files.qrels, files.run, "-m", "ndcg.1"},
      {"eval", files.qrels, files.run, "--format", "frobnicate"},
      {"eval", files.qrels, files.run, "--qrels-og", files.qrels},
      {"eval", "--qrels-og", files.qrels, "--run-og", files.run},
      {"eval", "--qrels-og", files.qrels, "--qrels-changed", files.qrels, "--run-og", files.run, "--run-changed",
       files.run, "-c"},
      {"eval", "--qrels-og", files.qrels, "--qrels-changed", files.qrels, "--run-og", files.run, "--run-changed",
       files.run, "--ties", "frobnicate"},
      {"eval", "--qrels-og", files.qrels, "--qrels-changed", files.qrels, "--run-og", files.run, "--run-changed",
       files.run, "--missing", "frobnicate"},
      {"eval", "--qrels-og", files.qrels, "--qrels-changed", files.qrels, "--run-og", files.run, "--run-changed",
       files.run, "--resamples", "0"},
      {"compare", "--qrels", files.qrels, "--run", files.run},
      {"compare", "--qrels", files.qrels, "--run", files.run, "--run", files.run, "--run", files.run},
      {"compare", "--qrels", files.qrels, "--run", files.run, "--run", files.run, "-m", "num_q"},
      {"explain", "--query", "1", "--run-og", files.run, "--run-changed", files.run},
      {"explain", "--run-og", files.run, "--run-changed", files.run, "--data", files.folder.path()},
      {"merge", "--out", "out"},
      {"merge", "--model", files.folder.path(), "--adapter", files.folder.path(), "--out", "out", "--dtype", "int8"},
      {"merge", "--model", files.folder.path(), "--adapter", files.folder.path(), "--out", "out", "--shard-size",
       "few"},
      {"report"},
      {"report", files.run, "--table", "6"},
      {"report", files.run, "--format", "frobnicate"},
      {"inspect"},
      {"inspect", files.run, "--as", "frobnicate"},
      {"models", "bm25"},
      {"demo", "frobnicate"},
  };
  for (const auto& line : lines) {
    std::string words = "heed";
    for (const std::string& word : line) words += " " + word;
    EXPECT_TRUE(refused(heed(line), 64)) << words;
  }
}

TEST(Usage, AWrongNameIsNamed) {
  const Files files;
  for (const std::vector<std::string>& line :
       std::vector<std::vector<std::string>>{{"help", "frobnicate"},
                                             {"eval", files.qrels, files.run, "--frobnicate"},
                                             {"eval", files.qrels, files.run, "-m", "frobnicate"},
                                             {"eval", files.qrels, files.run, "--format", "frobnicate"},
                                             {"inspect", files.run, "--as", "frobnicate"}})
    EXPECT_TRUE(refused(heed(line), 64, "frobnicate"));
}

TEST(Usage, ABenchThatCannotStartWritesNothing) {
  const TemporaryDir folder;
  const std::string data = source_dir() / "data/demo", out = folder.path() / "out";
  const std::vector<std::vector<std::string>> lines = {
      {"--model", "frobnicate", "--data", data, "--out", out},
      {"--model", "bm25", "--data", data, "--out", out, "--arms", "og,frobnicate"},
      {"--model", "bm25", "--data", data, "--out", out, "--recipe", "frobnicate"},
      {"--model", "bm25", "--data", data, "--out", out, "--ties", "frobnicate"},
      {"--model", "bm25", "--data", data, "--out", out, "--format", "frobnicate"},
      {"--model", "bm25", "--data", data, "--data", data, "--out", out},
      {"--model", "bm25", "--data", data, "--out", out, "--resamples", "0"},
      {"--model", "bm25", "--data", data},
      {"--model", "bm25", "--out", out},
      {"--data", data, "--out", out},
  };
  for (std::vector<std::string> line : lines) {
    line.insert(line.begin(), "bench");
    EXPECT_TRUE(refused(heed(line), 64)) << line[2] << " " << line.back();
    EXPECT_EQ(files_below(out), std::vector<std::string>());
  }
}

TEST(Usage, AWordThatIsNoCommandIsNamed) {
  EXPECT_TRUE(refused(heed({"frob"}), 64, "there is no command frob"));
}

TEST(Usage, FlagsOfTheOtherKindOfJudgingAreRefused) {
  const Files files;
  EXPECT_TRUE(refused(heed({"eval", files.qrels, files.run, "--ties", "input"}), 64, "--ties goes with a pair"));
  EXPECT_TRUE(refused(heed({"eval", files.qrels, files.run, "--groups", "prefix", "-m", "map"}), 64, "-m does not go"));
  EXPECT_TRUE(refused(heed({"eval", files.qrels, files.run, "-l", "-1"}), 64));
  EXPECT_TRUE(refused(heed({"eval", files.qrels, files.run, "-M", "99999999999999999999"}), 64));
}

TEST(Usage, IsCheckedBeforeAnyFileIsRead) {
  EXPECT_TRUE(refused(
      heed({"eval", "--qrels-og", "a", "--qrels-changed", "b", "--run-og", "c", "--run-changed", "d", "--ties", "foo"}),
      64, "--ties is docid, input or expected"));
  EXPECT_TRUE(refused(heed({"bench", "--model", "bm25", "--data", "a", "--out", ""}), 64, "--out"));
}

TEST(Usage, ComplaintsArePrintableWhateverAFileHolds) {
  const TemporaryDir folder;
  const std::string qrels =
      folder.write("qrels", std::string("1 0 a \x1B[31m\x00\xFF", 14) + std::string(100000, 'x') + "\n");
  const Outcome outcome = heed({"eval", qrels, qrels});
  EXPECT_TRUE(refused(outcome, 65, "grade is not an integer"));
  EXPECT_EQ(outcome.err.find('\x1B'), std::string::npos);
  EXPECT_LT(outcome.err.size(), 5000u);
}

TEST(Usage, APlaceThatCannotBeUsedIsWrongInput) {
  EXPECT_TRUE(refused(heed({"demo"}, {.environment = {{"TMPDIR", "/nowhere"}}}), 65));
  EXPECT_EQ(heed({"--version"}, {.out_to = "/dev/full"}).code, 65);
}

}  // namespace
}  // namespace heed::testing
