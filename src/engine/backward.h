#pragma once

#include "engine/learning_model.h"

namespace heed::engine {

/// logits [R, ..] -> the cross-entropy of each row's target, [R].
at::Tensor row_losses(const at::Tensor& logits, const LearningBatch& batch);

/// The logits of a batch, without learning.
at::Tensor forward(const LearningModel& model, const LearningBatch& batch);

struct Backward {
  at::Tensor losses;                  ///< [R]
  std::vector<at::Tensor> gradients;  ///< of each learned tensor, wide; undefined: zero
};

/// The gradients of `scale` times the sum of the losses.
Backward backward(const LearningModel& model, const LearningBatch& batch, double scale,
                  const std::vector<at::Tensor>& learned, infer::Activations activations);

}  // namespace heed::engine
