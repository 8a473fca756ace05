#include "engine/attention.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "engine/differentiable.h"

namespace heed::engine {
namespace {

double farthest(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kFloat) - b.to(at::kFloat)).abs().max().item<double>();
}

struct Shape {
  std::int64_t queries, keys, heads, groups, width;
};

AttentionInput random_input(const Shape& shape, Sight sight) {
  AttentionInput input;
  input.q = at::randn({shape.queries, shape.heads, shape.width});
  input.keys = at::randn({shape.groups, shape.keys, shape.width});
  input.values = at::randn({shape.groups, shape.keys, shape.width});
  input.scale = 0.3;
  input.sight = sight;
  return input;
}

TEST(Attention, EqualKeysGiveTheMeanOfTheValues) {
  AttentionInput input;
  input.q = at::ones({1, 1, 2});
  input.keys = at::ones({1, 2, 2});
  input.values = at::tensor({1.0F, 2.0F, 3.0F, 6.0F}).view({1, 2, 2});
  for (const at::Tensor& out : {attend(input), attend_plainly(input)})
    EXPECT_LT(farthest(out, at::tensor({2.0F, 4.0F}).view({1, 1, 2})), 1e-6);
}

TEST(Attention, ABiasOfLogThreeWeighsAValueThreefold) {
  AttentionInput input;
  input.q = at::zeros({1, 1, 2});
  input.keys = at::zeros({1, 2, 2});
  input.values = at::tensor({0.0F, 0.0F, 4.0F, 8.0F}).view({1, 2, 2});
  input.bias = at::tensor({0.0F, std::log(3.0F)}).view({1, 1, 2});
  for (const at::Tensor& out : {attend(input), attend_plainly(input)})
    EXPECT_LT(farthest(out, at::tensor({3.0F, 6.0F}).view({1, 1, 2})), 1e-6);
}

TEST(Attention, WithAWindowOfOneEachTokenSeesItself) {
  const AttentionInput input = random_input({5, 5, 2, 2, 4}, {.causal = true, .window = 1});
  const at::Tensor own = input.values.transpose(0, 1);
  EXPECT_LT(farthest(attend(input), own), 1e-6);
  EXPECT_LT(farthest(attend_plainly(input), own), 1e-6);
}

TEST(Attention, WhatComesLaterChangesNothing) {
  AttentionInput input = random_input({70, 70, 4, 2, 8}, {.causal = true});
  const at::Tensor before = attend(input);
  input.keys.slice(1, 40).fill_(9);
  input.values.slice(1, 40).fill_(-9);
  EXPECT_LT(farthest(attend(input).slice(0, 0, 40), before.slice(0, 0, 40)), 1e-6);
  EXPECT_GT(farthest(attend(input).slice(0, 40), before.slice(0, 40)), 1);
}

TEST(Attention, ABlockAtATimeIsTheSameAsAllAtOnce) {
  const Shape shapes[] = {{1, 1, 1, 1, 2},     {1, 90, 4, 2, 8},    {65, 65, 4, 4, 8},   {64, 128, 6, 2, 4},
                          {300, 300, 4, 2, 8}, {257, 400, 4, 1, 4}, {520, 640, 8, 1, 4}, {130, 130, 16, 1, 2}};
  for (const Shape& shape : shapes) {
    const std::int64_t first = shape.keys - shape.queries;
    for (const Sight& sight : {Sight{}, Sight{true, first, {}}, Sight{true, first, 1}, Sight{true, first, 7},
                               Sight{true, first, 100}, Sight{true, first, 100000}}) {
      const AttentionInput input = random_input(shape, sight);
      EXPECT_LT(farthest(attend(input), attend_plainly(input)), 2e-6)
          << shape.queries << " queries, " << shape.keys << " keys, window " << sight.window.value_or(0);
    }
  }
}

TEST(Attention, BiasesAreReadFromTheTopLeftOfALargerTable) {
  AttentionInput input = random_input({30, 30, 3, 3, 4}, {});
  input.bias = at::randn({3, 50, 50});
  const at::Tensor expected = attend_plainly(input);
  EXPECT_LT(farthest(attend(input), expected), 2e-6);
  input.bias = input.bias.slice(1, 0, 30).slice(2, 0, 30).contiguous();
  EXPECT_LT(farthest(attend(input), expected), 2e-6);
}

TEST(Attention, InBfloat16ItIsThatOfFloat32ToItsPrecision) {
  AttentionInput input = random_input({200, 200, 4, 2, 16}, {.causal = true});
  const at::Tensor expected = attend_plainly(input);
  for (at::Tensor* part : {&input.q, &input.keys, &input.values}) *part = part->to(at::kBFloat16);
  EXPECT_LT(farthest(attend(input), expected), 0.05);  // of values of about 1 to 4, with 8 bits each
}

/// How far attend_backward is from autograd's way back through the textbook's attention.
double farthest_gradient(AttentionInput input, const at::Tensor& gradient) {
  const BiasGradient bias = input.bias.defined() ? BiasGradient::kPresent : BiasGradient::kNone;
  const AttentionGradient found = attend_backward(input, gradient, bias);
  std::vector<at::Tensor> inputs;
  for (at::Tensor* part : {&input.q, &input.keys, &input.values, &input.bias}) {
    if (!part->defined()) continue;
    *part = part->to(at::kFloat, false, true).set_requires_grad(true);
    inputs.push_back(*part);
  }
  const auto expected = gradients(attend_plainly(input), gradient.to(at::kFloat), inputs);
  double worst = std::max(
      {farthest(found.q, expected[0]), farthest(found.keys, expected[1]), farthest(found.values, expected[2])});
  if (input.bias.defined()) worst = std::max(worst, farthest(found.bias, expected[3]));
  return worst;
}

TEST(Attention, ItsGradientIsThatOfTheTextbooks) {
  const Shape shapes[] = {
      {1, 1, 1, 1, 2}, {1, 90, 4, 2, 8}, {65, 65, 4, 4, 8}, {300, 300, 4, 2, 8}, {257, 400, 4, 1, 4}};
  for (const Shape& shape : shapes)
    for (const Sight& sight :
         {Sight{}, Sight{true, shape.keys - shape.queries, {}}, Sight{true, shape.keys - shape.queries, 7},
          Sight{true, shape.keys - shape.queries, 100}})
      EXPECT_LT(farthest_gradient(random_input(shape, sight), at::randn({shape.queries, shape.heads, shape.width})),
                3e-5)
          << shape.queries << " queries, " << shape.keys << " keys, window " << sight.window.value_or(0);
}

TEST(Attention, SoIsThatOfItsBias) {
  AttentionInput input = random_input({30, 30, 3, 3, 4}, {});
  input.bias = at::randn({3, 50, 50});
  EXPECT_LT(farthest_gradient(input, at::randn({30, 3, 4})), 1e-5);
}

TEST(Attention, ItsGradientInBfloat16IsThatToItsPrecision) {
  AttentionInput input = random_input({200, 200, 4, 2, 16}, {.causal = true});
  for (at::Tensor* part : {&input.q, &input.keys, &input.values}) *part = part->to(at::kBFloat16);
  // Of the first key and value, which most queries see, gradients are of about 4, with 8 bits each.
  EXPECT_LT(farthest_gradient(input, at::randn({200, 4, 16}).to(at::kBFloat16)), 0.1);
}

/// How far attend_backward is from central differences, in float64.
TEST(Attention, ItsGradientIsHowItMoves) {
  constexpr double kStep = 1e-5;
  AttentionInput input = random_input({9, 12, 4, 2, 3}, {.causal = true, .first = 3, .window = 5});
  for (at::Tensor* part : {&input.q, &input.keys, &input.values}) *part = part->to(at::kDouble);
  const at::Tensor weight = at::randn({9, 4, 3}, at::kDouble);
  const AttentionGradient found = attend_backward(input, weight, BiasGradient::kNone);
  for (const auto& [part, gradient] :
       {std::pair{input.q, found.q}, {input.keys, found.keys}, {input.values, found.values}}) {
    double* const values = part.data_ptr<double>();
    const at::Tensor flat = gradient.contiguous().view({-1});
    for (std::int64_t i = 0; i < part.numel(); ++i) {
      const auto loss_at = [&](double value) {
        values[i] = value;
        return (attend(input) * weight).sum().item<double>();
      };
      const double before = values[i];
      const double expected = (loss_at(before + kStep) - loss_at(before - kStep)) / (2 * kStep);
      values[i] = before;
      EXPECT_NEAR(flat[i].item<double>(), expected, 1e-6 * std::max(1.0, std::abs(expected)));
    }
  }
}

}  // namespace
}  // namespace heed::engine
