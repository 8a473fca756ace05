#include "engine/learner.h"

#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

#include "base/random.h"
#include "engine/models.h"
#include "testing/random_checkpoint.h"
#include "testing/testing.h"

namespace heed::engine {
namespace {

using infer::Activations;
using infer::EngineOptions;
using infer::LearnerSettings;
using infer::Lesson;
using infer::Method;
using infer::Precision;
using infer::TokenId;
using nlohmann::json;
using testing::CheckpointNames;
using testing::complaint_of;
using testing::RandomWeights;
using testing::TemporaryDir;
using Task = infer::Engine::Task;

constexpr int kVocabulary = 30;

const json kBert = {{"model_type", "bert"},   {"vocab_size", kVocabulary},     {"hidden_size", 16},
                    {"num_hidden_layers", 2}, {"num_attention_heads", 2},      {"intermediate_size", 24},
                    {"hidden_act", "gelu"},   {"max_position_embeddings", 64}};
const json kT5 = {{"model_type", "t5"},
                  {"vocab_size", kVocabulary},
                  {"d_model", 16},
                  {"d_kv", 4},
                  {"num_heads", 2},
                  {"d_ff", 24},
                  {"num_layers", 2}};
const json kLlama = {{"model_type", "llama"},    {"vocab_size", kVocabulary},     {"hidden_size", 16},
                     {"num_hidden_layers", 2},   {"num_attention_heads", 4},      {"intermediate_size", 24},
                     {"num_key_value_heads", 2}, {"max_position_embeddings", 512}};

json with(json config, const std::string& field, const json& value) {
  config[field] = value;
  return config;
}

const CheckpointNames kBertClassifier = {.prefix = "bert.",
                                         .others = {{"bert.pooler.dense.weight", {16, 16}},
                                                    {"bert.pooler.dense.bias", {16}},
                                                    {"classifier.weight", {2, 16}},
                                                    {"classifier.bias", {2}}}};
const CheckpointNames kT5Classifier = {.others = {{"classifier.weight", {3, 16}}, {"classifier.bias", {3}}}};
const CheckpointNames kDecoder = {.prefix = "model."};

/// A model that learns.
struct Subject {
  std::string name;
  json config;
  CheckpointNames names;
  Task task;
  std::vector<std::string> all_targets;
};

std::vector<Subject> subjects() {
  const std::vector<std::string> decoder = {"q_proj",    "k_proj",  "v_proj",   "o_proj",
                                            "gate_proj", "up_proj", "down_proj"};
  const json mistral = with(with(with(kLlama, "model_type", "mistral"), "sliding_window", 4), "head_dim", 6);
  CheckpointNames tied = kDecoder;
  tied.left_out = {"lm_head.weight"};
  return {
      {"Llama", kLlama, kDecoder, Task::kAnswer, decoder},
      {"Llama, tied", with(kLlama, "tie_word_embeddings", true), tied, Task::kAnswer, decoder},
      {"Mistral", mistral, kDecoder, Task::kAnswer, decoder},
      {"BERT",
       kBert,
       kBertClassifier,
       Task::kClassify,
       {"query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"}},
      {"T5", kT5, kT5Classifier, Task::kClassify, {"q", "k", "v", "o", "wi", "wo"}},
      {"T5, gated",
       with(kT5, "feed_forward_proj", "gated-gelu"),
       kT5Classifier,
       Task::kClassify,
       {"q", "k", "v", "o", "wi_0", "wi_1", "wo"}},
  };
}

struct Checkpoint : TemporaryDir {
  explicit Checkpoint(const Subject& subject) {
    write_random_checkpoint(path(), subject.config, RandomWeights::Type::kFloat32, subject.names);
  }
  infer::ModelFiles files() const { return {path(), {}}; }
};

EngineOptions float32_options(int threads = 1) {
  EngineOptions options;
  options.precision = Precision::kFloat32;
  options.threads = threads;
  return options;
}

/// Texts of some lengths with something to learn of each.
class Lessons {
 public:
  explicit Lessons(Task task, std::size_t count = 5, std::uint32_t longest = 12) : texts_(count) {
    base::Random random(3);
    for (std::size_t i = 0; i < count; ++i) {
      texts_[i].resize(4 + random.below(longest - 3));
      for (TokenId& id : texts_[i]) id = static_cast<TokenId>(random.below(kVocabulary));
      types_.emplace_back(texts_[i].size(), 0);
      for (std::size_t k = 2; k < types_[i].size(); ++k) types_[i][k] = 1;
      Lesson lesson{.ids = texts_[i]};
      if (task == Task::kAnswer) {
        lesson.answer = 1 + i % 3;
      } else {
        lesson.type_ids = types_[i];
        lesson.label = static_cast<int>(i % 2);
        lesson.loss = i % 3 == 0 ? Lesson::Loss::kSigmoid : Lesson::Loss::kSoftmax;
        lesson.is_true = i != 0;
      }
      lessons_.push_back(lesson);
    }
  }
  Lessons(const Lessons&) = delete;
  Lessons& operator=(const Lessons&) = delete;
  operator std::span<const Lesson>() const { return lessons_; }
  const Lesson& operator[](std::size_t i) const { return lessons_[i]; }
  std::size_t size() const { return lessons_.size(); }

 private:
  std::vector<std::vector<TokenId>> texts_, types_;
  std::vector<Lesson> lessons_;
};

/// So that what depends on B's being zero is seen.
void stir(ModelLearner& learner) {
  const at::NoGradGuard values_only;
  base::Random random(5);
  for (const auto& learned : learner.tensors().all()) {
    at::Tensor values = learned.value.view({-1});
    if (!learned.name.ends_with("lora_B.weight")) continue;
    for (std::int64_t i = 0; i < values.numel(); ++i) values[i] = 0.1 * (random.below(2001) / 1000.0 - 1);
  }
}

std::unique_ptr<ModelLearner> open(const Checkpoint& checkpoint, const Subject& subject,
                                   const LearnerSettings& settings, const EngineOptions& options,
                                   std::optional<at::ScalarType> type = {}) {
  auto learner = ModelLearner::open(checkpoint.files(), subject.task, settings, options, type);
  stir(*learner);
  return learner;
}

double sum(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

/// Some elements of every learned tensor: the gradient against how the loss moves, in float64.
void expect_gradients(const Subject& subject, const LearnerSettings& settings, const std::string& what) {
  constexpr double kStep = 1e-5;
  const Checkpoint checkpoint(subject);
  EngineOptions options = float32_options(2);
  options.batch_tokens = 16;
  const auto learner = open(checkpoint, subject, settings, options, at::kDouble);
  const Lessons lessons(subject.task);
  const double scale = 0.5;
  learner->learn(lessons, scale);
  base::Random random(9);
  for (const auto& learned : learner->tensors().all()) {
    const at::Tensor values = learned.value.detach().view({-1}), gradient = learned.gradient.view({-1});
    EXPECT_GT(gradient.abs().max().item<double>(), 0) << what << ": " << learned.name;
    double worst = 0;
    for (int i = 0; i < 4; ++i) {
      // The element of the largest gradient, and three others.
      const std::int64_t at = i == 0 ? gradient.abs().argmax().item<std::int64_t>()
                                     : random.below(static_cast<std::uint32_t>(values.numel()));
      double* const value = values.data_ptr<double>() + at;
      const double before = *value;
      *value = before + kStep;
      const double above = sum(learner->losses(lessons));
      *value = before - kStep;
      const double below = sum(learner->losses(lessons));
      *value = before;
      const double expected = scale * (above - below) / (2 * kStep), found = gradient[at].item<double>();
      worst = std::max(worst, std::abs(found - expected) / std::max(std::abs(expected), 1e-3));
    }
    EXPECT_LE(worst, 1e-6) << what << ": " << learned.name;
  }
}

TEST(Learner, GradientsOfUpdatesAreHowTheLossMoves) {
  for (const Subject& subject : subjects())
    for (const Activations activations : {Activations::kKept, Activations::kRecomputed})
      expect_gradients(subject, {.rank = 2, .targets = subject.all_targets, .activations = activations}, subject.name);
}

TEST(Learner, GradientsOfWholeModelsAreHowTheLossMoves) {
  for (const Subject& subject : subjects())
    for (const Activations activations : {Activations::kKept, Activations::kRecomputed})
      expect_gradients(subject, {.method = Method::kFull, .activations = activations}, subject.name);
}

}  // namespace
}  // namespace heed::engine
