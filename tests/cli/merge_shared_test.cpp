// heed merge as a person runs it: the tiny checkpoints of the reference data with their adapters, scored with the
// adapter and merged; what is refused, and that then nothing is there.

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "cli/program.h"
#include "format/safetensors_writer.h"
#include "testing/random_checkpoint.h"
#include "testing/testing.h"

// Models need the engine, which a build may leave out.
#define HEED_NEEDS_ENGINE() \
  if (!HEED_HAS_ENGINE) GTEST_SKIP() << "this build has no engine"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json read(const fs::path& file) {
  return json::parse(std::ifstream(file));
}

const std::string kPairs =
    R"({"query": "movies of James Cameron", "instruction": "written by him alone", "text": "Avatar, of 2022"})"
    "\n"
    R"({"query": "what is a cat", "text": "The cat is a small animal that catches mice and sleeps."})"
    "\n";

std::vector<double> scores(const fs::path& model, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"score", "--model", model.string(), "--pairs", "-", "--dtype", "float32"};
  words.insert(words.end(), more.begin(), more.end());
  const Outcome outcome = heed(words, {.input = kPairs});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::vector<double> found;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) found.push_back(json::parse(line)["score"].get<double>());
  EXPECT_EQ(found.size(), 2U);
  return found;
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << i;
}

/// The tensors of a file under other names.
void rename_tensors(const fs::path& from, const fs::path& to, const std::function<std::string(std::string)>& renamed) {
  auto tensors = format::read_safetensors(from);
  for (auto& tensor : tensors) tensor.info.name = renamed(tensor.info.name);
  fs::create_directories(to.parent_path());
  format::write_safetensors(to, tensors);
}

/// The adapter of train-lora as PEFT, or LLaMA-Factory by it, writes it. What of its names comes before the layer is
/// `wrapper`.
void write_adapter(const fs::path& folder, const std::string& wrapper = "base_model.model.model.") {
  rename_tensors(model_fixture("train-lora") / "adapter_final.safetensors", folder / "adapter_model.safetensors",
                 [&](const std::string& name) { return wrapper + name.substr(name.find("layers.")); });
  std::ofstream(folder / "adapter_config.json") << R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "bias": "none",
    "lora_dropout": 0.0, "task_type": "CAUSAL_LM", "use_qalora": false, "qalora_group_size": 16, "corda_config": null,
    "eva_config": null, "exclude_modules": null, "target_parameters": null, "trainable_token_indices": null})";
}

struct Merging : ::testing::Test {
  Outcome merge(const fs::path& model, std::vector<std::string> more = {},
                const Surroundings& surroundings = {}) const {
    std::vector<std::string> words = {"merge", "--model", model.string(), "--out", out.string()};
    words.insert(words.end(), more.begin(), more.end());
    return heed(words, surroundings);
  }
  std::vector<std::string> with_adapter() const { return {"--adapter", adapter.string()}; }
  /// What is in the folder where the result would be.
  std::vector<std::string> left() const { return files_below(out.parent_path()); }

  TemporaryDir dir;
  fs::path out = dir.path() / "made" / "merged", adapter = dir.path() / "adapter";
};

TEST_F(Merging, ScoresAreThoseOfTheAdapterBesideTheModel) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const fs::path model = model_fixture("train-lora");
  for (const char* wrapper : {"base_model.model.model.", "base_model.model.", "model."}) {
    fs::remove_all(adapter);
    write_adapter(adapter, wrapper);
    fs::remove_all(out);
    ASSERT_EQ(merge(model, with_adapter()).code, 0);
    const auto merged = scores(out);
    expect_near(merged, scores(model, with_adapter()), 1e-5);
    EXPECT_GT(std::abs(merged[0] - scores(model)[0]), 1e-3) << "the adapter changes something";
  }
  EXPECT_EQ(left(), (std::vector<std::string>{"merged/config.json", "merged/golden.json", "merged/heed-merge.json",
                                              "merged/heed.json", "merged/model.safetensors", "merged/tokenizer.json",
                                              "merged/tokenizer.model", "merged/tokenizer_config.json"}));
  EXPECT_EQ(content_of(out / "config.json"), content_of(model / "config.json"));
  const json note = read(out / "heed-merge.json");
  EXPECT_EQ(note["kind"], "merged checkpoint");
  EXPECT_EQ(note["base"]["name"], "train-lora");
  EXPECT_EQ(note["dtype"], "stored");
}

TEST_F(Merging, TheRecipesAdapterIsTakenAndItsRecipeNamesNoneAfterwards) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const fs::path model = model_fixture("llama2-repllama");
  ASSERT_EQ(merge(model, {"--shard-size", "100KB"}).code, 0);
  EXPECT_FALSE(read(out / "heed.json").contains("adapter"));
  EXPECT_FALSE(fs::exists(out / "adapter"));
  expect_near(scores(out), scores(model), 1e-5);
  const json index = read(out / "model.safetensors.index.json");
  std::size_t bytes = 0;
  for (const auto& [name, file] : index["weight_map"].items()) EXPECT_TRUE(fs::exists(out / file)) << name;
  for (const auto& tensor : format::read_safetensors(model / "model.safetensors")) bytes += tensor.bytes.size();
  EXPECT_EQ(index["metadata"]["total_size"], bytes);
}

TEST_F(Merging, ARandomLlamaInBfloat16KeepsEveryOtherBitInShards) {
  HEED_NEEDS_ENGINE();
  const fs::path model = dir.path() / "llama";
  write_random_checkpoint(model,
                          {{"model_type", "llama"},
                           {"vocab_size", 50},
                           {"hidden_size", 32},
                           {"num_hidden_layers", 3},
                           {"num_attention_heads", 4},
                           {"intermediate_size", 64},
                           {"num_key_value_heads", 2},
                           {"max_position_embeddings", 512},
                           {"torch_dtype", "bfloat16"}},
                          RandomWeights::Type::kBfloat16);
  RandomWeights update(RandomWeights::Type::kFloat32);
  update.add("base_model.model.model.layers.1.mlp.down_proj.lora_A.weight", {4, 64});
  update.add("base_model.model.model.layers.1.mlp.down_proj.lora_B.weight", {32, 4});
  fs::create_directories(adapter);
  update.write(adapter / "adapter_model.safetensors");
  std::ofstream(adapter / "adapter_config.json") << R"({"peft_type": "LORA", "r": 4, "lora_alpha": 4})";
  ASSERT_EQ(merge(model, {"--adapter", adapter.string(), "--shard-size", "20KB"}).code, 0);
  EXPECT_TRUE(fs::exists(out / "model-00002-of-00004.safetensors"));
  std::map<std::string, std::vector<std::byte>> merged;
  for (const std::string& file : files_below(out))
    if (file.ends_with(".safetensors"))
      for (auto& tensor : format::read_safetensors(out / file)) merged[tensor.info.name] = std::move(tensor.bytes);
  const auto stored = format::read_safetensors(model / "model.safetensors");
  EXPECT_EQ(merged.size(), stored.size());
  for (const auto& tensor : stored)
    EXPECT_EQ(merged[tensor.info.name] == tensor.bytes, tensor.info.name != "layers.1.mlp.down_proj.weight")
        << tensor.info.name;
}

TEST_F(Merging, AnotherTypeIsInConfigAndCheckpoint) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  write_adapter(adapter);
  ASSERT_EQ(merge(model_fixture("train-lora"), {"--adapter", adapter.string(), "--dtype", "bf16"}).code, 0);
  EXPECT_EQ(read(out / "config.json")["dtype"], "bfloat16");
  EXPECT_FALSE(read(out / "config.json").contains("torch_dtype"));
  EXPECT_EQ(read(out / "config.json")["rms_norm_eps"], 1e-5);
  for (const auto& tensor : format::read_safetensors(out / "model.safetensors"))
    EXPECT_EQ(tensor.info.type, format::TensorType::kBfloat16) << tensor.info.name;
  expect_near(scores(out), scores(model_fixture("train-lora"), with_adapter()), 0.05);
  EXPECT_TRUE(
      refused(merge(model_fixture("train-lora"), {"--adapter", adapter.string(), "--dtype", "int8"}), 64, "int8"));
}

TEST_F(Merging, AnAdapterOfAnotherModelIsRefusedByNameAndNothingIsThere) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  write_adapter(adapter);
  rename_tensors(adapter / "adapter_model.safetensors", adapter / "adapter_model.safetensors", [](std::string name) {
    const std::size_t layer = name.find("layers.1.");
    return layer == std::string::npos ? name : name.replace(layer, 8, "layers.7");
  });
  EXPECT_TRUE(refused(merge(model_fixture("train-lora"), with_adapter()), 65, "layers.7.self_attn"));
  EXPECT_TRUE(left().empty());
  std::ofstream(adapter / "adapter_config.json")
      << R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "use_dora": true})";
  EXPECT_TRUE(refused(merge(model_fixture("train-lora"), with_adapter()), 65, "use_dora"));
  EXPECT_TRUE(refused(merge(model_fixture("train-lora")), 64, "--adapter"));
  EXPECT_TRUE(left().empty());
}

TEST_F(Merging, AFullDiskOrAStopLeavesNothing) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  write_adapter(adapter);
  EXPECT_TRUE(
      refused(merge(model_fixture("train-lora"), with_adapter(), {.largest_file = 300000}), 65, "cannot be written"));
  EXPECT_TRUE(left().empty());
}

TEST_F(Merging, WhatIsThereIsReplacedOnlyWhereItIsAMergesOwn) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const fs::path model = model_fixture("train-lora");
  write_adapter(adapter);
  const std::vector<std::string> again = {"--adapter", adapter.string(), "--overwrite"};
  ASSERT_EQ(merge(model, with_adapter()).code, 0);
  EXPECT_TRUE(refused(merge(model, with_adapter()), 65, "--overwrite"));
  EXPECT_EQ(merge(model, again).code, 0);
  std::ofstream(out / "notes.txt") << "mine";
  EXPECT_TRUE(refused(merge(model, again), 65, "notes.txt"));
  fs::remove(out / "heed-merge.json");
  EXPECT_TRUE(refused(merge(model, again), 65, "heed-merge.json"));
  EXPECT_TRUE(fs::exists(out / "notes.txt"));
  EXPECT_TRUE(refused(
      heed({"merge", "--model", out.string(), "--adapter", adapter.string(), "--out", (out / "inside").string()}), 65,
      "is the model's folder, or inside it"));
}

}  // namespace
}  // namespace heed::testing
