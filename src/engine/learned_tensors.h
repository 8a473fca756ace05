#pragma once

#include <span>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "format/safetensors_writer.h"

namespace heed::engine {

/// AdamW (Loshchilov and Hutter 2019, algorithm 2), as PyTorch's torch.optim.AdamW orders its roundings.
struct AdamW {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;
};

/// What is learned, with its gradient and moments. Values are leaves of autograd's graphs, changed in place.
class LearnedTensors {
 public:
  struct Learned {
    std::string name;
    at::Tensor value, gradient, first, second;  ///< of one shape and wide type; moments of the gradient
  };

  /// The tensor itself is learned from now on. REQUIRES: a name that is new.
  void add(const std::string& name, const at::Tensor& value);
  const std::vector<Learned>& all() const { return all_; }
  std::vector<at::Tensor> values() const;
  std::int64_t numbers() const;

  /// Adds a gradient for each, in order; undefined ones are zero.
  void accumulate(std::span<const at::Tensor> gradients);
  void clear_gradient();
  /// A step with the gradient scaled to the norm `clip` where its own is above (0: never), then the gradient is zero.
  /// Returns the gradient's norm; where that is not finite nothing but the gradient changes.
  double step(const AdamW& optimizer, double rate, double clip, int threads);
  std::int64_t steps() const { return steps_; }

  /// The values, by name.
  std::vector<format::OwnedTensor> tensors() const;
  /// The values, "first_moment." and "second_moment." of each, and "steps". restore() also makes the gradient zero; it
  /// throws BadInput, beginning with `what`, and leaves all as it was, where a tensor is missing, surplus or of another
  /// shape or type.
  std::vector<format::OwnedTensor> state() const;
  void restore(std::span<const format::OwnedTensor> state, const std::string& what);

 private:
  double norm() const;

  std::vector<Learned> all_;
  std::int64_t steps_ = 0;
};

}  // namespace heed::engine
