#include "base/error.h"
#include "engine/models.h"

namespace heed::engine {

void merge(const infer::ModelFiles&, std::optional<format::TensorType>, const infer::Engine::MergeSink&) {
  throw base::Bug("not yet");
}

}  // namespace heed::engine
