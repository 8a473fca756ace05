// Models as a person runs them: every tiny checkpoint of the reference data through heed score, encode, tokenize and
// bench, against what transformers computed in float32 (golden.json).

#include <algorithm>
#include <cmath>
#include <fstream>

#include "cli/program.h"
#include "testing/testing.h"

// Models need the engine, which a build may leave out.
#define HEED_NEEDS_ENGINE() \
  if (!HEED_HAS_ENGINE) GTEST_SKIP() << "this build has no engine"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json golden_of(const std::string& model) {
  return json::parse(std::ifstream(model_fixture(model) / "golden.json"));
}

std::string lines_of(const std::vector<json>& objects) {
  std::string lines;
  for (const json& object : objects) lines += object.dump() + "\n";
  return lines;
}

std::vector<json> parsed_lines(const Outcome& outcome) {
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::vector<json> lines;
  for (std::size_t begin = 0; begin < outcome.out.size();) {
    const std::size_t end = outcome.out.find('\n', begin);
    lines.push_back(json::parse(outcome.out.substr(begin, end - begin)));
    begin = end + 1;
  }
  return lines;
}

double farthest(const json& a, const json& b) {
  EXPECT_EQ(a.size(), b.size());
  double worst = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    worst = std::max(worst, std::abs(a[i].get<double>() - b[i].get<double>()));
  return worst;
}

std::vector<json> pairs_of(const json& golden) {
  std::vector<json> pairs;
  for (const json& one : golden["cases"])
    pairs.push_back({{"query", one["query"]}, {"instruction", one["instruction"]}, {"text", one["document"]}});
  return pairs;
}

constexpr const char* kRerankers[] = {"bert-cross",       "t5-enc-classifier", "t5-mono",     "t5-flan",
                                      "mistral-followir", "mistral-instruct",  "llama2-chat", "llama3-plain"};

TEST(RunningModels, ScoresAndLogitsAreThoseOfTransformers) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  for (const char* model : kRerankers) {
    const json golden = golden_of(model);
    const auto scored =
        parsed_lines(heed({"score", "--model", model_fixture(model), "--pairs", "-", "--dtype", "float32"},
                          {.input = lines_of(pairs_of(golden))}));
    ASSERT_EQ(scored.size(), golden["cases"].size()) << model;
    for (std::size_t i = 0; i < scored.size(); ++i) {
      const json& expected = golden["cases"][i];
      EXPECT_NEAR(scored[i]["score"].get<double>(), expected["score"].get<double>(), 2e-5) << model << ", case " << i;
      EXPECT_LE(farthest(scored[i]["logits"], expected["logits"]), 1e-4) << model << ", case " << i;
      EXPECT_EQ(scored[i]["tokens"].get<std::size_t>(), expected["ids"].size()) << model << ", case " << i;
    }
  }
}

TEST(RunningModels, AScoreDoesNotDependOnItsCompanyNorOnThreads) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  for (const char* model : {"mistral-followir", "t5-mono", "bert-cross", "bert-mean"}) {
    auto pairs = pairs_of(golden_of("mistral-followir"));
    const auto score = [&](const std::vector<json>& some, const char* threads) {
      return parsed_lines(
          heed({"score", "--model", model_fixture(model), "--pairs", "-", "--dtype", "float32", "--threads", threads},
               {.input = lines_of(some)}));
    };
    const auto together = score(pairs, "2");
    std::ranges::reverse(pairs);
    const auto reversed = score(pairs, "1");
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const double expected = together[pairs.size() - 1 - i]["score"];
      EXPECT_NEAR(reversed[i]["score"].get<double>(), expected, 1e-5) << model;
      EXPECT_NEAR(score({pairs[i]}, "2")[0]["score"].get<double>(), expected, 1e-5) << model;
    }
  }
}

struct EncodeCase {
  const char *model, *section, *as;
};

TEST(RunningModels, EmbeddingsAreThoseOfTransformers) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  for (const auto& [model, section, as] : {EncodeCase{"bert-cls", "encode", "document"},
                                           {"bert-mean", "encode", "document"},
                                           {"bert-mean-dot", "encode", "query"},
                                           {"mistral-e5", "encode", "document"},
                                           {"llama2-repllama", "query", "query"},
                                           {"llama2-repllama", "passage", "document"},
                                           {"mistral-gritlm", "", "query"},
                                           {"mistral-gritlm", "", "document"},
                                           {"t5-instructor", "", "query"},
                                           {"t5-instructor", "", "document"}}) {
    const json golden = golden_of(model);
    const bool is_query = std::string_view(as) == "query";
    std::vector<json> texts, expected;
    for (const json& one : *section == '\0' ? golden["cases"] : golden[section]["cases"]) {
      const std::string instruction = one.value("instruction", "");
      const bool is_document = std::string_view(model) == "mistral-gritlm"
                                   ? instruction.empty()
                                   : instruction.starts_with("Represent the document");
      if (*section == '\0' && is_document == is_query) continue;
      json text = {{is_query ? "query" : "text", one["text"]}};
      if (is_query) text["instruction"] = instruction;
      texts.push_back(text);
      expected.push_back(one);
    }
    const auto encoded =
        parsed_lines(heed({"encode", "--model", model_fixture(model), "--texts", "-", "--as", as, "--dtype", "float32"},
                          {.input = lines_of(texts)}));
    ASSERT_EQ(encoded.size(), expected.size()) << model;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
      EXPECT_LE(farthest(encoded[i]["embedding"], expected[i]["embedding"]), 2e-5)
          << model << " " << as << ", case " << i;
      EXPECT_EQ(encoded[i]["tokens"].get<std::size_t>(), expected[i]["ids"].size())
          << model << " " << as << ", case " << i;
    }
  }
}

TEST(RunningModels, TokensAreThoseOfTransformers) {
  HEED_NEEDS_SHARED();
  for (const char* model : {"bert-mean", "t5-mono", "llama2-chat", "llama3-plain"}) {
    const json tokens = golden_of(model)["tokens"];
    std::vector<json> texts;
    for (const json& one : tokens["single"]) texts.push_back({{"text", one["text"]}});
    const std::vector<std::string> command = {"tokenize", "--model", model_fixture(model), "--texts", "-"};
    auto plain = command;
    plain.push_back("--plain");
    const auto with = parsed_lines(heed(command, {.input = lines_of(texts)}));
    const auto without = parsed_lines(heed(plain, {.input = lines_of(texts)}));
    ASSERT_EQ(with.size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(with[i]["ids"], tokens["single"][i]["ids"]) << model << texts[i];
      EXPECT_EQ(without[i]["ids"], tokens["single"][i]["ids_plain"]) << model << texts[i];
    }
  }
}

TEST(RunningModels, EveryKindGoesThroughBench) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const fs::path demo = source_dir() / "data" / "demo";
  for (const char* model : {"bert-mean", "t5-mono", "bert-cross", "t5-enc-classifier", "llama2-repllama"}) {
    const TemporaryDir out;
    const Outcome outcome = heed({"bench", "--model", model_fixture(model), "--data", demo, "--out", out.path(),
                                  "--arms", "og,changed", "--format", "json"});
    ASSERT_TRUE(succeeded(outcome)) << outcome.err;
    const json result = json_of(outcome)[0];
    EXPECT_EQ(result["model"], model);
    EXPECT_TRUE(result["p_mrr"].is_number());
    // Some needs of the demonstration have more tokens in the tiny vocabularies than the classifiers take.
    const bool is_short_sighted =
        std::string_view(model) == "bert-cross" || std::string_view(model) == "t5-enc-classifier";
    EXPECT_EQ(outcome.err.find("a document has to have some") != std::string::npos, is_short_sighted) << outcome.err;
    // What is kept is not computed again, and gives the same bytes.
    EXPECT_EQ(heed({"bench", "--model", model_fixture(model), "--data", demo, "--out", out.path(), "--arms",
                    "og,changed", "--format", "json"})
                  .out,
              outcome.out);
  }
}

/// A copy of a checkpoint, with some of its files replaced or taken away.
class Broken {
 public:
  explicit Broken(const std::string& model) {
    for (const auto& entry : fs::directory_iterator(model_fixture(model)))
      if (entry.is_regular_file()) fs::copy_file(entry.path(), dir_.path() / entry.path().filename());
  }
  const fs::path& path() const { return dir_.path(); }
  void write(const std::string& name, const std::string& content) const { dir_.write(name, content); }
  void cut(const std::string& name, std::uintmax_t bytes) const {
    fs::resize_file(dir_.path() / name, fs::file_size(dir_.path() / name) - bytes);
  }
  void remove(const std::string& name) const { fs::remove(dir_.path() / name); }
  Outcome score() const {
    return heed({"score", "--model", dir_.path(), "--pairs", "-"}, {.input = "{\"query\":\"a\",\"text\":\"b\"}\n"});
  }

 private:
  TemporaryDir dir_;
};

TEST(RunningModels, AClassifierOnT5NeedsNoTokenizerJson) {  // as TART's authors published theirs
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const Broken copy("t5-enc-classifier");
  copy.remove("tokenizer.json");
  copy.write("tokenizer_config.json", R"({"tokenizer_class": "EncT5Tokenizer", "bos_token": "<s>"})");
  const json golden = golden_of("t5-enc-classifier");
  const auto scored = parsed_lines(heed({"score", "--model", copy.path(), "--pairs", "-", "--dtype", "float32"},
                                        {.input = lines_of(pairs_of(golden))}));
  ASSERT_EQ(scored.size(), golden["cases"].size());
  for (std::size_t i = 0; i < scored.size(); ++i)
    EXPECT_NEAR(scored[i]["score"].get<double>(), golden["cases"][i]["score"].get<double>(), 2e-5);
}

TEST(RunningModels, ADamagedCheckpointIsRefusedWithTheReason) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const std::string length = std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
  const std::string runs = std::string("\x80\x02") + "cos\nsystem\nX\x04\x00\x00\x00true\x85R.";
  struct Damage {
    const char* model;
    std::function<void(const Broken&)> damage;
    const char* reason;
  };
  const Damage damages[] = {
      {"bert-mean", [](const Broken& b) { b.cut("model.safetensors", 100); }, "truncated"},
      {"bert-mean", [&](const Broken& b) { b.write("model.safetensors", length + "{}"); }, "header"},
      {"bert-mean", [](const Broken& b) { b.write("model.safetensors", std::string("\2\0\0\0\0\0\0\0{!", 10)); },
       "JSON"},
      {"bert-mean", [](const Broken& b) { b.remove("model.safetensors"); }, "no weights"},
      {"bert-mean", [](const Broken& b) { b.write("config.json", R"({"model_type":"gpt2"})"); },
       "unknown architecture gpt2"},
      {"bert-mean", [](const Broken& b) { b.write("config.json", "{"); }, "config.json:1: not valid JSON"},
      {"bert-mean", [](const Broken& b) { b.write("heed.json", R"({"kind":"oracle"})"); }, "heed.json"},
      {"bert-mean", [](const Broken& b) { b.write("tokenizer.json", "[]"); }, "tokenizer.json"},
      {"t5-mono", [&](const Broken& b) { b.write("pytorch_model.bin", runs); }, "os.system"},
      {"t5-mono", [](const Broken& b) { b.cut("pytorch_model.bin", 1000); }, "pytorch_model.bin"},
      {"t5-mono", [](const Broken& b) { b.write("pytorch_model.bin", ""); }, "pytorch_model.bin"},
      {"mistral-followir", [](const Broken& b) { b.remove("model-00003-of-00004.safetensors"); }, "missing"},
      {"mistral-followir",
       [](const Broken& b) { b.write("model.safetensors.index.json", R"({"weight_map":{"a":"../x"}})"); }, "../x"},
  };
  for (const Damage& damage : damages) {
    const Broken broken(damage.model);
    damage.damage(broken);
    EXPECT_TRUE(refused(broken.score(), 65, damage.reason)) << damage.model << ": " << damage.reason;
  }
}

TEST(RunningModels, ALineThatIsWrongIsNamedBeforeAModelIsOpened) {
  const TemporaryDir dir;  // in which there is no model
  const std::vector<std::vector<std::string>> commands = {
      {"score", "--pairs"}, {"encode", "--as", "document", "--texts"}, {"tokenize", "--texts"}};
  const std::pair<const char*, const char*> lines[] = {{"{\"query\":\"a\",\"te", "not valid JSON"},
                                                       {"{\"query\":\"a\",\"text\":NaN}", "not valid JSON"},
                                                       {"{\"query\":\"a\",\"text\":1}", "\"text\" is not a string"},
                                                       {"{\"query\":\"a\"}", "text"},
                                                       {"[]", "not a JSON object"}};
  for (const auto& [line, reason] : lines) {
    const auto file = dir.write("lines.jsonl", std::string("{\"query\":\"a\",\"text\":\"b\"}\n") + line);
    for (std::vector<std::string> command : commands) {
      command.insert(command.end(), {file.string(), "--model", dir.path().string()});
      EXPECT_TRUE(refused(heed(command), 65, "lines.jsonl:2: ")) << command[0] << ": " << line;
      EXPECT_TRUE(refused(heed(command), 65, reason)) << command[0] << ": " << line;
    }
  }
}

TEST(RunningModels, NoLinesAreNoResults) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  for (const std::vector<std::string>& command : {std::vector<std::string>{"score", "--pairs", "-"},
                                                  {"encode", "--as", "document", "--texts", "-"},
                                                  {"tokenize", "--texts", "-"}}) {
    auto whole = command;
    whole.insert(whole.end(), {"--model", model_fixture("bert-mean").string()});
    const Outcome outcome = heed(whole, {.input = "\n"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "") << command[0];
  }
}

TEST(RunningModels, WhatIsNotThereIsSaid) {
  const TemporaryDir dir;
  const auto pairs = dir.write("pairs.jsonl", "{\"query\":\"a\",\"text\":\"b\"}\n").string();
  EXPECT_TRUE(
      refused(heed({"score", "--model", "nowhere", "--pairs", pairs}), 64, "neither a folder nor a model nowhere"));
  EXPECT_TRUE(
      refused(heed({"score", "--model", "no/where", "--pairs", pairs}), 65, "no/where: there is no such folder"));
  EXPECT_TRUE(refused(heed({"score", "--model", "FollowIR-7B", "--pairs", pairs},
                           {.environment = {{"HEED_MODELS", dir.path()}, {"HOME", dir.path()}}}),
                      65, "jhu-clsp/FollowIR-7B is not on this machine"));
  EXPECT_TRUE(refused(heed({"score", "--model", dir.path(), "--pairs", pairs}), 65, "has no heed.json"));
  const auto bad = dir.write("bad.jsonl", "{\"query\":\"a\",\"text\":\"b\"}\n{\"text\":1}\n").string();
  EXPECT_TRUE(refused(heed({"score", "--model", dir.path(), "--pairs", bad}), 65, "bad.jsonl:2"));
  const auto half = dir.write("half.jsonl", "{\"query\":\"a\",\"title\":\"b\"}\n").string();
  EXPECT_TRUE(
      refused(heed({"score", "--model", dir.path(), "--pairs", half}), 65, "half.jsonl:1: there is no \"text\""));
  EXPECT_TRUE(refused(heed({"models", "gpt-2"}), 64, "gpt-2"));
  EXPECT_TRUE(succeeded(heed({"models", "FollowIR-7B"})));
}

}  // namespace
}  // namespace heed::testing
