// heed train as a person runs it: what it says of wrong flags, rows and folders before it reads a weight, and a small
// model of random weights that learns.

#include <fstream>

#include "base/file_lock.h"
#include "cli/program.h"
#include "testing/fake_learner.h"
#include "testing/random_checkpoint.h"
#include "testing/testing.h"

// Models need the engine, which a build may leave out.
#define HEED_NEEDS_ENGINE() \
  if (!HEED_HAS_ENGINE) GTEST_SKIP() << "this build has no engine"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A model of random weights with a recipe, and rows.
class TrainTest : public ::testing::Test {
 protected:
  TrainTest() {
    write_teachable_model(dir_);
    const json config = json::parse(std::ifstream(dir_.path() / "config.json"));
    write_random_checkpoint(dir_.path(), config, RandomWeights::Type::kFloat32, {.prefix = "model."});
    dir_.write("heed.json", R"({"kind":"decoder-reranker","prompt":"{need} d {document} r","true":"true",
      "false":"false","add_bos":false,"max_length":64})");
    std::string text;
    for (const char* const query : {"a", "b", "c", "d"})
      for (const char* const word : {"good", "bad"})
        text += std::string(R"({"query":")") + query + R"(","instruction":"i","text":")" + word + R"(","label":")" +
                (word[0] == 'g' ? "true" : "false") + "\"}\n";
    rows_ = dir_.write("rows/rows.jsonl", text);
  }

  Outcome train(const std::vector<std::string>& more, const Surroundings& surroundings = {}) const {
    std::vector<std::string> arguments = {"train", "--model", dir_.path(), "--data", rows_, "--dtype", "float32"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return heed(arguments, surroundings);
  }
  std::string out(const char* name = "out") const { return dir_.path() / "runs" / name; }

  TemporaryDir dir_;
  fs::path rows_;
};

TEST_F(TrainTest, ADryRunShowsThePlanAndWritesNothing) {
  const Outcome outcome = train({"--out", out(), "--batch", "3", "--epochs", "2", "--dry-run"});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_NE(outcome.out.find("rows 8, tokens 56, the longest row 7 of 64"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("an epoch: 3 steps of up to 3 rows; in all 6 steps"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("rows.jsonl:1, 7 tokens ---\na i d good r\n"), std::string::npos) << outcome.out;
  // q, k, v and o of two layers of width 8, rank 8.
  EXPECT_NE(outcome.out.find("learned: 1,024 numbers"), std::string::npos) << outcome.out;
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(TrainTest, RowsThatAreCutAreCounted) {
  const auto rows = dir_.write("rows/long.jsonl", R"({"query":"a","text":"b","label":true})"
                                                  "\n"
                                                  R"({"query":"a","text":"b c d","label":false})"
                                                  "\n"
                                                  R"({"query":"a","text":"b c d e","label":false})"
                                                  "\n");
  const auto plan = [&](const char* length, const std::string& recipe = "heed.json") {
    const Outcome outcome = heed({"train", "--model", dir_.path(), "--data", rows, "--dry-run", "--max-length", length,
                                  "--recipe-file", dir_.path() / recipe});
    EXPECT_TRUE(succeeded(outcome));
    return outcome.out;
  };
  // The longest has 9 tokens: a d b c d e r, and true or false with the end token.
  EXPECT_EQ(plan("9").find("longer"), std::string::npos) << plan("9");
  EXPECT_NE(plan("8").find("of 8\n1 of 3 rows is longer than 8 tokens and loses the end of its document\nan epoch"),
            std::string::npos)
      << plan("8");
  EXPECT_NE(plan("6").find("\n2 of 3 rows are longer than 6 tokens and lose the end of their document\n"),
            std::string::npos)
      << plan("6");
  dir_.write("right.json", R"({"kind":"decoder-reranker","prompt":"{need} d {document} r","true":"true",
    "false":"false","add_bos":false,"truncate":"right","max_length":64})");
  EXPECT_NE(plan("8", "right.json").find("1 of 3 rows is longer than 8 tokens and loses the end of its prompt\n"),
            std::string::npos);
}

TEST_F(TrainTest, WrongUsageIsSaidBeforeAnythingIsRead) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"--method", "half"}, "there is no --method half; known: lora, full"},
      {{"--schedule", "stairs"}, "known: cosine, linear, constant"},
      {{"--shuffle", "maybe"}, "known: on, off"},
      {{"--activations", "gone"}, "known: recomputed, kept"},
      {{"--method", "full", "--rank", "4"}, "are LoRA's"},
      {{"--steps", "4", "--warmup", "5"}, "--warmup is 5 steps, but the run has 4"},
      {{"--max-length", "65"}, "--max-length is 65"},
      {{"--best-by", "loss"}, "wants rows to validate with"},
      {{"--best-by", "p-mrr", "--hold-out", "0.3"}, "--best-by p-mrr wants"},
      {{"--hold-out", "0.5", "--validation", "x"}, "exclude each other"},
      {{"--lr", "nan"}, "nan is no number above 0"},
      {{"--lr", "inf"}, "inf is no number"},
      {{"--lr", "0"}, "0 is no number above 0"},
      {{"--hold-out", "nan"}, "nan is no number of at least 0 and at most 0.9"},
      {{"--hold-out", "0.95"}, "0.95 is no number"},
      {{"--alpha", "nan"}, "nan is no number"},
      {{"--clip", "nan"}, "nan is no number"},
      {{"--clip", "-1"}, "-1 is no number of at least 0"},
      {{"--weight-decay", "nan"}, "nan is no number"},
      {{"--beta1", "nan"}, "nan is no number"},
      {{"--beta2", "1"}, "1 is no number"},
      {{"--epsilon", "nan"}, "nan is no number"},
      {{"--epsilon", "0"}, "0 is no number"},
      {{"--epsilon", "x"}, "--epsilon"},
      {{"--validation-topics", "3"}, "--validation-topics belongs"},
      {{}, "--out names the folder"},
  };
  for (const auto& [more, part] : cases) EXPECT_TRUE(refused(train(more), 64, part));
  EXPECT_TRUE(refused(heed({"train", "--model", "OpenAI v3 Large", "--data", rows_, "--dry-run"}), 64,
                      "OpenAI v3 Large is a model behind an API, of which there is no checkpoint"));
}

TEST_F(TrainTest, WrongInputIsNamed) {
  const auto bad = dir_.write("rows/bad.jsonl", R"({"query":"q","text":"x"})"
                                                "\n");
  EXPECT_TRUE(refused(heed({"train", "--model", dir_.path(), "--data", bad, "--out", out()}), 65,
                      "bad.jsonl:1: has no \"label\""));
  EXPECT_TRUE(
      refused(heed({"train", "--model", dir_.path(), "--data", dir_.path() / "none", "--out", out()}), 65, "none: "));
  std::string long_query;
  for (int i = 0; i < 70; ++i) long_query += "a ";
  const auto large = dir_.write("rows/large.jsonl", R"({"query":"a","text":"x","label":true})"
                                                    "\n"
                                                    R"({"query":")" +
                                                        long_query + R"(","text":"x","label":false})");
  EXPECT_TRUE(refused(heed({"train", "--model", dir_.path(), "--data", large, "--out", out()}), 65, "large.jsonl:2: "));
  EXPECT_TRUE(refused(train({"--out", out(), "--init-adapter", dir_.path() / "none"}), 65, "there is no such adapter"));
  // The model's own folder is no place for what is learned.
  EXPECT_TRUE(refused(train({"--out", dir_.path()}), 65, "no training.json"));
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(TrainTest, RowsOfOneLabelAreRemarked) {
  const auto same = dir_.write("rows/same.jsonl", R"({"query":"a","text":"x","label":true})");
  const Outcome outcome = heed({"train", "--model", dir_.path(), "--data", same, "--dry-run"});
  EXPECT_NE(outcome.err.find("note: all 1 row is labelled true"), std::string::npos) << outcome.err;
}

TEST_F(TrainTest, RowsThatContradictAndQueriesOfTheValidationAreRemarked) {
  const auto rows = dir_.write("rows/two.jsonl", R"({"query":"A b","text":"x","label":true})"
                                                 "\n"
                                                 R"({"query":"c","text":"x","label":false})"
                                                 "\n"
                                                 R"({"query":"A b","text":"x","label":false})"
                                                 "\n");
  const auto known = dir_.write("rows/known.jsonl", R"({"query":"a  b.","text":"y","label":true})");
  const Outcome outcome = heed({"train", "--model", dir_.path(), "--data", rows, "--validation", known, "--dry-run"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("note: 1 row contradicts an earlier one"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("the first is " + rows.string() + ":3, against " + rows.string() + ":1"),
            std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.err.find("note: 1 query of the validation data are taught too"), std::string::npos) << outcome.err;
  const auto empty = dir_.write("rows/empty.jsonl", R"({"query":"a","text":" ","label":true})");
  EXPECT_TRUE(refused(heed({"train", "--model", dir_.path(), "--data", empty, "--dry-run"}), 65,
                      "empty.jsonl:1: \"text\" is empty"));
}

TEST_F(TrainTest, AModelOfRandomWeightsLearnsToTellGoodFromBad) {
  HEED_NEEDS_ENGINE();
  const Outcome outcome = train({"--out", out(), "--lr", "0.02", "--steps", "60", "--batch", "6", "--hold-out", "0.25",
                                 "--validate-every", "30", "--log", out("log.jsonl")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("after 60 steps: loss "), std::string::npos) << outcome.err;
  EXPECT_EQ(files_below(out()),
            (std::vector<std::string>{"adapter_config.json", "adapter_model.safetensors", "last/adapter_config.json",
                                      "last/adapter_model.safetensors", "last/recipe.json", "recipe.json",
                                      "report.html", "training.json"}));
  std::ifstream log(out("log.jsonl"));
  std::vector<json> steps;
  for (std::string line; std::getline(log, line);)
    if (const json one = json::parse(line); one.contains("loss")) steps.push_back(one);
  ASSERT_EQ(steps.size(), 60u);
  EXPECT_LT(steps.back()["loss"].get<double>(), steps.front()["loss"].get<double>() * 0.8);
  // Another --lr is another run.
  EXPECT_TRUE(refused(train({"--out", out(), "--lr", "0.03", "--steps", "60", "--batch", "6", "--hold-out", "0.25",
                             "--validate-every", "30"}),
                      65, "lr is 0.02 there and 0.03 here"));
}

TEST_F(TrainTest, AMergedAdapterKeepsThePromptThatItWasTaughtWith) {
  HEED_NEEDS_ENGINE();
  const TemporaryDir elsewhere;  // a merge is not written into the model's folder
  const std::string merged_folder = elsewhere.path() / "merged";
  const auto recipe = dir_.write("other.json", R"({"kind":"decoder-reranker","prompt":"good {document} x {need} y",
    "true":"true","false":"false","add_bos":false,"max_length":48})");
  ASSERT_EQ(train({"--out", out(), "--recipe-file", recipe, "--lr", "0.05", "--steps", "5"}).code, 0);
  ASSERT_EQ(heed({"merge", "--model", dir_.path(), "--adapter", out(), "--out", merged_folder}).code, 0);
  const json merged = json::parse(std::ifstream(merged_folder + "/heed.json"));
  EXPECT_EQ(merged["prompt"], "good {document} x {need} y");
  EXPECT_TRUE(!merged.contains("adapter") || merged["adapter"].is_null());
  const auto score = [](const std::vector<std::string>& how) {
    std::vector<std::string> arguments = {"score", "--pairs", "-", "--dtype", "float32"};
    arguments.insert(arguments.end(), how.begin(), how.end());
    const Outcome outcome = heed(arguments, {.input = R"({"query":"a b","instruction":"i","text":"c good d"})"
                                                      "\n"});
    EXPECT_TRUE(succeeded(outcome));
    return json::parse(outcome.out)["score"].get<double>();
  };
  const double of_merged = score({"--model", merged_folder});
  EXPECT_NEAR(of_merged, score({"--model", dir_.path(), "--recipe-file", out() + "/recipe.json"}), 1e-6);
  EXPECT_GT(std::abs(of_merged - score({"--model", dir_.path(), "--adapter", out()})), 1e-4);  // another prompt
}

TEST_F(TrainTest, NoFileThatIsThereIsOverwritten) {
  const std::string rows = content_of(rows_);
  EXPECT_TRUE(refused(train({"--out", out(), "--log", rows_}), 64, "would overwrite what --data"));
  EXPECT_TRUE(refused(train({"--out", out(), "--log", out("out/training.json")}), 64, "are the same file"));
  EXPECT_TRUE(refused(train({"--out", out(), "--init-adapter", out()}), 64, "would overwrite what --init-adapter"));
  const auto notes = dir_.write("notes.txt", "a letter");
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--restart"}}) {
    std::vector<std::string> command = {"--out", out(), "--log", notes};
    command.insert(command.end(), more.begin(), more.end());
    EXPECT_TRUE(refused(train(command), 65, "notes.txt: is there, and is no training log"));
  }
  EXPECT_EQ(content_of(notes), "a letter");
  EXPECT_EQ(content_of(rows_), rows);
}

TEST_F(TrainTest, BesideARunningOneNothingIsChanged) {
  dir_.write("runs/out/training.json",
             R"({"kind":"heed training run","version":1,"state":"running","files":["recipe.json"],"settings":{}})");
  dir_.write("runs/out/recipe.json", "{}");
  const base::LockFile other(fs::path(out()) / "train.lock");
  const auto before = files_below(out());
  for (const char* const log : {"a.jsonl", "b.jsonl"})
    EXPECT_TRUE(refused(train({"--out", out(), "--log", out(log), "--restart"}), 65, "another process works here"));
  EXPECT_EQ(files_below(out()), before);
  EXPECT_FALSE(fs::exists(out("a.jsonl")));
}

TEST_F(TrainTest, ARunBeginsWithANoteOfWhatIsCut) {
  HEED_NEEDS_ENGINE();
  const Outcome cut = train({"--out", out(), "--steps", "1", "--max-length", "6"});
  ASSERT_EQ(cut.code, 0) << cut.err;
  const std::string note = "note: 8 of 8 rows are longer than 6 tokens and lose the end of their document";
  EXPECT_NE(cut.err.find(note), std::string::npos) << cut.err;
  const Outcome whole = train({"--out", out("whole"), "--steps", "1", "--max-length", "7"});
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_EQ(whole.err.find("longer than"), std::string::npos) << whole.err;
}

TEST_F(TrainTest, StartingAnewRemovesAllOfAnotherMethod) {
  HEED_NEEDS_ENGINE();
  ASSERT_TRUE(train({"--out", out(), "--steps", "1", "--method", "full"}).code == 0);
  const Outcome anew = train({"--out", out(), "--steps", "1", "--restart"});
  ASSERT_EQ(anew.code, 0) << anew.err;
  const std::vector<std::string> files = {
      "adapter_config.json", "adapter_model.safetensors", "log.jsonl", "recipe.json", "report.html", "training.json"};
  EXPECT_EQ(files_below(out()), files);
  EXPECT_NE(anew.err.find("--recipe-file " + out() + "/recipe.json"), std::string::npos) << anew.err;
  // A page that could not be written comes with the next run.
  fs::remove(fs::path(out()) / "report.html");
  EXPECT_NE(train({"--out", out(), "--steps", "1"}).err.find("nothing to do"), std::string::npos);
  EXPECT_EQ(files_below(out()), files);
}

TEST_F(TrainTest, AFullDiskLosesNothingThatWasSaved) {
  HEED_NEEDS_ENGINE();
  const std::vector<std::string> run = {"--out", out(), "--steps", "200", "--batch", "8", "--save-every", "10"};
  const Outcome outcome = train(run, {.largest_file = 20000});
  EXPECT_TRUE(refused(outcome, 65, "cannot be written"));
  const Outcome again = train(run);
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_TRUE(fs::exists(fs::path(out()) / "adapter_model.safetensors"));
}

}  // namespace
}  // namespace heed::testing
