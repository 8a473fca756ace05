#include "engine/decoder.h"

#include <cmath>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::engine {
namespace {

using infer::DecoderConfig;
using infer::RopeScaling;

DecoderConfig config_of(RopeScaling scaling, std::int64_t head_width = 8) {
  DecoderConfig config;
  config.head_width = head_width;
  config.positions = 16;
  config.rope_scaling = scaling;
  return config;
}

/// By how much a position turns each pair of elements.
std::vector<double> angles_of(const DecoderConfig& config, std::int64_t position) {
  const Rotation rotation = rotation_of(config, position + 1);
  std::vector<double> angles;
  for (std::int64_t i = 0; i < config.head_width / 2; ++i)
    angles.push_back(
        std::atan2(rotation.sines[position][0][i].item<double>(), rotation.cosines[position][0][i].item<double>()));
  return angles;
}

TEST(Rotation, APositionTurnsEachPairByItsFrequency) {
  const auto angles = angles_of(config_of({}), 1);
  for (std::size_t i = 0; i < angles.size(); ++i)
    EXPECT_NEAR(angles[i], std::pow(10000.0, -static_cast<double>(i) / 4), 1e-7);
}

TEST(Rotation, ElementsPairAcrossTheHalves) {
  const Rotation rotation = rotation_of(config_of({}, 4), 2);
  const at::Tensor x = at::tensor({1.0F, 0.0F, 0.0F, 1.0F}).view({1, 1, 4});
  const at::Tensor turned = rotation(x, at::tensor({1}, at::kLong)).view({4});
  // (1, 0) turned by 1, and (0, 1) by 0.01.
  const double expected[] = {std::cos(1.0), -std::sin(0.01), std::sin(1.0), std::cos(0.01)};
  for (std::int64_t i = 0; i < 4; ++i) EXPECT_NEAR(turned[i].item<double>(), expected[i], 1e-6);
}

TEST(Rotation, ProductsDependOnTheDistanceAlone) {
  const Rotation rotation = rotation_of(config_of({}), 12);
  const at::Tensor q = at::randn({1, 1, 8}), k = at::randn({1, 1, 8});
  const auto product = [&](std::int64_t at_q, std::int64_t at_k) {
    return (rotation(q, at::tensor({at_q}, at::kLong)) * rotation(k, at::tensor({at_k}, at::kLong)))
        .sum()
        .item<double>();
  };
  EXPECT_NEAR(product(9, 5), product(4, 0), 1e-5);
  EXPECT_NEAR(product(0, 0), (q * k).sum().item<double>(), 1e-5);
}

TEST(Rotation, LinearScalingSlowsAll) {
  const auto angles = angles_of(config_of({.kind = RopeScaling::Kind::kLinear, .factor = 4}), 2);
  for (std::size_t i = 0; i < angles.size(); ++i)
    EXPECT_NEAR(angles[i], 0.5 * std::pow(10000.0, -static_cast<double>(i) / 4), 1e-7);
}

TEST(Rotation, Llama3ScalingSlowsLongWavesAndBlendsBetween) {
  // Waves of 2 pi, 62.8, 628 and 6283 positions; training had 100, so that they turn 15.9, 1.59, 0.159 and 0.016
  // times. Above 4 turns nothing changes, below 1 all is slowed by the factor, between it is blended.
  const RopeScaling scaling = {.kind = RopeScaling::Kind::kLlama3,
                               .factor = 8,
                               .low_frequency = 1,
                               .high_frequency = 4,
                               .original_positions = 100};
  const auto angles = angles_of(config_of(scaling), 1);
  const double turns = 0.1 * 100 / (2 * M_PI), blend = (turns - 1) / 3;
  EXPECT_NEAR(angles[0], 1, 1e-7);
  EXPECT_NEAR(angles[1], 0.1 * blend + 0.1 / 8 * (1 - blend), 1e-7);
  EXPECT_NEAR(angles[2], 0.01 / 8, 1e-7);
  EXPECT_NEAR(angles[3], 0.001 / 8, 1e-7);
}

TEST(Rotation, DynamicScalingIsRefusedWhereItWouldBegin) {
  const DecoderConfig config = config_of({.kind = RopeScaling::Kind::kDynamic, .factor = 2});
  EXPECT_NEAR(angles_of(config, 1)[0], 1, 1e-7);
  rotation_of(config, 16);
  EXPECT_NE(testing::complaint_of([&] { rotation_of(config, 17); }).find("17 tokens"), std::string::npos);
}

}  // namespace
}  // namespace heed::engine
