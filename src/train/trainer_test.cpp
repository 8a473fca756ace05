#include "train/trainer.h"

#include <fstream>
#include <numeric>

#include <gtest/gtest.h>

#include "testing/fake_learner.h"
#include "testing/testing.h"
#include "train/placed_rows.h"

namespace heed::train {
namespace {

namespace fs = std::filesystem;
using format::Json;
using testing::complaint_of;
using testing::FakeLearner;
using testing::TemporaryDir;

/// A small model's folder, rows that say good (true) or bad (false), and a run over them.
class TrainerTest : public ::testing::Test {
 protected:
  TrainerTest() : lessons_(open()) {
    std::string text;
    for (int i = 0; i < 12; ++i)
      text += R"({"query":"q )" + std::string(1, static_cast<char>('a' + i)) + R"(","instruction":"i","text":"x )" +
              (i % 3 == 0 ? "bad" : "good") + R"(","label":")" + (i % 3 == 0 ? "false" : "true") + "\"}\n";
    const fs::path file = dir_.write("rows.jsonl", text);
    rows_ = read_placed_rows({&file, 1});
    std::vector<std::size_t> all(rows_.rows.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    examples_ = examples_of(lessons_, rows_, all, 2);
    validation_.emplace(std::vector<Row>{{"q", "any", "", "good x", true},
                                         {"q", "any", "", "bad x", true},
                                         {"q", "no bad", "", "good x", true},
                                         {"q", "no bad", "", "bad x", false}});
  }

  Lessons open() {
    testing::write_teachable_model(dir_);
    recipe_ = recipe::read_recipe(Json::parse(R"({"kind":"decoder-reranker","prompt":"{need} d {document} r",
      "true":"true","false":"false","add_bos":false,"max_length":64})"),
                                  "test");
    return Lessons::open(dir_.path(), recipe_, std::nullopt);
  }

  RunFolder folder(const std::string& name, Json identity = {{"lr", 0.5}}) const {
    return {dir_.path() / name, std::move(identity)};
  }

  TrainerResult teach(const RunFolder& folder, FakeLearner& learner, const TrainerHooks& hooks = {},
                      long steps = 20) const {
    if (folder.state() == RunFolder::State::kNew) folder.begin(folder.path() / "log.jsonl");
    format::JsonJournal log(folder.path() / "log.jsonl");
    TrainerSettings settings{.rates = {0.5, find_schedule("cosine"), steps, 2}, .save_every = 3, .validate_every = 4};
    settings.best_by = BestBy::kPMrr;
    Trainer trainer(learner,
                    {lessons_, examples_, [&](std::size_t i) { return rows_.name_of(i); },
                     BatchOrder({examples_.size(), 5, Order::kShuffled, 1}), &*validation_, folder, log,
                     TrainedModel{.base = dir_.path(), .recipe = recipe_}},
                    settings, hooks);
    return trainer.run();
  }

  /// The log without what is a matter of time.
  static std::vector<Json> log_of(const RunFolder& folder) {
    std::ifstream in(folder.path() / "log.jsonl");
    std::vector<Json> lines;
    for (std::string line; std::getline(in, line);) {
      Json json = Json::parse(line);
      json.erase("tokens_per_second");
      lines.push_back(std::move(json));
    }
    return lines;
  }

  static std::vector<std::string> files_below(const fs::path& folder) {
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (!entry.is_directory()) files.push_back(entry.path().lexically_relative(folder).generic_string());
    std::ranges::sort(files);
    return files;
  }

  TemporaryDir dir_;
  recipe::ModelRecipe recipe_;
  Lessons lessons_;
  PlacedRows rows_;
  std::vector<Example> examples_;
  std::optional<ValidationSet> validation_;
};

TEST_F(TrainerTest, TheLossGoesDownAndTheLogSaysHow) {
  const RunFolder out = folder("out");
  FakeLearner learner;
  const TrainerResult result = teach(out, learner);
  EXPECT_TRUE(result.is_finished);
  const auto log = log_of(out);
  EXPECT_EQ(log[0]["kind"], "heed training log");
  EXPECT_EQ(log[0]["settings"]["lr"], 0.5);
  std::vector<double> losses;
  std::vector<long> validated;
  for (const Json& line : log) {
    if (line.contains("loss")) {
      EXPECT_EQ(line["step"], losses.size());
      losses.push_back(line["loss"]);
      EXPECT_EQ(line["epoch"], static_cast<double>(losses.size()) / 3);
    }
    if (line.contains("validation")) validated.push_back(line["step"]);
  }
  ASSERT_EQ(losses.size(), 20u);
  EXPECT_NEAR(losses[0], std::log(2) / 2, 1e-12);  // an answer is two tokens, of which the fake knows the second
  EXPECT_LT(losses.back(), losses.front() * 0.7);
  EXPECT_EQ(validated, (std::vector<long>{0, 4, 8, 12, 16, 20}));
  EXPECT_EQ(out.state(), RunFolder::State::kFinished);
  EXPECT_FALSE(fs::exists(out.path() / "checkpoint.safetensors"));
}

TEST_F(TrainerTest, TheBestIsKeptAndTheLastBesideIt) {
  const RunFolder out = folder("out");
  FakeLearner learner;
  const TrainerResult result = teach(out, learner);
  ASSERT_TRUE(result.best);
  ASSERT_TRUE(result.before);
  double best = -2;
  long step = -1;
  for (const Json& line : log_of(out))
    if (line.contains("validation") && line["step"] > 0 && line["validation"]["p_mrr"] > best)
      best = line["validation"]["p_mrr"], step = line["step"];
  EXPECT_EQ(result.best->value, best);
  EXPECT_EQ(result.best->step, step);
  for (const char* name : {"adapter_model.safetensors", "adapter_config.json", "recipe.json"}) {
    EXPECT_TRUE(fs::exists(out.path() / name)) << name;
    EXPECT_TRUE(fs::exists(out.path() / "last" / name)) << name;
  }
  const auto last = format::read_safetensors(out.path() / "last" / "adapter_model.safetensors");
  EXPECT_EQ(last[0].bytes, learner.learned()[0].bytes);
  const auto recipe = recipe::read_recipe_file(out.path() / "recipe.json");
  EXPECT_EQ(std::get<recipe::DecoderRecipe>(recipe.kind).adapter, fs::weakly_canonical(out.path()).string());
}

TEST_F(TrainerTest, ARunThatWasStoppedAnywhereGoesOnBitForBit) {
  const RunFolder whole = folder("whole");
  FakeLearner undisturbed;
  teach(whole, undisturbed);
  for (int stop = 0; stop < 30; stop += 3) {
    const RunFolder out = folder("out" + std::to_string(stop));
    int asked = 0;
    FakeLearner first, second;
    const auto stopped = teach(out, first, {.wants_stop = [&] { return asked++ == stop; }});
    EXPECT_FALSE(stopped.is_finished);
    EXPECT_EQ(out.state(), RunFolder::State::kUnfinished);
    EXPECT_TRUE(teach(out, second).is_finished);
    EXPECT_EQ(first.made + second.made, 20);
    EXPECT_EQ(log_of(out), log_of(whole)) << stop;
    for (const char* file : {"adapter_model.safetensors", "last/adapter_model.safetensors"})
      EXPECT_EQ(testing::content_of(out.path() / file), testing::content_of(whole.path() / file));
  }
}

TEST_F(TrainerTest, WhatACrashLeftBehindTheCheckpointIsCutBack) {
  const RunFolder whole = folder("whole"), out = folder("out");
  FakeLearner undisturbed, first, second;
  teach(whole, undisturbed);
  struct Crash {};
  EXPECT_THROW(teach(out, first,
                     {.stepped =
                          [](const StepReport& r) {
                            if (r.step == 10) throw Crash();
                          }}),
               Crash);
  EXPECT_TRUE(teach(out, second).is_finished);
  EXPECT_EQ(second.made, 11);  // from step 9
  EXPECT_EQ(log_of(out), log_of(whole));
  // Before the first checkpoint there is nothing to go on from.
  const RunFolder early = folder("early");
  FakeLearner third, fourth;
  EXPECT_THROW(teach(early, third, {.stepped = [](const StepReport&) { throw Crash(); }}), Crash);
  EXPECT_TRUE(teach(early, fourth).is_finished);
  EXPECT_EQ(fourth.made, 20);
  EXPECT_EQ(log_of(early), log_of(whole));
}

TEST_F(TrainerTest, ALossThatIsNoNumberStopsTheRunAndNamesItsRows) {
  const RunFolder out = folder("out");
  FakeLearner learner;
  learner.poison = 7 + 4;  // "e": the fifth row
  const std::string said = complaint_of([&] { teach(out, learner); });
  EXPECT_NE(said.find("loss is not a finite number, rows " + (dir_.path() / "rows.jsonl").string() + ":5: "),
            std::string::npos)
      << said;
  EXPECT_EQ(said.find("step "), 0u) << said;
  FakeLearner exploding;
  exploding.breaks_at = 5;
  const RunFolder other = folder("other");
  const std::string second = complaint_of([&] { teach(other, exploding); });
  EXPECT_NE(second.find("step 4: the gradient is not finite, rows "), std::string::npos) << second;
  // What was saved before stays: the log has the steps that were right, and then the one that was not.
  EXPECT_TRUE(log_of(out).back()["loss"].is_null());
  EXPECT_EQ(log_of(other).back()["step"], 4);
  EXPECT_TRUE(log_of(other).back()["grad_norm"].is_null());
  EXPECT_EQ(other.read_checkpoint()->position.step, 3);
}

TEST_F(TrainerTest, OtherSettingsAreRefusedAndNamed) {
  FakeLearner learner;
  const RunFolder out = folder("out");
  teach(out, learner, {.wants_stop = [asked = 0]() mutable { return asked++ == 9; }});
  const std::string said = complaint_of([&] { folder("out", {{"lr", 0.25}, {"seed", 1}}).state(); });
  EXPECT_NE(said.find("lr is 0.5 there and 0.25 here; seed is not named there"), std::string::npos) << said;
  const RunFolder anew = folder("out", {{"lr", 0.25}});
  anew.restart();
  EXPECT_EQ(anew.state(), RunFolder::State::kUnfinished);
  EXPECT_FALSE(anew.read_checkpoint());
}

TEST_F(TrainerTest, AFolderOfSomebodyElseIsNotWrittenInto) {
  dir_.write("else/notes.txt", "x");
  EXPECT_NE(complaint_of([&] { folder("else").state(); }).find("holds notes.txt"), std::string::npos);
  EXPECT_NE(complaint_of([&] { folder("else").restart(); }).find("holds notes.txt"), std::string::npos);
  dir_.write("json/training.json", "{}");
  EXPECT_NE(complaint_of([&] { folder("json").state(); }).find("not what heed train writes"), std::string::npos);
  EXPECT_EQ(folder("new").state(), RunFolder::State::kNew);
}

TEST_F(TrainerTest, ADamagedCheckpointAndALogThatIsTooShortAreRefused) {
  FakeLearner learner;
  const RunFolder out = folder("out");
  teach(out, learner, {.wants_stop = [asked = 0]() mutable { return asked++ == 9; }});
  const std::string log = testing::content_of(out.path() / "log.jsonl");
  const std::string first_line = log.substr(0, log.find('\n') + 1);
  dir_.write("out/log.jsonl", first_line);
  EXPECT_NE(complaint_of([&] { teach(out, learner); }).find("has " + std::to_string(first_line.size()) + " bytes, but"),
            std::string::npos);
  dir_.write("out/log.jsonl", log);
  const std::string checkpoint = testing::content_of(out.path() / "checkpoint.safetensors");
  dir_.write("out/checkpoint.safetensors", checkpoint.substr(0, checkpoint.size() - 1));
  EXPECT_NE(complaint_of([&] { teach(out, learner); }).find("checkpoint.safetensors: truncated"), std::string::npos);
}

TEST_F(TrainerTest, ALogOfSomethingElseIsNotOverwritten) {
  FakeLearner learner;
  for (const char* const content : {"a letter", "{\"query\":\"q\"}\n", "{\"kind\":\"heed filter\"}\n", "{\"query\""}) {
    const RunFolder out = folder("out");
    out.begin(out.path() / "log.jsonl");
    dir_.write("out/log.jsonl", content);
    EXPECT_NE(complaint_of([&] { teach(out, learner); }).find("is no training log: it is not overwritten"),
              std::string::npos);
    EXPECT_EQ(testing::content_of(out.path() / "log.jsonl"), content);
  }
  const RunFolder out = folder("out");
  const std::string other = R"({"kind":"heed training log","version":1,"settings":{"lr":0.25}})"
                            "\n";
  dir_.write("out/log.jsonl", other);
  EXPECT_NE(
      complaint_of([&] { teach(out, learner); }).find("log.jsonl: is the log of a run with other settings: lr is"),
      std::string::npos);
  EXPECT_EQ(testing::content_of(out.path() / "log.jsonl"), other);
  dir_.write("out/log.jsonl", R"({"kind":"heed training log","ver)");  // its first line was cut
  EXPECT_TRUE(teach(out, learner).is_finished);
}

TEST_F(TrainerTest, AFolderIsOfOneProcess) {
  const RunFolder out = folder("out");
  {
    const auto lock = out.lock();
    EXPECT_EQ(out.state(), RunFolder::State::kNew);  // the lock is no foreign file
    EXPECT_EQ(complaint_of([&] { const auto second = folder("out").lock(); }),
              (out.path() / "train.lock").string() + ": another process works here");
  }
  EXPECT_FALSE(fs::exists(out.path() / "train.lock"));
  dir_.write("else/notes.txt", "x");
  EXPECT_NE(complaint_of([&] { const auto lock = folder("else").lock(); }).find("holds notes.txt"), std::string::npos);
  EXPECT_FALSE(fs::exists(dir_.path() / "else" / "train.lock"));
}

TEST_F(TrainerTest, StartingAnewRemovesWhatWasWrittenAndNothingElse) {
  FakeLearner learner;
  const RunFolder out = folder("out");
  teach(out, learner);
  dir_.write("out/notes.txt", "x");
  dir_.write("out/report.html", "x");
  dir_.write("out/heed.json", "{}");
  dir_.write("outside.txt", "x");
  const std::vector<std::string> more = {"heed.json", "../outside.txt"};
  out.announce(out.path() / "log.jsonl", more);
  folder("out", {{"lr", 0.25}}).restart();
  EXPECT_EQ(files_below(out.path()), (std::vector<std::string>{"log.jsonl", "notes.txt", "training.json"}));
  EXPECT_TRUE(fs::exists(dir_.path() / "outside.txt"));
}

TEST_F(TrainerTest, WhatKilledWritersLeftIsRemoved) {
  FakeLearner learner;
  const RunFolder out = folder("out");
  out.begin(out.path() / "log.jsonl");
  dir_.write("out/model.safetensors.new-1", "x");
  dir_.write("out/last/model.safetensors.new-1", "x");
  teach(out, learner);
  for (const std::string& name : files_below(out.path())) EXPECT_EQ(name.find(".new-"), std::string::npos) << name;
}

}  // namespace
}  // namespace heed::train
