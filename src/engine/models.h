#pragma once

#include <memory>

#include "infer/engine.h"
#include "infer/learner.h"

/// What the engine opens: an interface of `infer` each, for every architecture that can do it.
namespace heed::engine {

std::unique_ptr<infer::Embedder> open_embedder(const infer::ModelFiles& files, const infer::EmbedderSettings& settings,
                                               const infer::EngineOptions& options);
std::unique_ptr<infer::Classifier> open_classifier(const infer::ModelFiles& files, const infer::EngineOptions& options);
std::unique_ptr<infer::Answerer> open_answerer(const infer::ModelFiles& files, const infer::EngineOptions& options);
std::unique_ptr<infer::Learner> open_learner(const infer::ModelFiles& files, infer::Engine::Task task,
                                             const infer::LearnerSettings& settings,
                                             const infer::EngineOptions& options);
void merge(const infer::ModelFiles& files, std::optional<format::TensorType> type,
           const infer::Engine::MergeSink& sink);

}  // namespace heed::engine
