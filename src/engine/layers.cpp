#include "engine/layers.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace heed::engine {

using infer::Activation;

at::Tensor Linear::operator()(const at::Tensor& x) const {
  at::Tensor y = bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
  if (down.defined()) y.add_(at::linear(at::linear(x, down), up));
  return y;
}

at::Tensor Linear::whole_weight() const {
  if (!down.defined()) return weight;
  return at::addmm(weight.to(at::kFloat), up.to(at::kFloat), down.to(at::kFloat)).to(weight.scalar_type());
}

at::Tensor RmsNorm::operator()(const at::Tensor& x) const {
  const double width = static_cast<double>(x.size(-1));
  const at::Tensor length = at::linalg_vector_norm(x, 2, {-1}, true);
  const at::Tensor scale = length.square_().div_(width).add_(epsilon).rsqrt_();
  return (x * scale).mul_(weight);
}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, {x.size(-1)}, weight, bias, epsilon);
}

namespace {

/// In float32 or float64, in place where it can be.
at::Tensor activate_wide(Activation activation, at::Tensor x) {
  switch (activation) {
    case Activation::kGelu:
      return at::gelu(x);
    case Activation::kGeluTanh: {  // 0.5 x (1 + tanh(u)) = x sigmoid(2 u), and sigmoid is the quicker
      const at::Tensor u = (x * x).mul_(0.044715).add_(1).mul_(x).mul_(2 * std::sqrt(2 / std::numbers::pi));
      return u.sigmoid_().mul_(x);
    }
    case Activation::kRelu:
      return at::relu_(x);
    case Activation::kSilu:
      return at::silu_(x);
  }
  throw base::Bug("an activation without a formula");
}

}  // namespace

at::Tensor activate(Activation activation, at::Tensor x) {
  if (activation == Activation::kRelu) return at::relu_(x);
  if (activation == Activation::kGelu) return at::gelu(x);
  if (x.scalar_type() != at::kBFloat16) return activate_wide(activation, x);
  // libtorch's bfloat16 kernels of these are several times slower than its float32 ones: go through float32, in pieces
  // that stay in the cache.
  constexpr std::int64_t kPiece = 1 << 16;
  at::Tensor all = x.view({-1});
  for (std::int64_t begin = 0; begin < all.numel(); begin += kPiece) {
    at::Tensor piece = all.narrow(0, begin, std::min(kPiece, all.numel() - begin));
    piece.copy_(activate_wide(activation, piece.to(at::kFloat)));
  }
  return x;
}

}  // namespace heed::engine
