#include <string_view>

#include "engine/models.h"
#include "infer/learner.h"
#include "infer/load_engine.h"

namespace heed::engine {

namespace {

class LibtorchEngine : public infer::Engine {
 public:
  std::unique_ptr<infer::Embedder> open_embedder(const infer::ModelFiles& files,
                                                 const infer::EmbedderSettings& settings,
                                                 const infer::EngineOptions& options) const override {
    return engine::open_embedder(files, settings, options);
  }
  std::unique_ptr<infer::Classifier> open_classifier(const infer::ModelFiles& files,
                                                     const infer::EngineOptions& options) const override {
    return engine::open_classifier(files, options);
  }
  std::unique_ptr<infer::Answerer> open_answerer(const infer::ModelFiles& files,
                                                 const infer::EngineOptions& options) const override {
    return engine::open_answerer(files, options);
  }
  std::unique_ptr<infer::Learner> open_learner(const infer::ModelFiles& files, Task task,
                                               const infer::LearnerSettings& settings,
                                               const infer::EngineOptions& options) const override {
    return engine::open_learner(files, task, settings, options);
  }
  void merge(const infer::ModelFiles& files, std::optional<format::TensorType> type,
             const MergeSink& sink) const override {
    engine::merge(files, type, sink);
  }
};

}  // namespace

}  // namespace heed::engine

extern "C" __attribute__((visibility("default"))) const heed::infer::Engine* heed_engine(const char* version) {
  static const heed::engine::LibtorchEngine engine;
  return std::string_view(version) == HEED_VERSION ? &engine : nullptr;
}
