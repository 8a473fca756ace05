#include "base/error.h"
#include "engine/models.h"

namespace heed::engine {

std::unique_ptr<infer::Learner> open_learner(const infer::ModelFiles&, infer::Engine::Task,
                                             const infer::LearnerSettings&, const infer::EngineOptions&) {
  throw base::Bug("not yet");
}

}  // namespace heed::engine
