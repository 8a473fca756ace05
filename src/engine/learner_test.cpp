#include "engine/learner.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include <gtest/gtest.h>

#include "base/memory.h"
#include "base/random.h"
#include "engine/models.h"
#include "testing/small_models.h"

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
using testing::kVocabulary;
using testing::TemporaryDir;
using testing::with;
using Checkpoint = testing::RandomCheckpoint;
using Task = infer::Engine::Task;

const json kLlama = testing::small_llama(16);
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
  const json mistral = with(kLlama, {{"model_type", "mistral"}, {"sliding_window", 4}, {"head_dim", 6}});
  const json bert = testing::small_bert(16), t5 = testing::small_t5(16);
  const CheckpointNames bert_names = testing::bert_classifier(16), t5_names = testing::t5_classifier(16);
  CheckpointNames tied = kDecoder;
  tied.left_out = {"lm_head.weight"};
  return {
      {"Llama", kLlama, kDecoder, Task::kAnswer, decoder},
      {"Llama, tied", with(kLlama, {{"tie_word_embeddings", true}}), tied, Task::kAnswer, decoder},
      {"Mistral", mistral, kDecoder, Task::kAnswer, decoder},
      {"BERT",
       bert,
       bert_names,
       Task::kClassify,
       {"query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"}},
      {"T5", t5, t5_names, Task::kClassify, {"q", "k", "v", "o", "wi", "wo"}},
      {"T5, gated",
       with(t5, {{"feed_forward_proj", "gated-gelu"}}),
       t5_names,
       Task::kClassify,
       {"q", "k", "v", "o", "wi_0", "wi_1", "wo"}},
  };
}

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
  const Checkpoint checkpoint(subject.config, subject.names);
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
      EXPECT_TRUE(std::isfinite(found)) << what << ": " << learned.name;
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

/// Steps of learning; the losses of all, the norms, and what is learned in the end.
struct Course {
  std::vector<double> losses, norms;
  std::vector<format::OwnedTensor> learned;
};

void go(infer::Learner& learner, Task task, int steps, Course& course) {
  const Lessons lessons(task, 9, 30);
  for (int i = 0; i < steps; ++i) {
    for (const double loss : learner.learn(lessons, 1.0 / 9)) course.losses.push_back(loss);
    course.norms.push_back(learner.step(1e-2));
  }
  course.learned = learner.learned();
}

Course course_of(const Checkpoint& checkpoint, const Subject& subject, const LearnerSettings& settings,
                 const EngineOptions& options) {
  const auto learner = open_learner(checkpoint.files(), subject.task, settings, options);
  Course course;
  go(*learner, subject.task, 4, course);
  return course;
}

void expect_same(const Course& a, const Course& b, const std::string& what) {
  EXPECT_EQ(a.losses, b.losses) << what;
  EXPECT_EQ(a.norms, b.norms) << what;
  ASSERT_EQ(a.learned.size(), b.learned.size()) << what;
  for (std::size_t i = 0; i < a.learned.size(); ++i) {
    EXPECT_EQ(a.learned[i].info.name, b.learned[i].info.name) << what;
    EXPECT_TRUE(a.learned[i].bytes == b.learned[i].bytes) << what << ": " << a.learned[i].info.name;
  }
}

/// Both methods, in both precisions.
struct Kind {
  std::string name;
  Method method;
  Precision precision;
};
const Kind kKinds[] = {{"updates", Method::kLora, Precision::kFloat32},
                       {"updates in bfloat16", Method::kLora, Precision::kBfloat16},
                       {"all", Method::kFull, Precision::kFloat32}};

EngineOptions options_of(const Kind& kind, int threads) {
  EngineOptions options = float32_options(threads);
  options.precision = kind.precision;
  options.batch_tokens = 40;
  return options;
}

TEST(Learner, TheNumberOfThreadsChangesNoBit) {
  for (const Subject& subject : subjects()) {
    const Checkpoint checkpoint(subject.config, subject.names);
    for (const Kind& kind : kKinds) {
      const LearnerSettings settings{.method = kind.method};
      const Course one = course_of(checkpoint, subject, settings, options_of(kind, 1));
      for (const int threads : {2, 5})
        expect_same(one, course_of(checkpoint, subject, settings, options_of(kind, threads)),
                    subject.name + ", " + kind.name);
    }
  }
}

TEST(Learner, RecomputingChangesNoBitOfUpdates) {
  for (const Subject& subject : subjects()) {
    const Checkpoint checkpoint(subject.config, subject.names);
    for (const Kind& kind : kKinds) {
      if (kind.method == Method::kFull) continue;  // sums over layers that share a tensor are made in another order
      const auto with_activations = [&](Activations activations) {
        return course_of(checkpoint, subject, {.targets = subject.all_targets, .activations = activations},
                         options_of(kind, 2));
      };
      expect_same(with_activations(Activations::kKept), with_activations(Activations::kRecomputed),
                  subject.name + ", " + kind.name);
    }
  }
}

TEST(Learner, GoesOnFromAStateAsIfItHadNotStopped) {
  for (const Subject& subject : subjects()) {
    const Checkpoint checkpoint(subject.config, subject.names);
    for (const Kind& kind : kKinds) {
      const LearnerSettings settings{.method = kind.method, .weight_decay = 0.1};
      const auto learner = open_learner(checkpoint.files(), subject.task, settings, options_of(kind, 2));
      Course before, on, resumed;
      go(*learner, subject.task, 3, before);
      const auto state = learner->state();
      go(*learner, subject.task, 3, on);
      LearnerSettings other = settings;
      other.seed = 17;
      const auto again = open_learner(checkpoint.files(), subject.task, other, options_of(kind, 2));
      again->learn(Lessons(subject.task), 1);  // a gradient that the state does not have
      again->restore(state, "state");
      go(*again, subject.task, 3, resumed);
      expect_same(on, resumed, subject.name + ", " + kind.name);
    }
  }
}

TEST(Learner, LearnsWhatItIsTaught) {
  for (const Subject& subject : subjects()) {
    const Checkpoint checkpoint(subject.config, subject.names);
    for (const Kind& kind : kKinds) {
      const auto learner = open_learner(checkpoint.files(), subject.task, {.method = kind.method}, options_of(kind, 2));
      const Lessons lessons(subject.task, 4);
      const double before = sum(learner->losses(lessons));
      for (int i = 0; i < 60; ++i) {
        learner->learn(lessons, 0.25);
        learner->step(1e-2);
      }
      EXPECT_LT(sum(learner->losses(lessons)), before / 2) << subject.name << ", " << kind.name;
    }
  }
}

std::vector<std::vector<float>> asked(const Checkpoint& checkpoint, const Subject& subject,
                                      std::span<const Lesson> lessons, std::span<const TokenId> answers) {
  if (subject.task == Task::kAnswer) {
    std::vector<std::span<const TokenId>> prompts;
    for (const Lesson& lesson : lessons) prompts.push_back(lesson.ids);
    return open_answerer(checkpoint.files(), float32_options())->logits(prompts, answers);
  }
  std::vector<infer::ClassifyInput> inputs;
  for (const Lesson& lesson : lessons) inputs.push_back({lesson.ids, lesson.type_ids});
  return open_classifier(checkpoint.files(), float32_options())->logits(inputs);
}

TEST(Learner, BeginsAsTheModelThatItIs) {
  std::vector<TokenId> answers(kVocabulary);
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = static_cast<TokenId>(i);
  for (const Subject& subject : subjects()) {
    const Checkpoint checkpoint(subject.config, subject.names);
    const auto learner = open_learner(checkpoint.files(), subject.task, {}, float32_options());
    const Lessons lessons(subject.task, 6, 30);
    const auto expected = asked(checkpoint, subject, lessons, answers);
    const auto logits = learner->logits(lessons, answers);
    for (std::size_t i = 0; i < lessons.size(); ++i)
      for (std::size_t k = 0; k < expected[i].size(); ++k) EXPECT_NEAR(logits[i][k], expected[i][k], 1e-5);
  }
}

double softmax_loss(const std::vector<float>& logits, std::size_t target) {
  double total = 0;
  for (const float logit : logits) total += std::exp(static_cast<double>(logit));
  return std::log(total) - logits[target];
}

TEST(Learner, LossesAreCrossEntropiesOfTheModelsLogits) {
  std::vector<TokenId> answers(kVocabulary);
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = static_cast<TokenId>(i);
  for (const Subject& subject : subjects()) {
    const Checkpoint checkpoint(subject.config, subject.names);
    const auto learner = open_learner(checkpoint.files(), subject.task, {}, float32_options());
    const Lessons lessons(subject.task);
    const auto losses = learner->losses(lessons);
    EXPECT_EQ(learner->learn(lessons, 1), losses);
    for (std::size_t i = 0; i < lessons.size(); ++i) {
      Lesson part = lessons[i];
      double expected = 0;
      for (std::size_t k = lessons[i].ids.size() - part.answer; k < lessons[i].ids.size(); ++k) {
        part.ids = lessons[i].ids.first(k);
        expected += softmax_loss(asked(checkpoint, subject, std::span(&part, 1), answers)[0],
                                 static_cast<std::size_t>(lessons[i].ids[k]));
      }
      if (subject.task == Task::kClassify) {
        const auto logits = asked(checkpoint, subject, std::span(&part, 1), {})[0];
        const auto label = static_cast<std::size_t>(part.label);
        const double sign = part.is_true ? 1 : -1;
        expected = part.loss == Lesson::Loss::kSigmoid ? std::log1p(std::exp(-sign * logits[label]))
                                                       : softmax_loss(logits, label);
      }
      EXPECT_NEAR(losses[i], expected, 1e-5 * std::max(1.0, expected)) << subject.name;
    }
  }
}

TEST(Learner, NumbersThatAreNotFiniteChangeNothing) {
  const Subject subject = subjects()[0];
  const Checkpoint checkpoint(subject.config, subject.names);
  const auto learner = open_learner(checkpoint.files(), subject.task, {}, float32_options());
  const Lessons lessons(subject.task);
  const auto before = learner->state();
  learner->learn(lessons, std::nan(""));
  EXPECT_FALSE(std::isfinite(learner->step(1)));
  const auto after = learner->state();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(before[i].bytes == after[i].bytes);
  EXPECT_EQ(learner->step(0), 0) << "the gradient is zero";
}

TEST(Learner, OfAllOfAModelEveryTensorIsLearned) {
  for (const Subject& subject : subjects()) {
    const Checkpoint checkpoint(subject.config, subject.names);
    const auto learner = open_learner(checkpoint.files(), subject.task, {.method = Method::kFull}, float32_options());
    const auto stored = format::read_safetensors(checkpoint.path() / "model.safetensors");
    for (const auto& tensor : learner->learned()) {
      const auto same = std::ranges::find(stored, tensor.info.name, [](const auto& one) { return one.info.name; });
      ASSERT_NE(same, stored.end()) << tensor.info.name;
      EXPECT_TRUE(tensor.bytes == same->bytes) << tensor.info.name;
    }
    if (subject.config["model_type"] != "t5") {  // whose decoder is no part of a classifier
      EXPECT_EQ(learner->learned().size(), stored.size());
    }
    EXPECT_TRUE(learner->targets().empty());
  }
}

TEST(Learner, UpdatesBeginSmallAndAreThoseOfTheSeed) {
  const Subject subject = subjects()[0];
  const Checkpoint checkpoint(subject.config, subject.names);
  const auto drawn = [&](std::uint64_t seed) {
    return open_learner(checkpoint.files(), subject.task, {.rank = 4, .seed = seed}, float32_options())->learned();
  };
  const auto one = drawn(1), same = drawn(1), other = drawn(2);
  ASSERT_EQ(one.size(), 2U * 4 * 2);
  EXPECT_EQ(one[0].info.name, "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight");
  EXPECT_EQ(one[1].info.name, "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight");
  EXPECT_TRUE(one[0].bytes == same[0].bytes);
  EXPECT_FALSE(one[0].bytes == other[0].bytes);
  EXPECT_TRUE(std::ranges::all_of(one[1].bytes, [](std::byte byte) { return byte == std::byte{}; }));
  double largest = 0;
  for (std::size_t at = 0; at < one[0].bytes.size(); at += sizeof(float)) {
    float value = 0;
    std::memcpy(&value, &one[0].bytes[at], sizeof value);
    largest = std::max(largest, static_cast<double>(std::abs(value)));
  }
  EXPECT_LE(largest, 0.25);  // sqrt(1 / 16)
  EXPECT_GT(largest, 0.2);
}

TEST(Learner, BeginsWithAnAdapterOfPeft) {
  const Subject subject = subjects()[0];
  const Checkpoint checkpoint(subject.config, subject.names);
  const auto learner = open_learner(checkpoint.files(), subject.task, {.rank = 2, .alpha = 3}, float32_options());
  Course course;
  go(*learner, subject.task, 2, course);
  const TemporaryDir folder;
  const auto file = folder.path() / "adapter_model.safetensors";
  format::write_safetensors(file, course.learned);
  std::ofstream(folder.path() / "adapter_config.json") << json{{"peft_type", "LORA"}, {"r", 2}, {"lora_alpha", 3}};
  const auto begin = [&](const LearnerSettings& settings) {
    return open_learner(checkpoint.files(), subject.task, settings, float32_options());
  };
  const Lessons lessons(subject.task);
  for (const auto& path : {folder.path(), file})
    EXPECT_EQ(begin({.rank = 2, .alpha = 3, .init_adapter = path})->losses(lessons), learner->losses(lessons));

  // As the model that an answerer makes of the two.
  std::vector<std::span<const TokenId>> prompts;
  for (std::size_t i = 0; i < lessons.size(); ++i) prompts.push_back(lessons[i].ids);
  const TokenId answers[] = {1, 5};
  const auto merged = open_answerer({checkpoint.path(), folder.path()}, float32_options())->logits(prompts, answers);
  const auto logits = learner->logits(lessons, answers);
  for (std::size_t i = 0; i < merged.size(); ++i)
    for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR(merged[i][k], logits[i][k], 1e-5);

  const auto complaint = [&](const LearnerSettings& settings) { return complaint_of([&] { begin(settings); }); };
  EXPECT_NE(complaint({.rank = 4, .alpha = 3, .init_adapter = file}).find("adapter_model.safetensors"),
            std::string::npos);
  EXPECT_NE(complaint({.rank = 4, .alpha = 3, .init_adapter = folder.path()}).find("adapter_config.json: rank 2"),
            std::string::npos);
  EXPECT_NE(complaint({.rank = 2, .alpha = 4, .init_adapter = folder.path()}).find("scale 1.5"), std::string::npos);
  EXPECT_NE(complaint({.rank = 2, .alpha = 3, .targets = {"q_proj", "up_proj"}, .init_adapter = file})
                .find("no update of model.layers.0.mlp.up_proj"),
            std::string::npos);
  EXPECT_NE(complaint({.rank = 2, .alpha = 3, .targets = {"q_proj"}, .init_adapter = file}).find("self_attn.k_proj"),
            std::string::npos);
}

TEST(Learner, AnAdapterOfTheFilesStaysAsItIs) {
  const Subject subject = subjects()[0];
  const Checkpoint checkpoint(subject.config, subject.names);
  const auto first = open_learner(checkpoint.files(), subject.task, {.rank = 2}, float32_options());
  Course course;
  go(*first, subject.task, 2, course);
  const TemporaryDir folder;
  format::write_safetensors(folder.path() / "adapter_model.safetensors", course.learned);
  std::ofstream(folder.path() / "adapter_config.json") << json{{"peft_type", "LORA"}, {"r", 2}, {"lora_alpha", 16}};
  const Lessons lessons(subject.task);
  for (const Method method : {Method::kLora, Method::kFull}) {
    const auto second =
        open_learner({checkpoint.path(), folder.path()}, subject.task, {.method = method}, float32_options());
    const auto expected = first->losses(lessons), losses = second->losses(lessons);
    for (std::size_t i = 0; i < losses.size(); ++i) EXPECT_NEAR(losses[i], expected[i], 1e-5);
  }
}

TEST(Learner, WhatItCannotLearnIsRefused) {
  const auto all = subjects();
  const Subject &llama = all[0], &bert = all[3];
  const Checkpoint decoder(llama.config, llama.names), classifier(bert.config, bert.names);
  const auto complaint = [](const Checkpoint& checkpoint, Task task, const LearnerSettings& settings) {
    return complaint_of([&] { open_learner(checkpoint.files(), task, settings, float32_options()); });
  };
  const auto expect = [](const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  expect(complaint(decoder, Task::kClassify, {}), "a cross-encoder is bert or t5, not llama");
  expect(complaint(classifier, Task::kAnswer, {}), "llama or mistral, not bert");
  expect(complaint(decoder, Task::kAnswer, {.targets = {"query"}}),
         "no linear layer of this model is called query; there are q_proj, k_proj, v_proj, o_proj, gate_proj");
  for (const char* const target : {"mlp.q_proj", "x.y.q_proj"})
    expect(complaint(decoder, Task::kAnswer, {.targets = {"k_proj", target}}),
           "no linear layer of this model is called " + std::string(target));
  expect(complaint(decoder, Task::kAnswer, {.rank = 0}), "the rank is 0");
  expect(complaint(decoder, Task::kAnswer, {.epsilon = 0}), "epsilon");
  expect(complaint(decoder, Task::kAnswer, {.beta2 = 1}), "betas");
  expect(complaint(decoder, Task::kAnswer, {.weight_decay = -1}), "weight decay");
  expect(complaint(decoder, Task::kAnswer, {.clip = std::nan("")}), "clip");
  expect(complaint(decoder, Task::kAnswer, {.alpha = std::nan("")}), "alpha");
  expect(complaint(decoder, Task::kAnswer, {.rank = 2000000000}), "do not fit into this machine's memory");
  expect(complaint(decoder, Task::kAnswer, {.init_adapter = "nowhere.safetensors"}), "nowhere.safetensors");
}

TEST(Learner, AModelThatFitsOnceButNotWithItsMomentsIsRefusedUnread) {
  const TemporaryDir folder;
  std::ofstream(folder.path() / "config.json") << kLlama;
  const std::uint64_t numbers = base::usable_memory() / 16;  // a quarter of the memory, in a file that takes no room
  const std::string header =
      json{{"embed_tokens.weight", {{"dtype", "F32"}, {"shape", {numbers}}, {"data_offsets", {0, numbers * 4}}}}}
          .dump();
  const std::uint64_t length = header.size();
  const auto file = folder.path() / "model.safetensors";
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(&length), sizeof length) << header;
  std::filesystem::resize_file(file, sizeof length + length + numbers * 4);
  const auto complaint = [&](Method method) {
    return complaint_of([&] {
      open_learner({folder.path(), {}}, Task::kAnswer, {.method = method}, float32_options());
    });
  };
  EXPECT_NE(complaint(Method::kFull).find("the weights, their gradient and its moments take"), std::string::npos);
  EXPECT_EQ(complaint(Method::kLora).find("of memory"), std::string::npos);  // it fits, and is no Llama
}

TEST(Learner, LessonsThatMakeNoSenseAreRefused) {
  const auto all = subjects();
  const Subject &llama = all[0], &bert = all[3];
  const Checkpoint decoder(llama.config, llama.names), classifier(bert.config, bert.names);
  const auto answers = open_learner(decoder.files(), Task::kAnswer, {}, float32_options());
  const auto labels = open_learner(classifier.files(), Task::kClassify, {}, float32_options());
  const auto complaint = [](infer::Learner& learner, const Lesson& lesson) {
    return complaint_of([&] { learner.learn(std::span(&lesson, 1), 1); });
  };
  const std::vector<TokenId> ids = {1, 2, 3}, strange = {1, kVocabulary}, types = {0, 1, 2};
  EXPECT_NE(complaint(*answers, {.ids = ids, .answer = 3}).find("so has the prompt"), std::string::npos);
  EXPECT_NE(complaint(*answers, {.ids = ids}).find("at least one"), std::string::npos);
  EXPECT_NE(complaint(*answers, {.ids = strange, .answer = 1}).find("outside the model's vocabulary"),
            std::string::npos);
  EXPECT_NE(complaint(*labels, {.ids = ids, .label = 2}).find("label 2"), std::string::npos);
  EXPECT_NE(complaint(*labels, {.ids = ids, .type_ids = types}).find("segment 2"), std::string::npos);
  EXPECT_TRUE(answers->learn({}, 1).empty());
}

TEST(Learner, AStateOfAnotherModelIsRefusedAndChangesNothing) {
  const Subject subject = subjects()[0];
  const Checkpoint checkpoint(subject.config, subject.names);
  const auto learner = open_learner(checkpoint.files(), subject.task, {.rank = 2}, float32_options());
  const auto before = learner->state();
  const auto complaint = [&](const std::vector<format::OwnedTensor>& state) {
    return complaint_of([&] { learner->restore(state, "run/state"); });
  };
  const auto other = open_learner(checkpoint.files(), subject.task, {.rank = 3}, float32_options())->state();
  EXPECT_NE(complaint(other).find("run/state: base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight is F32 "
                                  "[3, 16], but this model's is F32 [2, 16]"),
            std::string::npos);
  auto short_of_one = before;
  short_of_one.pop_back();
  EXPECT_NE(complaint(short_of_one).find("no tensor steps"), std::string::npos);
  auto one_more = before;
  one_more.push_back(one_more[0]);
  one_more.back().info.name = "more";
  EXPECT_NE(complaint(one_more).find("more is nothing"), std::string::npos);
  const auto after = learner->state();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(before[i].bytes == after[i].bytes);
}

}  // namespace
}  // namespace heed::engine
