#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/learned_tensors.h"
#include "engine/learning_model.h"
#include "infer/engine.h"
#include "infer/learner.h"

namespace heed::engine {

/// The learner, with what its tests look into.
class ModelLearner : public infer::Learner {
 public:
  using Lessons = std::span<const infer::Lesson>;

  /// With `type`, what the weights have instead of the precision of the options; float64: all that is computed and
  /// learned, to hold gradients against differences.
  static std::unique_ptr<ModelLearner> open(const infer::ModelFiles& files, infer::Engine::Task task,
                                            const infer::LearnerSettings& settings, infer::EngineOptions options,
                                            std::optional<at::ScalarType> type);

  const infer::ModelFacts& facts() const override { return facts_; }
  std::int64_t learned_parameters() const override { return learned_.numbers(); }
  std::vector<double> learn(Lessons lessons, double scale) override;
  double step(double rate) override;
  std::vector<double> losses(Lessons lessons) override;
  std::vector<std::vector<float>> logits(Lessons prompts, std::span<const infer::TokenId> answers) override;
  std::vector<format::OwnedTensor> learned() const override { return learned_.tensors(); }
  std::vector<format::OwnedTensor> state() const override { return learned_.state(); }
  void restore(std::span<const format::OwnedTensor> state, const std::string& what) override {
    learned_.restore(state, what);
  }
  std::vector<std::string> targets() const override { return targets_; }

  const LearnedTensors& tensors() const { return learned_; }

 private:
  ModelLearner(const infer::LearnerSettings& settings, const infer::EngineOptions& options, infer::Engine::Task task)
      : settings_(settings), options_(options), task_(task) {}

  bool is_decoder() const { return task_ == infer::Engine::Task::kAnswer; }
  void check_lessons(Lessons lessons) const;
  void check_answer(const infer::Lesson& lesson) const;
  LearningBatch batch_of(Lessons lessons, const infer::Batch& members) const;
  std::vector<infer::Batch> batches_of(Lessons lessons) const;

  infer::LearnerSettings settings_;
  infer::EngineOptions options_;
  infer::Engine::Task task_;
  infer::ModelFacts facts_;
  LearnedTensors learned_;
  std::unique_ptr<LearningModel> model_;
  std::vector<std::string> targets_;
  std::int64_t labels_ = 0;  // of classifiers
};

}  // namespace heed::engine
