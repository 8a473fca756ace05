// Checkpoints of random weights: what each way of computing must agree on, and what a checkpoint is refused for.
#include "engine/models.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>

#include <gtest/gtest.h>

#include "base/random.h"
#include "testing/small_models.h"

namespace heed::engine {
namespace {

namespace fs = std::filesystem;
using infer::EngineOptions;
using infer::Path;
using infer::Precision;
using infer::TokenId;
using nlohmann::json;
using testing::CheckpointNames;
using testing::complaint_of;
using testing::kVocabulary;
using testing::RandomWeights;
using testing::TemporaryDir;
using testing::with;
using Checkpoint = testing::RandomCheckpoint;

using Texts = std::vector<std::vector<TokenId>>;
using Rows = std::vector<std::vector<float>>;

const json kBert = testing::small_bert(32), kT5 = testing::small_t5(32), kLlama = testing::small_llama(32);
const json kMistral =
    with(kLlama, {{"model_type", "mistral"}, {"num_key_value_heads", 1}, {"head_dim", 12}, {"sliding_window", 9}});

EngineOptions plain_options() {
  EngineOptions options;
  options.precision = Precision::kFloat32;
  options.path = Path::kPlain;
  return options;
}

EngineOptions fast_options(int threads = 1) {
  EngineOptions options = plain_options();
  options.path = Path::kFast;
  options.threads = threads;
  return options;
}

/// Texts of many lengths; two of three begin alike.
Texts random_texts(std::size_t count = 24, std::uint32_t longest = 90) {
  base::Random random(11);
  std::vector<TokenId> beginning(40);
  for (TokenId& id : beginning) id = static_cast<TokenId>(random.below(kVocabulary));
  Texts texts(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 3 != 0) texts[i] = beginning;
    const std::size_t length = texts[i].size() + 1 + random.below(longest - 40);
    while (texts[i].size() < length) texts[i].push_back(static_cast<TokenId>(random.below(kVocabulary)));
  }
  return texts;
}

Rows answers(infer::Answerer& model, const Texts& texts) {
  const TokenId asked[] = {3, 7, 11};
  return model.logits(std::vector<std::span<const TokenId>>(texts.begin(), texts.end()), asked);
}

Rows embeddings(infer::Embedder& model, const Texts& texts) {
  std::vector<infer::EmbedInput> inputs;
  for (const auto& text : texts) inputs.push_back({text});
  return model.embed(inputs);
}

Rows labels(infer::Classifier& model, const Texts& texts) {
  std::vector<infer::ClassifyInput> inputs;
  for (const auto& text : texts) inputs.push_back({text, {}});
  return model.logits(inputs);
}

double farthest(const Rows& a, const Rows& b) {
  EXPECT_EQ(a.size(), b.size());
  double worst = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    EXPECT_EQ(a[i].size(), b[i].size());
    for (std::size_t j = 0; j < std::min(a[i].size(), b[i].size()); ++j)
      worst = std::max(worst, static_cast<double>(std::abs(a[i][j] - b[i][j])));
  }
  return worst;
}

/// A checkpoint and a way to ask it, for laws that all models keep.
struct Asked {
  const char* name;
  json config;
  CheckpointNames names;
  std::function<Rows(const infer::ModelFiles&, const EngineOptions&, const Texts&)> ask;
};

std::function<Rows(const infer::ModelFiles&, const EngineOptions&, const Texts&)> embedding(
    infer::EmbedderSettings settings) {
  return [settings](const auto& files, const auto& options, const Texts& texts) {
    return embeddings(*open_embedder(files, settings, options), texts);
  };
}

Rows answering(const infer::ModelFiles& files, const EngineOptions& options, const Texts& texts) {
  return answers(*open_answerer(files, options), texts);
}

Rows classifying(const infer::ModelFiles& files, const EngineOptions& options, const Texts& texts) {
  return labels(*open_classifier(files, options), texts);
}

std::vector<Asked> everything() {
  using infer::Attention, infer::Pooling;
  const json untied = with(kT5, {{"tie_word_embeddings", false}, {"feed_forward_proj", "gated-gelu"}});
  return {
      {"BERT, mean", kBert, {}, embedding({Pooling::kMean, Attention::kCausal, false})},
      {"BERT, first", kBert, {.prefix = "bert."}, embedding({Pooling::kCls, Attention::kCausal, true})},
      {"BERT, labels", kBert, testing::bert_classifier(32), classifying},
      {"T5, mean", kT5, {}, embedding({Pooling::kMean, Attention::kCausal, true})},
      {"T5, labels", kT5, testing::t5_classifier(32), classifying},
      {"T5, answers", kT5, {}, answering},
      {"T5 1.1, answers", untied, {.others = {{"lm_head.weight", {kVocabulary, 32}}}}, answering},
      {"Llama, last", kLlama, {.prefix = "model."}, embedding({Pooling::kLast, Attention::kCausal, true})},
      {"Llama, answers", kLlama, {.prefix = "model."}, answering},
      {"Mistral, both sides", kMistral, {}, embedding({Pooling::kMean, Attention::kBidirectional, true})},
      {"Mistral, answers", kMistral, {.prefix = "model."}, answering},
  };
}

TEST(Models, AResultDoesNotDependOnTheWayItIsComputed) {
  const Texts texts = random_texts();
  for (const Asked& model : everything()) {
    const Checkpoint checkpoint(model.config, model.names);
    const Rows plain = model.ask(checkpoint.files(), plain_options(), texts);
    const auto expect_same = [&](const EngineOptions& options, const char* way) {
      EXPECT_LT(farthest(model.ask(checkpoint.files(), options, texts), plain), 1e-5) << model.name << ", " << way;
    };
    expect_same(fast_options(), "fast");
    expect_same(fast_options(2), "on two threads");
    EngineOptions options = fast_options();
    options.batch_tokens = 1;
    expect_same(options, "one by one");
    options.batch_tokens = 150;
    expect_same(options, "in small batches");
    options.batch_tokens = 100000;
    expect_same(options, "in one batch");
    options.share_prefixes = false;
    expect_same(options, "without shared prefixes");
  }
}

TEST(Models, AResultDoesNotDependOnItsCompany) {
  const Texts texts = random_texts(9);
  for (const Asked& model : everything()) {
    const Checkpoint checkpoint(model.config, model.names);
    const auto ask = [&](const Texts& some) { return model.ask(checkpoint.files(), fast_options(2), some); };
    const Rows together = ask(texts);
    Rows backwards = ask({texts.rbegin(), texts.rend()});
    std::ranges::reverse(backwards);
    EXPECT_LT(farthest(backwards, together), 1e-5) << model.name;
    for (std::size_t i = 0; i < texts.size(); ++i)
      EXPECT_LT(farthest(ask({texts[i]}), {together[i]}), 1e-5) << model.name << ", text " << i;
    const Rows twice = ask({texts[1], texts[1], texts[1]});
    EXPECT_LT(farthest(twice, {together[1], together[1], together[1]}), 1e-5) << model.name;
    EXPECT_TRUE(ask({}).empty()) << model.name;
  }
}

TEST(Models, ResultsDependOnTheirTexts) {  // or the laws above would hold for a constant
  Texts texts = random_texts(2);
  texts[1] = texts[0];
  texts[1].front() = (texts[0].front() + 1) % kVocabulary;
  for (const Asked& model : everything()) {
    const Checkpoint checkpoint(model.config, model.names);
    // Mistral's window of 9 lets the first of many tokens reach the last through two layers at most.
    texts[0].resize(12);
    texts[1].resize(12);
    const Rows rows = model.ask(checkpoint.files(), fast_options(), texts);
    EXPECT_GT(farthest({rows[0]}, {rows[1]}), 1e-4) << model.name;
  }
}

TEST(Models, StoredBfloat16IsWhatItIsInFloat32) {
  const Texts texts = random_texts(4);
  const Checkpoint checkpoint(kLlama, {.prefix = "model."}, RandomWeights::Type::kBfloat16);
  const Rows in_float32 = answering(checkpoint.files(), fast_options(), texts);
  EngineOptions options = fast_options();
  options.precision = Precision::kBfloat16;
  const auto model = open_answerer(checkpoint.files(), options);
  EXPECT_LT(farthest(answers(*model, texts), in_float32), 0.02);
  EXPECT_EQ(model->facts().precision, Precision::kBfloat16);
  EXPECT_EQ(model->facts().weight_bytes,
            2 * model->facts().parameters + 2 * (2 * 2 + 1) * 32);  // the norms are kept in float32
  EXPECT_EQ(model->facts().architecture, "llama");
  EXPECT_EQ(model->facts().positions, 512);
  EXPECT_EQ(model->facts().vocabulary, kVocabulary);
}

TEST(Models, AHeadThatIsStoredIsTheHead) {
  // As a newer version of transformers writes T5 1.1: tied, but with a head of its own, and nothing scaled.
  const json tied = with(kT5, {{"tie_word_embeddings", true}, {"scale_decoder_outputs", false}});
  const json untied = with(kT5, {{"tie_word_embeddings", false}});
  const CheckpointNames with_head = {.others = {{"lm_head.weight", {kVocabulary, 32}}}};
  const Checkpoint said_tied(tied, with_head), said_untied(untied, with_head), without(tied);
  const auto ask = [](const Checkpoint& one) { return answering(one.files(), fast_options(), random_texts(3)); };
  EXPECT_LT(farthest(ask(said_tied), ask(said_untied)), 1e-6);
  EXPECT_GT(farthest(ask(said_tied), ask(without)), 1e-3);
}

TEST(Models, AWindowHidesWhatIsFartherThanTheLayersReach) {
  const Checkpoint checkpoint(kMistral, {.prefix = "model."});
  std::vector<TokenId> text(60, 5), other = text;
  other[0] = 6;  // 59 tokens before the last, of which two layers of 9 see the 16 before it
  const Rows rows = answering(checkpoint.files(), fast_options(), {text, other});
  EXPECT_LT(farthest({rows[0]}, {rows[1]}), 1e-6);
  other[50] = 6;
  const Rows nearer = answering(checkpoint.files(), fast_options(), {text, other});
  EXPECT_GT(farthest({nearer[0]}, {nearer[1]}), 1e-4);
}

TEST(Models, UnpooledTokensAreSeenButNotAveraged) {
  const Checkpoint checkpoint(kBert);
  const std::vector<TokenId> text = {1, 2, 3, 4, 5};
  for (const EngineOptions& options : {plain_options(), fast_options()}) {
    const auto embed = [&](infer::Pooling pooling, std::size_t unpooled) {
      const infer::EmbedInput input[] = {{text, unpooled}};
      return open_embedder(checkpoint.files(), {.pooling = pooling}, options)->embed(input)[0];
    };
    const auto all = embed(infer::Pooling::kMean, 0), but_the_first = embed(infer::Pooling::kMean, 1);
    const auto first = embed(infer::Pooling::kCls, 0), last = embed(infer::Pooling::kLast, 0);
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_NEAR(5 * all[i], first[i] + 4 * but_the_first[i], 1e-5);
    EXPECT_LT(farthest({embed(infer::Pooling::kMean, 4)}, {last}), 1e-6);
    EXPECT_EQ(embed(infer::Pooling::kMean, 5), std::vector<float>(32, 0));  // nothing is left to average
  }
}

TEST(Models, WhatAModelCannotBeGivenIsRefused) {
  const Checkpoint checkpoint(kBert);
  const auto model = open_embedder(checkpoint.files(), {}, fast_options());
  const auto refuses = [&](const std::vector<TokenId>& text, const char* part) {
    const std::string complaint = complaint_of([&] { embeddings(*model, {{1, 2}, text}); });
    EXPECT_NE(complaint.find(part), std::string::npos) << complaint;
  };
  refuses({}, "without tokens");
  refuses({1, kVocabulary}, "outside the model's vocabulary of 50");
  refuses({-1}, "outside the model's vocabulary of 50");
  refuses(std::vector<TokenId>(129, 1), "129 tokens, but the model has 128 positions");
}

TEST(Models, NumbersThatAreNotFiniteAreNoResult) {
  const float nan = std::nanf("");
  for (const Asked& model : everything()) {
    const Checkpoint checkpoint(model.config, model.names);
    {  // the first number of the first tensor, which is the embedding of token 0
      std::fstream file(checkpoint.path() / "model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
      std::uint64_t header = 0;
      file.read(reinterpret_cast<char*>(&header), sizeof header);
      file.seekp(static_cast<std::streamoff>(sizeof header + header));
      file.write(reinterpret_cast<const char*>(&nan), sizeof nan);
    }
    const std::string complaint = complaint_of([&] {
      model.ask(checkpoint.files(), fast_options(), {{1, 2, 3}, {1, 0, 3}});
    });
    EXPECT_NE(complaint.find("not finite"), std::string::npos) << model.name << ": " << complaint;
  }
}

std::string opening_complaint(const infer::ModelFiles& files) {
  return complaint_of([&] { open_answerer(files, fast_options()); });
}

/// Whether the complaint on opening names all that a person needs.
void expect_complaint(const json& config, const CheckpointNames& names, std::initializer_list<const char*> parts) {
  const Checkpoint checkpoint(config, names);
  const std::string complaint = opening_complaint(checkpoint.files());
  EXPECT_TRUE(complaint.starts_with(checkpoint.path().string())) << complaint;
  for (const char* part : parts) EXPECT_NE(complaint.find(part), std::string::npos) << complaint;
}

TEST(Models, ATensorThatIsMissingSurplusOrMisshapenIsNamed) {
  expect_complaint(kLlama, {.prefix = "model.", .left_out = {"model.layers.1.mlp.up_proj.weight"}},
                   {"the checkpoint has no tensor model.layers.1.mlp.up_proj.weight"});
  expect_complaint(kLlama, {.prefix = "model.", .left_out = {"model.embed_tokens.weight"}},
                   {"none of model.embed_tokens.weight, embed_tokens.weight"});
  expect_complaint(kLlama, {.prefix = "model.", .others = {{"model.layers.3.mlp.up_proj.weight", {64, 32}}}},
                   {"model.safetensors: model.layers.3.mlp.up_proj.weight [64, 32] is no tensor of this model"});
  expect_complaint(kLlama, {.prefix = "model.", .others = {{"model.norm.weight", {31}}}},
                   {"model.norm.weight has the shape [31], but the configuration says [32]"});
  expect_complaint(kT5, {.left_out = {"decoder.block.1.layer.1.EncDecAttention.q.weight"}},
                   {"no tensor decoder.block.1.layer.1.EncDecAttention.q.weight"});
}

TEST(Models, AnArchitectureThatCannotDoItIsRefused) {
  const Checkpoint bert(kBert);
  EXPECT_NE(opening_complaint(bert.files()).find("bert gives no next token"), std::string::npos);
  const Checkpoint llama(kLlama);
  EXPECT_NE(complaint_of([&] { open_classifier(llama.files(), fast_options()); }).find("not llama"), std::string::npos);
}

TEST(Models, OneThatExceedsTheMachineIsRefusedWithTheNumbersBeforeItIsRead) {
  const TemporaryDir dir;
  dir.write("config.json", kLlama.dump());
  // 4 TB in a file of holes: nothing that large could be read.
  const std::string header =
      R"({"model.embed_tokens.weight":{"dtype":"BF16","shape":[2000000,1000000],"data_offsets":[0,4000000000000]}})";
  const auto file = dir.write("model.safetensors", static_cast<char>(header.size()) + std::string(7, '\0') + header);
  std::error_code error;
  fs::resize_file(file, 8 + header.size() + 4'000'000'000'000, error);
  if (error) GTEST_SKIP() << "this file system keeps no sparse file of 4 TB";
  const std::string complaint = opening_complaint({dir.path(), {}});
  EXPECT_NE(complaint.find("the weights take 8000.0 GB in float32, but this machine has"), std::string::npos)
      << complaint;
}

/// A LoRA adapter of rank 2 on all queries and values, in PEFT's layout.
void write_adapter(const TemporaryDir& dir, const std::string& layer_prefix, std::int64_t values_out) {
  dir.write("adapter_config.json", R"({"peft_type": "LORA", "r": 2, "lora_alpha": 8, "bias": "none"})");
  RandomWeights weights(RandomWeights::Type::kFloat32);
  for (int i = 0; i < 2; ++i)
    for (const auto& [name, out] : {std::pair<std::string, std::int64_t>{"q_proj", 32}, {"v_proj", values_out}}) {
      const std::string layer = layer_prefix + "layers." + std::to_string(i) + ".self_attn." + name;
      weights.add(layer + ".lora_A.weight", {2, 32});
      weights.add(layer + ".lora_B.weight", {out, 2});
    }
  weights.write(dir.path() / "adapter_model.safetensors", 5);
}

TEST(Models, AnAdapterIsTheSameMergedAndApplied) {
  const Texts texts = random_texts(6);
  const Checkpoint checkpoint(kLlama, {.prefix = "model."});
  const TemporaryDir adapter;
  write_adapter(adapter, "base_model.model.model.", 16);
  const infer::ModelFiles with = {checkpoint.path(), adapter.path()};
  EngineOptions merged = fast_options(), applied = fast_options();
  applied.adapter_use = infer::AdapterUse::kApplied;
  const Rows rows = answering(with, merged, texts);
  EXPECT_LT(farthest(answering(with, applied, texts), rows), 1e-5);
  EXPECT_GT(farthest(answering(checkpoint.files(), merged, texts), rows), 1e-2);
  const auto fingerprint = [&](const auto& files, const auto& options) {
    return open_answerer(files, options)->facts().fingerprint;
  };
  EXPECT_NE(fingerprint(with, merged), fingerprint(checkpoint.files(), merged));
  EXPECT_NE(fingerprint(with, merged), fingerprint(with, applied));
}

TEST(Models, AnAdapterHasBothHalvesOfEachLayer) {
  const Checkpoint checkpoint(kLlama, {.prefix = "model."});
  const std::string layer = "base_model.model.model.layers.0.self_attn.q_proj";
  const auto complaint = [&](const std::string& name) {
    const TemporaryDir adapter;
    adapter.write("adapter_config.json", R"({"peft_type": "LORA", "r": 2, "lora_alpha": 8})");
    RandomWeights weights(RandomWeights::Type::kFloat32);
    weights.add(name, {2, 32});
    weights.write(adapter.path() / "adapter_model.safetensors");
    return opening_complaint({checkpoint.path(), adapter.path()});
  };
  EXPECT_NE(complaint(layer + ".lora_A.weight").find("no " + layer + ".lora_B.weight"), std::string::npos);
  EXPECT_NE(complaint(layer + ".lora_B.weight").find("no " + layer + ".lora_A.weight"), std::string::npos);
  for (const char* ending : {".weight", ".lora_A.bias", ".lora_A.weight.lora_B.x"})
    EXPECT_NE(complaint(layer + ending).find("is not a LoRA tensor"), std::string::npos) << ending;
}

TEST(Models, AnAdapterThatDoesNotFitIsNamed) {
  const Checkpoint checkpoint(kLlama, {.prefix = "model."});
  const auto complaint = [&](const TemporaryDir& adapter) {
    return opening_complaint({checkpoint.path(), adapter.path()});
  };
  const TemporaryDir wide;
  write_adapter(wide, "base_model.model.model.", 32);
  EXPECT_NE(
      complaint(wide).find("v_proj.lora_B.weight has the shape [32, 2], but for this model and rank 2 it is [16, 2]"),
      std::string::npos)
      << complaint(wide);
  const TemporaryDir other;
  write_adapter(other, "base_model.model.other.", 16);
  EXPECT_NE(complaint(other).find("no linear layer of the model's body"), std::string::npos) << complaint(other);
}

TEST(Models, TheFingerprintChangesWithWeightsAndConfiguration) {
  const auto fingerprint = [](const TemporaryDir& dir) {
    return open_answerer({dir.path(), {}}, fast_options())->facts().fingerprint;
  };
  const Checkpoint one(kLlama), same(kLlama);
  EXPECT_EQ(fingerprint(one), fingerprint(same));
  same.write("config.json", with(kLlama, {{"rope_theta", 20000}}).dump());
  EXPECT_NE(fingerprint(one), fingerprint(same));
}

}  // namespace
}  // namespace heed::engine
