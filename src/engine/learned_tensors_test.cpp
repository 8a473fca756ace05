#include "engine/learned_tensors.h"

#include <cmath>

#include <gtest/gtest.h>
#include <torch/optim/adamw.h>

namespace heed::engine {
namespace {

TEST(LearnedTensors, StepsAsPyTorchsAdamWDoes) {
  for (const double decay : {0.0, 0.1}) {
    const at::Tensor first = at::randn({5, 7}), second = at::randn({3});
    std::vector<at::Tensor> theirs = {first.clone().set_requires_grad(true), second.clone().set_requires_grad(true)};
    torch::optim::AdamW oracle(theirs,
                               torch::optim::AdamWOptions(1e-2).betas({0.9, 0.99}).eps(1e-8).weight_decay(decay));
    LearnedTensors ours;
    ours.add("first", first);
    ours.add("second", second);
    for (int i = 0; i < 20; ++i) {
      const double rate = 1e-2 / (1 + i);
      const std::vector<at::Tensor> gradients = {at::randn({5, 7}) * (i % 2 == 0 ? 10 : 0.01), at::randn({3}) * 0.01};
      ours.accumulate(gradients);
      const double norm = at::cat({gradients[0].view({-1}), gradients[1]}).to(at::kDouble).norm().item<double>();
      for (std::size_t k = 0; k < theirs.size(); ++k)
        theirs[k].mutable_grad() = norm > 1 ? gradients[k] / (norm + 1e-6) : gradients[k].clone();
      static_cast<torch::optim::AdamWOptions&>(oracle.param_groups()[0].options()).lr(rate);
      oracle.step();
      EXPECT_NEAR(ours.step({0.9, 0.99, 1e-8, decay}, rate, 1, 2), norm, 1e-5 * norm);
      for (std::size_t k = 0; k < theirs.size(); ++k)
        EXPECT_LE((ours.all()[k].value - theirs[k]).abs().max().item<double>(), 1e-6);
    }
  }
}

TEST(LearnedTensors, OneStepByHand) {
  // Gradient 3 and 4, norm 5, clipped to 1: 0.6 and 0.8. The first step's moments are the gradient and its square, so
  // that each value moves by the rate.
  LearnedTensors tensors;
  tensors.add("x", at::tensor({1.0, 2.0}, at::kDouble));
  const std::vector<at::Tensor> gradient = {at::tensor({3.0, 4.0}, at::kDouble)};
  tensors.accumulate(gradient);
  EXPECT_DOUBLE_EQ(tensors.step({}, 0.125, 1, 1), 5);
  const auto& x = tensors.all()[0];
  EXPECT_NEAR(x.value[0].item<double>(), 0.875, 1e-7);
  EXPECT_NEAR(x.value[1].item<double>(), 1.875, 1e-7);
  EXPECT_NEAR(x.first[0].item<double>(), 0.06, 1e-7);
  EXPECT_NEAR(x.second[1].item<double>(), 0.00064, 1e-8);
  EXPECT_EQ(x.gradient.abs().max().item<double>(), 0);
}

TEST(LearnedTensors, GradientsAreAddedUp) {
  LearnedTensors tensors;
  tensors.add("x", at::zeros({1}));
  tensors.add("y", at::zeros({1}));
  const std::vector<at::Tensor> one = {at::ones({1}), {}}, other = {at::ones({1}), at::ones({1})};
  tensors.accumulate(one);
  tensors.accumulate(other);
  EXPECT_NEAR(tensors.step({}, 0, 0, 1), std::sqrt(5), 1e-6);
  EXPECT_EQ(tensors.steps(), 1);
}

TEST(LearnedTensors, TheNormOfALargeGradientIsThatOfDoubles) {
  LearnedTensors learned;
  learned.add("w", at::zeros({1 << 22}));
  at::manual_seed(1);
  const at::Tensor gradient = at::rand({1 << 22});
  learned.accumulate(std::vector{gradient});
  const double expected = gradient.to(at::kDouble).norm().item<double>();
  EXPECT_NEAR(learned.step({}, 1e-3, 1, 2), expected, 1e-6 * expected);
}

}  // namespace
}  // namespace heed::engine
