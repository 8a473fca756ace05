#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "infer/engine.h"
#include "infer/learner.h"

namespace heed::train {

/// What of memory depends on.
struct MemoryQuestion {
  std::filesystem::path folder;
  const infer::LearnerSettings& settings;
  const infer::EngineOptions& options;
  std::size_t longest = 0;  ///< tokens of the longest example
};

/// About how much memory teaching takes, in bytes: weights, what is learned (with its gradient and two moments), and
/// what is kept between forward and backward of the examples that go through a layer together, on each thread.
struct MemoryEstimate {
  std::int64_t parameters = 0, learned_parameters = 0;
  std::int64_t weights = 0, learned = 0, activations = 0;
};

/// From the shapes of the checkpoint's tensors, which are not read. Throws BadInput as the readers of the folder.
MemoryEstimate estimate_memory(const MemoryQuestion& question);

}  // namespace heed::train
