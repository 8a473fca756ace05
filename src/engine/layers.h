#pragma once

#include <string>

#include <ATen/ATen.h>

#include "infer/model_config.h"

/// The parts that the architectures share. In this layer T is tokens, C the model's width, H heads, D a head's width.
/// What is added up over the layers is float32; matrices and what goes into them have the precision of the weights.
namespace heed::engine {

/// y = x W^T + b, and the low-rank update where it is computed beside the weights.
struct Linear {
  at::Tensor weight;    ///< [out, in]
  at::Tensor bias;      ///< [out], or undefined
  at::Tensor down, up;  ///< [rank, in] and [out, rank], the scale in `up`; or undefined
  std::string name{};   ///< in the checkpoint, with all that stands before: "model.layers.0.self_attn.q_proj"

  /// x [.., in] in the weights' type -> [.., out] in the same.
  at::Tensor operator()(const at::Tensor& x) const;
  /// The weight with the update in it, in the weights' type.
  at::Tensor whole_weight() const;
};

/// x / sqrt(mean(x^2) + epsilon) * weight over the last dimension, in float32 (Zhang and Sennrich 2019; T5, Llama).
struct RmsNorm {
  at::Tensor weight;  ///< [C], float32
  double epsilon = 1e-6;
  at::Tensor operator()(const at::Tensor& x) const;
};

/// Mean 0, variance 1 over the last dimension, then weight and bias, in float32 (Ba et al. 2016; BERT).
struct LayerNorm {
  at::Tensor weight, bias;  ///< [C], float32
  double epsilon = 1e-12;
  at::Tensor operator()(const at::Tensor& x) const;
};

/// Element by element, in x's type; may reuse x.
at::Tensor activate(infer::Activation activation, at::Tensor x);

}  // namespace heed::engine
