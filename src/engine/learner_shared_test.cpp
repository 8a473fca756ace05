// The trace of a fine-tuning that transformers, PEFT and PyTorch made in float32, from token ids on.

#include <cmath>
#include <cstring>
#include <numbers>

#include <gtest/gtest.h>

#include "engine/models.h"
#include "format/json.h"
#include "infer/learner.h"
#include "testing/testing.h"

namespace heed::engine {
namespace {

namespace fs = std::filesystem;
using format::Json;
using format::OwnedTensor;
using infer::Lesson;
using infer::TokenId;

fs::path folder() {
  return testing::model_fixture("train-lora");
}

/// The largest difference between tensors of the same names.
double farthest(const std::vector<OwnedTensor>& a, const std::vector<OwnedTensor>& b) {
  EXPECT_EQ(a.size(), b.size());
  double worst = 0;
  std::size_t compared = 0;
  for (const OwnedTensor& one : a)
    for (const OwnedTensor& other : b) {
      if (one.info.name != other.info.name) continue;
      EXPECT_EQ(one.info.shape, other.info.shape);
      ++compared;
      for (std::size_t at = 0; at < one.bytes.size(); at += sizeof(float)) {
        float x = 0, y = 0;
        std::memcpy(&x, &one.bytes[at], sizeof x);
        std::memcpy(&y, &other.bytes.at(at), sizeof y);
        EXPECT_TRUE(std::isfinite(x) && std::isfinite(y)) << one.info.name;
        worst = std::max(worst, static_cast<double>(std::abs(x - y)));
      }
    }
  EXPECT_EQ(compared, a.size());
  return worst;
}

struct Trace {
  Json golden = format::read_json(folder() / "golden.json");
  std::vector<std::vector<TokenId>> texts{};
  std::vector<Lesson> lessons{};

  Trace() {
    for (const Json& example : golden["examples"]) {
      const auto answer = example["answer_ids"].get<std::vector<TokenId>>();
      texts.push_back(example["prompt_ids"].get<std::vector<TokenId>>());
      texts.back().insert(texts.back().end(), answer.begin(), answer.end());
      lessons.push_back({.answer = answer.size()});
    }
    for (std::size_t i = 0; i < texts.size(); ++i) lessons[i].ids = texts[i];
  }
};

void follow(infer::Activations activations, std::size_t batch_tokens) {
  const Trace trace;
  const int steps = trace.golden["steps"].get<int>();
  infer::EngineOptions options;
  options.precision = infer::Precision::kFloat32;
  options.threads = 2;
  options.batch_tokens = batch_tokens;
  infer::LearnerSettings settings{.init_adapter = folder() / "adapter_init.safetensors", .activations = activations};
  const auto learner = open_learner({folder(), {}}, infer::Engine::Task::kAnswer, settings, options);
  EXPECT_EQ(farthest(learner->learned(), format::read_safetensors(*settings.init_adapter)), 0);
  for (int s = 0; s < steps; ++s) {
    const auto batch = std::span(trace.lessons).subspan(s % 2 * 2, 2);
    const double scale = 1.0 / static_cast<double>(batch[0].terms() + batch[1].terms());
    const auto losses = learner->learn(batch, scale);
    EXPECT_NEAR((losses[0] + losses[1]) * scale, trace.golden["trace"][s]["loss"].get<double>(), 1e-4) << "step " << s;
    const double norm = learner->step(3e-3 * 0.5 * (1 + std::cos(std::numbers::pi * s / steps)));
    const double expected = trace.golden["trace"][s]["grad_norm"].get<double>();
    EXPECT_NEAR(norm, expected, 1e-3 * expected) << "step " << s;
  }
  EXPECT_LE(farthest(learner->learned(), format::read_safetensors(folder() / "adapter_final.safetensors")), 1e-4);
}

TEST(Goldens, AFineTuningStepByStep) {
  HEED_NEEDS_SHARED();
  follow(infer::Activations::kRecomputed, 1024);
  follow(infer::Activations::kKept, 1024);
  follow(infer::Activations::kRecomputed, 64);
}

}  // namespace
}  // namespace heed::engine
