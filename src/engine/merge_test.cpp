// Checkpoints and adapters of a few numbers, merged by hand.
#include <bit>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "engine/models.h"
#include "format/safetensors_writer.h"
#include "testing/testing.h"

namespace heed::engine {
namespace {

using format::OwnedTensor;
using format::TensorInfo;
using format::TensorType;
using testing::complaint_of;
using testing::TemporaryDir;

OwnedTensor floats(const std::string& name, std::vector<std::int64_t> shape, const std::vector<float>& numbers) {
  const auto bytes = std::as_bytes(std::span(numbers));
  return {{name, TensorType::kFloat32, std::move(shape)}, {bytes.begin(), bytes.end()}};
}

/// Numbers that bfloat16 has.
OwnedTensor bfloats(const std::string& name, std::vector<std::int64_t> shape, const std::vector<float>& numbers) {
  OwnedTensor tensor{{name, TensorType::kBfloat16, std::move(shape)}, {}};
  for (const float number : numbers) {
    const auto bits = std::bit_cast<std::uint32_t>(number);
    tensor.bytes.push_back(static_cast<std::byte>(bits >> 16 & 0xFF));
    tensor.bytes.push_back(static_cast<std::byte>(bits >> 24));
  }
  return tensor;
}

std::vector<float> floats_in(const OwnedTensor& tensor) {
  std::vector<float> numbers(tensor.bytes.size() / sizeof(float));
  std::memcpy(numbers.data(), tensor.bytes.data(), tensor.bytes.size());
  return numbers;
}

constexpr const char* kUp = "model.layers.0.mlp.up_proj.weight";
constexpr const char* kAdapterUp = "base_model.model.model.layers.0.mlp.up_proj";

/// A checkpoint and an adapter of rank 1 and scale 2.
struct Files {
  explicit Files(const std::vector<OwnedTensor>& model, const std::vector<OwnedTensor>& adapter) {
    format::write_safetensors(dir.path() / "model.safetensors", model);
    dir.write("adapter/adapter_config.json", R"({"peft_type": "LORA", "r": 1, "lora_alpha": 2})");
    format::write_safetensors(dir.path() / "adapter" / "adapter_model.safetensors", adapter);
  }
  TemporaryDir dir;
};

std::vector<OwnedTensor> update(const std::string& layer, const std::vector<float>& a, const std::vector<float>& b) {
  return {floats(layer + ".lora_A.weight", {1, static_cast<std::int64_t>(a.size())}, a),
          floats(layer + ".lora_B.weight", {static_cast<std::int64_t>(b.size()), 1}, b)};
}

std::vector<OwnedTensor> merged(const Files& files, std::optional<TensorType> type = {}) {
  std::vector<OwnedTensor> result;
  std::size_t next = 0;
  merge({files.dir.path(), files.dir.path() / "adapter"}, type,
        {.begin =
             [&](const std::vector<TensorInfo>& tensors) {
               for (const TensorInfo& tensor : tensors) result.push_back({tensor, {}});
             },
         .tensor =
             [&](std::span<const std::byte> bytes) { result.at(next++).bytes.assign(bytes.begin(), bytes.end()); }});
  EXPECT_EQ(next, result.size());
  return result;
}

std::string complaint(const Files& files, std::optional<TensorType> type = {}) {
  return complaint_of([&] { merged(files, type); });
}

TEST(Merge, AddsTheScaledProductAndLeavesTheRestBitByBit) {
  const OwnedTensor norm = floats("model.norm.weight", {2}, {std::numeric_limits<float>::quiet_NaN(), -0.0F});
  const Files files({floats(kUp, {2, 2}, {1, 2, 3, 4}), norm}, update(kAdapterUp, {10, 20}, {1, -1}));
  const auto result = merged(files);
  ASSERT_EQ(result.size(), 2U);
  EXPECT_EQ(result[0].info.name, kUp);
  // W + 2 * [1, -1]^T [10, 20]
  EXPECT_EQ(floats_in(result[0]), (std::vector<float>{21, 42, -17, -36}));
  EXPECT_EQ(result[1].bytes, norm.bytes);
}

TEST(Merge, ASumOfBfloat16IsRoundedOnce) {
  // 1 + 2 * 0.00390625 = 1.0078125, the next number after 1; B A alone is half of that step and would be lost.
  const Files files({bfloats(kUp, {1, 1}, {1})}, update(kAdapterUp, {0.00390625F}, {1}));
  const auto result = merged(files);
  EXPECT_EQ(result[0].info.type, TensorType::kBfloat16);
  EXPECT_EQ(result[0].bytes, bfloats("", {1, 1}, {1.0078125F}).bytes);
}

TEST(Merge, LayersAreFoundUnderEveryNameThatAdaptersAndCheckpointsHave) {
  for (const char* layer : {"base_model.model.model.layers.0.mlp.up_proj", "base_model.model.layers.0.mlp.up_proj",
                            "model.layers.0.mlp.up_proj", "layers.0.mlp.up_proj"})
    for (const char* prefix : {"model.", ""}) {
      const Files files({floats(std::string(prefix) + "layers.0.mlp.up_proj.weight", {1, 1}, {1})},
                        update(layer, {1}, {1}));
      EXPECT_EQ(floats_in(merged(files)[0]), std::vector<float>{3}) << layer << " in " << prefix;
    }
}

TEST(Merge, ConvertsFloatingPointNumbersAlone) {
  const OwnedTensor ids{{"embeddings.position_ids", TensorType::kInt64, {1}}, std::vector<std::byte>(8, std::byte{1})};
  const Files files({bfloats(kUp, {1, 2}, {1, 2}), bfloats("model.norm.weight", {1}, {0.5}), ids},
                    update(kAdapterUp, {0.25, 0}, {1}));
  const auto result = merged(files, TensorType::kFloat32);
  ASSERT_EQ(result.size(), 3U);
  EXPECT_EQ(result[0].info.name, ids.info.name);  // larger elements first
  EXPECT_EQ(result[0].bytes, ids.bytes);
  EXPECT_EQ(floats_in(result[1]), (std::vector<float>{1.5, 2}));
  EXPECT_EQ(floats_in(result[2]), std::vector<float>{0.5});
}

TEST(Merge, WhatDoesNotFitIsRefusedBeforeAnythingIsWritten) {
  const std::vector<OwnedTensor> model = {floats(kUp, {2, 2}, {1, 2, 3, 4}),
                                          floats("lm_head.weight", {2, 2}, {1, 2, 3, 4})};
  const auto says = [](const Files& files, const char* part) {
    const std::string text = complaint(files);
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  says(Files(model, update("base_model.model.model.layers.7.mlp.up_proj", {1, 1}, {1, 1})), "layers.7.mlp.up_proj");
  says(Files(model, update("base_model.model.lm_head", {1, 1}, {1, 1})), "lm_head");
  says(Files(model, update(kAdapterUp, {1, 1, 1}, {1, 1})), "up_proj.lora_A.weight has the shape [1, 3]");
  says(Files(model, update(kAdapterUp, {1, 1}, {1})), "up_proj.lora_B.weight has the shape [1, 1]");
  says(Files(model, {update(kAdapterUp, {1, 1}, {1, 1})[0]}), "no base_model.model.model.layers.0.mlp.up_proj.lora_B");
  const OwnedTensor packed{{kUp, TensorType::kUint8, {2, 2}}, std::vector<std::byte>(4)};
  says(Files({packed}, update(kAdapterUp, {1, 1}, {1, 1})), "is not floating point");
  says(Files({model[0], floats("layers.0.mlp.up_proj.weight", {2, 2}, {1, 2, 3, 4})},
             update(kAdapterUp, {1, 1}, {1, 1})),
       "is the same layer as another");
}

TEST(Merge, ANumberThatItsTypeDoesNotHaveIsRefused) {
  const Files files({floats(kUp, {1, 1}, {70000})}, update(kAdapterUp, {1}, {1}));
  const std::string text = complaint(files, TensorType::kFloat16);
  EXPECT_NE(text.find("up_proj.weight has numbers that are too large for F16"), std::string::npos) << text;
  EXPECT_EQ(floats_in(merged(files)[0]), std::vector<float>{70002});
}

}  // namespace
}  // namespace heed::engine
