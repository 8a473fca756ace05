#include "engine/layers.h"

#include <cmath>

#include <gtest/gtest.h>

namespace heed::engine {
namespace {

using infer::Activation;

double farthest(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

TEST(RmsNorm, DividesByTheRootOfTheMeanSquare) {
  const RmsNorm norm = {at::tensor({1.0F, 2.0F}), 0};
  // 3 and 4: their mean square is 12.5.
  const double root = std::sqrt(12.5);
  EXPECT_LT(farthest(norm(at::tensor({3.0F, 4.0F})), at::tensor({3 / root, 8 / root}, at::kDouble)), 1e-6);
}

TEST(RmsNorm, TheEpsilonIsAddedToTheMeanSquare) {
  const RmsNorm norm = {at::tensor({1.0F, 1.0F}), 0.75};
  EXPECT_LT(farthest(norm(at::tensor({0.5F, 0.5F})), at::tensor({0.5F, 0.5F})), 1e-6);  // sqrt(0.25 + 0.75) is 1
}

TEST(LayerNorm, TakesTheMeanAwayAndDividesByTheDeviation) {
  const LayerNorm norm = {at::tensor({1.0F, 2.0F}), at::tensor({0.0F, 10.0F}), 0};
  EXPECT_LT(farthest(norm(at::tensor({3.0F, 7.0F})), at::tensor({-1.0F, 12.0F})), 1e-6);
}

double gelu(double x) {
  return 0.5 * x * (1 + std::erf(x / std::sqrt(2)));
}
double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}
double relu(double x) {
  return std::max(0.0, x);
}
double silu(double x) {
  return x / (1 + std::exp(-x));
}

struct ActivationCase {
  Activation activation;
  double (*formula)(double);
};
constexpr ActivationCase kActivations[] = {{Activation::kGelu, gelu},
                                           {Activation::kGeluTanh, gelu_tanh},
                                           {Activation::kRelu, relu},
                                           {Activation::kSilu, silu}};

/// The formula, element by element.
at::Tensor expected(double (*formula)(double), const at::Tensor& x) {
  at::Tensor y = x.to(at::kDouble).clone();
  double* const values = y.data_ptr<double>();
  for (std::int64_t i = 0; i < y.numel(); ++i) values[i] = formula(values[i]);
  return y;
}

TEST(Activate, FollowsItsFormula) {
  for (const auto& [activation, formula] : kActivations) {
    const at::Tensor x = at::linspace(-9, 9, 1801).view({1, 1801});
    EXPECT_LT(farthest(activate(activation, x.clone()), expected(formula, x)), 2e-6);
  }
}

TEST(Activate, LargeMatricesOfBfloat16TooAreRoundedOnce) {
  for (const auto& [activation, formula] : kActivations) {
    const at::Tensor x = at::linspace(-4, 4, 300 * 501).view({300, 501}).to(at::kBFloat16);
    const at::Tensor wanted = expected(formula, x);
    // Half a unit in the last of 8 bits, for values below 4; and float32's own.
    EXPECT_LT(farthest(activate(activation, x.clone()), wanted), 4.0 / 512 + 1e-6);
  }
}

TEST(Linear, ALowRankUpdateBesideTheWeightIsTheSumOfBoth) {
  Linear beside;
  beside.weight = at::randn({5, 7});
  beside.bias = at::randn({5});
  beside.down = at::randn({2, 7});
  beside.up = at::randn({5, 2});
  Linear whole;
  whole.weight = beside.whole_weight();
  whole.bias = beside.bias;
  EXPECT_LT(farthest(whole.weight, beside.weight + at::mm(beside.up, beside.down)), 1e-5);
  const at::Tensor x = at::randn({3, 7});
  EXPECT_LT(farthest(beside(x), whole(x)), 1e-5);
  EXPECT_LT(farthest(whole(x), at::mm(x, whole.weight.t()) + whole.bias), 1e-5);
}

}  // namespace
}  // namespace heed::engine
