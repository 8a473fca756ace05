// Every checkpoint of the reference data, from token ids on: what transformers computed in float32 (golden.json)
// against each way that this engine computes it.

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "engine/models.h"
#include "format/json.h"
#include "testing/testing.h"

namespace heed::engine {
namespace {

namespace fs = std::filesystem;
using format::Json;
using infer::EngineOptions;
using infer::Precision;
using infer::TokenId;
using testing::model_fixture;

using Ids = std::vector<TokenId>;

Json golden_of(const std::string& model) {
  return format::read_json(model_fixture(model) / "golden.json");
}

/// A way to compute.
struct Way {
  const char* name;
  EngineOptions options;

  /// How far from the reference a component of an embedding may be, and a logit. bfloat16 keeps 8 bits: each of some
  /// dozen roundings on the way to a result moves it by up to 1/512 of the terms that it is the sum of. Components of
  /// embeddings here are below 0.5 or, where not of unit length, 3; the terms of a logit below 4.
  double of_component(double largest) const { return is_bfloat16() ? largest * 8 / 256 : 2e-5; }
  double of_logit() const { return is_bfloat16() ? 4 * 8.0 / 256 : 1e-4; }

 private:
  bool is_bfloat16() const { return options.precision == Precision::kBfloat16; }
};

EngineOptions with(Precision precision, int threads, infer::Path path) {
  EngineOptions options;
  options.precision = precision;
  options.threads = threads;
  options.path = path;
  return options;
}

std::vector<Way> ways() {
  std::vector<Way> all = {
      {"plain", with(Precision::kFloat32, 1, infer::Path::kPlain)},
      {"fast", with(Precision::kFloat32, 1, infer::Path::kFast)},
      {"fast on two threads", with(Precision::kFloat32, 2, infer::Path::kFast)},
      {"bfloat16", with(Precision::kBfloat16, 2, infer::Path::kFast)},
      {"plain bfloat16", with(Precision::kBfloat16, 1, infer::Path::kPlain)},
  };
  Way small = all[1];
  small.name = "small batches";
  small.options.batch_tokens = 64;
  all.push_back(small);
  Way unshared = all[1];
  unshared.name = "prefixes unshared";
  unshared.options.share_prefixes = false;
  all.push_back(unshared);
  Way applied = all[1];
  applied.name = "adapter applied";
  applied.options.adapter_use = infer::AdapterUse::kApplied;
  all.push_back(applied);
  return all;
}

void expect_near(const std::vector<float>& values, const Json& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(values.size(), expected.size()) << what;
  double worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    worst = std::max(worst, std::abs(values[i] - expected[i].get<double>()));
  EXPECT_LE(worst, tolerance) << what;
}

struct EmbeddingCase {
  const char* model;
  const char* section;  ///< of golden.json; "" where `cases` is at the top
  infer::EmbedderSettings settings;
  const char* adapter = nullptr;
};

constexpr infer::Attention kBoth = infer::Attention::kBidirectional, kCausal = infer::Attention::kCausal;
const EmbeddingCase kEmbeddings[] = {
    {"bert-cls", "encode", {infer::Pooling::kCls, kCausal, true}},
    {"bert-mean", "encode", {infer::Pooling::kMean, kCausal, true}},
    {"bert-mean-dot", "encode", {infer::Pooling::kMean, kCausal, false}},
    {"mistral-e5", "encode", {infer::Pooling::kLast, kCausal, true}},
    {"llama2-repllama", "query", {infer::Pooling::kLast, kCausal, true}, "adapter"},
    {"llama2-repllama", "passage", {infer::Pooling::kLast, kCausal, true}, "adapter"},
    {"mistral-gritlm", "", {infer::Pooling::kMean, kBoth, true}},
    {"t5-instructor", "", {infer::Pooling::kMean, kCausal, true}},
};

TEST(Goldens, Embeddings) {
  HEED_NEEDS_SHARED();
  for (const EmbeddingCase& model : kEmbeddings)
    for (const Way& way : ways()) {
      const std::string what = std::string(model.model) + " " + model.section + ", " + way.name;
      infer::ModelFiles files{model_fixture(model.model), {}};
      if (model.adapter != nullptr) files.adapter = files.folder / model.adapter;
      const auto embedder = open_embedder(files, model.settings, way.options);
      const Json golden = golden_of(model.model);
      const Json& cases = *model.section == '\0' ? golden["cases"] : golden[model.section]["cases"];
      std::vector<Ids> ids;
      for (const Json& one : cases) ids.push_back(one["ids"].get<Ids>());
      std::vector<infer::EmbedInput> inputs;
      for (std::size_t i = 0; i < ids.size(); ++i)
        inputs.push_back({ids[i], cases[i].value("instruction_tokens", std::size_t{0})});
      const auto embeddings = embedder->embed(inputs);
      for (std::size_t i = 0; i < ids.size(); ++i) {
        EXPECT_EQ(static_cast<std::int64_t>(embeddings[i].size()), embedder->width());
        expect_near(embeddings[i], cases[i]["embedding"], way.of_component(model.settings.normalize ? 0.5 : 3),
                    what + ", case " + std::to_string(i));
      }
    }
}

TEST(Goldens, LabelLogits) {
  HEED_NEEDS_SHARED();
  for (const char* model : {"bert-cross", "t5-enc-classifier"})
    for (const Way& way : ways()) {
      const auto classifier = open_classifier({model_fixture(model), {}}, way.options);
      const Json golden = golden_of(model);
      std::vector<Ids> ids;
      for (const Json& one : golden["cases"]) ids.push_back(one["ids"].get<Ids>());
      std::vector<infer::ClassifyInput> inputs;
      for (const Ids& one : ids) inputs.push_back({one, {}});
      const auto logits = classifier->logits(inputs);
      for (std::size_t i = 0; i < ids.size(); ++i)
        expect_near(logits[i], golden["cases"][i]["logits"], way.of_logit(),
                    std::string(model) + ", " + way.name + ", case " + std::to_string(i));
    }
}

TEST(Goldens, AnswerLogits) {
  HEED_NEEDS_SHARED();
  for (const char* model :
       {"llama2-chat", "llama3-plain", "mistral-followir", "mistral-instruct", "t5-mono", "t5-flan"})
    for (const Way& way : ways()) {
      const auto answerer = open_answerer({model_fixture(model), {}}, way.options);
      const Json golden = golden_of(model);
      std::vector<Ids> ids;
      for (const Json& one : golden["cases"]) ids.push_back(one["ids"].get<Ids>());
      const std::vector<std::span<const TokenId>> prompts(ids.begin(), ids.end());
      const TokenId answers[] = {golden["false_id"].get<TokenId>(), golden["true_id"].get<TokenId>()};
      const auto logits = answerer->logits(prompts, answers);
      for (std::size_t i = 0; i < ids.size(); ++i)
        expect_near(logits[i], golden["cases"][i]["logits"], way.of_logit(),
                    std::string(model) + ", " + way.name + ", case " + std::to_string(i));
    }
}

TEST(Goldens, ATrainedModelsGreedyText) {
  HEED_NEEDS_SHARED();
  const Json golden = golden_of("stories260k");
  const Ids expected = golden["greedy_ids"].get<Ids>();
  Ids vocabulary(512);
  for (std::size_t i = 0; i < vocabulary.size(); ++i) vocabulary[i] = static_cast<TokenId>(i);
  for (const infer::Path path : {infer::Path::kPlain, infer::Path::kFast}) {
    const auto answerer = open_answerer({model_fixture("stories260k"), {}}, with(Precision::kFloat32, 2, path));
    Ids text = {expected[0]};
    while (text.size() < expected.size()) {
      const std::span<const TokenId> prompt(text);
      const auto logits = answerer->logits(std::span(&prompt, 1), vocabulary)[0];
      if (text.size() == 1) expect_near(logits, golden["first_logits"], 1e-4, "the first step");
      text.push_back(static_cast<TokenId>(std::ranges::max_element(logits) - logits.begin()));
    }
    EXPECT_EQ(text, expected);
  }
}

}  // namespace
}  // namespace heed::engine
