#pragma once

#include <memory>

#include "infer/engine.h"

/// What the engine opens: an interface of `infer` each, for every architecture that can do it.
namespace heed::engine {

std::unique_ptr<infer::Embedder> open_embedder(const infer::ModelFiles& files, const infer::EmbedderSettings& settings,
                                               const infer::EngineOptions& options);
std::unique_ptr<infer::Classifier> open_classifier(const infer::ModelFiles& files, const infer::EngineOptions& options);
std::unique_ptr<infer::Answerer> open_answerer(const infer::ModelFiles& files, const infer::EngineOptions& options);

}  // namespace heed::engine
