#pragma once

#include <optional>
#include <vector>

#include <ATen/ATen.h>

#include "infer/model_config.h"

/// Operations through which libtorch's autograd sees, where its own would be slow or keep much: each with its gradient
/// by hand. Work in float32, float64 and bfloat16, whose sums are in float32 ("the wide type").
namespace heed::engine {

/// float64 of float64, else float32.
at::ScalarType wide_type(at::ScalarType type);

/// x / sqrt(mean(x^2) + epsilon) * weight over the last dimension; x and weight wide, the result in `type`.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon, at::ScalarType type);

/// Turns x [T, H, D] by angles with those cosines and sines, [T, 1, D/2], wide (Rotation).
at::Tensor turn(const at::Tensor& x, const at::Tensor& cosines, const at::Tensor& sines);

/// Element by element, in x's type.
at::Tensor activated(infer::Activation activation, const at::Tensor& x);

/// Attention of packed sequences, each to itself.
struct PackedSight {
  std::vector<std::int64_t> queries, keys;  ///< where each sequence begins in q and in k, and where the last ends
  bool causal = false;  ///< a sequence's queries are its last tokens; else its first ones (bias rows from 0 on)
  std::optional<std::int64_t> window{};
  double scale = 1;
};
/// q [Q, H, D]; k and v [T, G, D]; bias [H, L, L] for L of the longest sequence or more, or undefined. [Q, H, D].
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& bias,
                     const PackedSight& sight);

/// x [R, C] W^T for a frozen W [V, C] of few rows R and many V: in x's type, which is wide, whatever that of W, of
/// which no more than a block is converted at a time.
at::Tensor head_logits(const at::Tensor& x, const at::Tensor& weight);

/// What the sum of `output` times `of_output` changes by for each of the inputs; undefined for those that it does not
/// depend on. Frees what was kept for it.
std::vector<at::Tensor> gradients(const at::Tensor& output, const at::Tensor& of_output,
                                  const std::vector<at::Tensor>& inputs);

}  // namespace heed::engine
