// heed train as a person runs it, on the reference data's small models, against what transformers and PEFT computed in
// float32 (golden.json), and against itself where it was cut off.

#include <cstring>
#include <fstream>
#include <map>

#include "cli/program.h"
#include "format/safetensors_writer.h"
#include "testing/testing.h"

// Models need the engine, which a build may leave out.
#define HEED_NEEDS_ENGINE() \
  if (!HEED_HAS_ENGINE) GTEST_SKIP() << "this build has no engine"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path model() {
  return model_fixture("train-lora");
}

json golden() {
  return json::parse(std::ifstream(model() / "golden.json"));
}

std::string golden_rows() {
  std::string lines;
  const json data = golden();
  for (const json& one : data["examples"])
    lines += json{{"query", one["query"]},
                  {"instruction", one["instruction"]},
                  {"text", one["document"]},
                  {"label", one["label"]}}
                 .dump() +
             "\n";
  return lines;
}

std::vector<std::string> train(const fs::path& rows, const fs::path& out, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"train", "--model", model(),   "--data", rows,
                                        "--out", out,       "--dtype", "float32"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

const std::vector<std::string> kGoldenRun = {"--shuffle", "off", "--batch", "2", "--steps", "12", "--lr", "0.003"};

/// The log's lines without what is a matter of time.
std::vector<json> log_of(const fs::path& out) {
  std::vector<json> lines;
  std::ifstream in(out / "log.jsonl");
  for (std::string line; std::getline(in, line);) {
    lines.push_back(json::parse(line));
    lines.back().erase("tokens_per_second");
  }
  return lines;
}

/// The floats of a file of float32 tensors, by name.
std::map<std::string, std::vector<float>> tensors_of(const fs::path& file) {
  std::map<std::string, std::vector<float>> tensors;
  for (const auto& tensor : format::read_safetensors(file)) {
    std::vector<float>& values = tensors[tensor.info.name];
    values.resize(tensor.bytes.size() / sizeof(float));
    std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  }
  return tensors;
}

TEST(Train, TheTraceIsThatOfTransformersAndPeft) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir dir;
  const fs::path rows = dir.write("rows.jsonl", golden_rows()), out = dir.path() / "out";
  auto arguments = train(rows, out, kGoldenRun);
  arguments.insert(arguments.end(), {"--init-adapter", model() / "adapter_init.safetensors"});
  const Outcome outcome = heed(arguments);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const json trace = golden()["trace"];
  const auto log = log_of(out);
  ASSERT_EQ(log.size(), trace.size() + 1);
  for (std::size_t i = 0; i < trace.size(); ++i) {
    EXPECT_EQ(log[i + 1]["step"], trace[i]["step"]);
    EXPECT_NEAR(log[i + 1]["lr"].get<double>(), trace[i]["lr"].get<double>(), 1e-12);
    EXPECT_NEAR(log[i + 1]["loss"].get<double>(), trace[i]["loss"].get<double>(), 1e-4);
    const double norm = trace[i]["grad_norm"];
    EXPECT_NEAR(log[i + 1]["grad_norm"].get<double>(), norm, 1e-3 * norm);
  }
  const auto learned = tensors_of(out / "adapter_model.safetensors");
  const auto expected = tensors_of(model() / "adapter_final.safetensors");
  ASSERT_EQ(learned.size(), expected.size());
  for (const auto& [name, values] : expected) {
    ASSERT_TRUE(learned.contains(name)) << name;
    ASSERT_EQ(learned.at(name).size(), values.size()) << name;
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(learned.at(name)[i], values[i], 1e-4) << name;
  }
}

TEST(Train, WhatWasTaughtIsWhatIsScored) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir dir;
  const fs::path rows = dir.write("rows.jsonl", golden_rows()), out = dir.path() / "out";
  const std::vector<std::string> long_run = {"--batch", "4", "--steps", "60", "--lr", "0.01", "--seed", "3"};
  ASSERT_EQ(heed(train(rows, out, long_run)).code, 0);
  auto whole = long_run;
  whole.insert(whole.end(), {"--method", "full"});
  ASSERT_EQ(heed(train(rows, dir.path() / "whole", whole)).code, 0);
  const std::vector<std::string> score = {"score", "--pairs", rows, "--dtype", "float32"};
  const auto scores = [&](std::vector<std::string> more) {
    more.insert(more.begin(), score.begin(), score.end());
    return heed(more).out;
  };
  const std::string by_recipe = scores({"--model", model(), "--recipe-file", out / "recipe.json"});
  EXPECT_EQ(by_recipe, scores({"--model", model(), "--adapter", out}));
  EXPECT_NE(by_recipe, scores({"--model", model()}));
  for (const std::string& lines : {by_recipe, scores({"--model", dir.path() / "whole"})}) {
    std::size_t begin = 0;
    const json data = golden();
    for (const json& one : data["examples"]) {  // four rows are learned by heart
      const std::size_t end = lines.find('\n', begin);
      ASSERT_NE(end, std::string::npos) << lines;
      EXPECT_EQ(json::parse(lines.substr(begin, end - begin))["score"] > 0.5, one["label"] == "true") << lines;
      begin = end + 1;
    }
  }
}

TEST(Train, ARunThatWasKilledGoesOnBitForBit) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir dir;
  const fs::path rows = dir.write("rows.jsonl", golden_rows());
  const std::vector<std::string> run = {"--batch",      "3", "--steps",          "120", "--lr",         "0.003",
                                        "--save-every", "7", "--validate-every", "9",   "--validation", rows,
                                        "--threads",    "2"};
  ASSERT_EQ(heed(train(rows, dir.path() / "whole", run)).code, 0);
  int killed = 0, stopped = 0;
  Outcome outcome;
  for (int after = 500;; after += 300) {
    const bool is_kill = (after / 300) % 2 == 1;
    outcome = heed(train(rows, dir.path() / "cut", run),
                   {.signal_after = std::chrono::milliseconds(after), .signal = is_kill ? SIGKILL : SIGINT});
    if (outcome.code != 128 + SIGKILL && outcome.code != 130) break;
    ++(outcome.code == 130 ? stopped : killed);
  }
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_GE(killed + stopped, 1);
  EXPECT_EQ(log_of(dir.path() / "cut"), log_of(dir.path() / "whole"));
  for (const char* file : {"adapter_model.safetensors", "last/adapter_model.safetensors"})
    EXPECT_EQ(content_of(dir.path() / "cut" / file), content_of(dir.path() / "whole" / file)) << file;
  EXPECT_EQ(files_below(dir.path() / "cut"), files_below(dir.path() / "whole"));
  const Outcome again = heed(train(rows, dir.path() / "cut", run));
  EXPECT_EQ(again.code, 0);
  EXPECT_NE(again.err.find("nothing to do"), std::string::npos) << again.err;
}

TEST(Train, ABenchmarkSaysBeforeAndAfterHowItObeys) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir dir;
  const fs::path rows = dir.write("rows.jsonl", golden_rows()), out = dir.path() / "out";
  const Outcome outcome = heed(train(rows, out,
                                     {"--batch", "4", "--steps", "4", "--lr", "0.01", "--validate-every", "2",
                                      "--validation", source_dir() / "data/demo", "--validation-topics", "2"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  std::vector<json> validations;
  for (const json& line : log_of(out))
    if (line.contains("validation")) validations.push_back(line);
  ASSERT_EQ(validations.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(validations[i]["step"], 2 * i);
    EXPECT_EQ(validations[i]["validation"]["queries"], 2);
    EXPECT_TRUE(validations[i]["validation"]["p_mrr"].is_number_float());
    EXPECT_FALSE(validations[i]["validation"].contains("loss"));
  }
  EXPECT_NE(outcome.err.find("the best by p-MRR"), std::string::npos) << outcome.err;
  // What heed bench says of the same topics.
  const std::string results = (dir.path() / "bench").string();
  ASSERT_EQ(heed({"bench", "--model", model(), "--data", source_dir() / "data/demo", "--arms", "og,changed", "--dtype",
                  "float32", "--resamples", "100", "--out", results})
                .code,
            0);
  const json report = json::parse(std::ifstream(results + "/results.json"));
  std::vector<double> topics;
  std::ifstream queries(source_dir() / "data/demo/queries.jsonl");
  for (std::string line; topics.size() < 2 && std::getline(queries, line);) {
    const std::string id = json::parse(line)["_id"];
    const json& topic = report[0]["per_query"][id];
    if (topic.contains("p_mrr") && topic["p_mrr"].is_number()) topics.push_back(topic["p_mrr"]);
  }
  ASSERT_EQ(topics.size(), 2u);
  EXPECT_NEAR(validations[0]["validation"]["p_mrr"].get<double>(), (topics[0] + topics[1]) / 2, 1e-9);
}

TEST(Train, NumbersThatAreNoneStopTheRunAndNameTheRows) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir dir;
  const fs::path rows = dir.write("rows.jsonl", golden_rows()), out = dir.path() / "out";
  const Outcome outcome =
      heed(train(rows, out, {"--batch", "2", "--shuffle", "off", "--steps", "50", "--lr", "1e30", "--clip", "0"}));
  EXPECT_TRUE(refused(outcome, 65, "not a finite number, rows " + rows.string() + ":"));
  const auto log = log_of(out);
  ASSERT_EQ(log.size(), 3u);  // what it is, the first step, and the one that failed
  EXPECT_TRUE(log.back()["grad_norm"].is_null());
}

}  // namespace
}  // namespace heed::testing
