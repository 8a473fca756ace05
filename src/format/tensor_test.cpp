#include "format/tensor.h"

#include <limits>

#include <gtest/gtest.h>

namespace heed::format {
namespace {

constexpr std::int64_t kTop = std::int64_t{1} << 62;

std::int64_t count_of(std::vector<std::int64_t> shape, std::size_t element = 1) {
  return checked_count(shape, element);
}

TEST(Tensor, TypesHaveTheSizesAndNamesOfSafetensors) {
  EXPECT_EQ(name_of(TensorType::kFloat64), "F64");
  EXPECT_EQ(name_of(TensorType::kBfloat16), "BF16");
  EXPECT_EQ(name_of(TensorType::kBool), "BOOL");
  for (const TensorType type :
       {TensorType::kFloat64, TensorType::kFloat32, TensorType::kFloat16, TensorType::kBfloat16, TensorType::kInt64,
        TensorType::kInt32, TensorType::kInt16, TensorType::kInt8, TensorType::kUint8, TensorType::kBool}) {
    const std::string_view name = name_of(type);
    const auto digit = name.find_first_of("0123456789");
    const int bits = digit == name.npos ? 8 : std::stoi(std::string(name.substr(digit)));  // BOOL takes a byte
    EXPECT_EQ(static_cast<int>(element_size(type)) * 8, bits) << name;
  }
}

TEST(Tensor, AScalarHasOneElementAndAnEmptyDimensionLeavesNone) {
  EXPECT_EQ(count_of({}), 1);
  EXPECT_EQ(count_of({2, 3, 4}), 24);
  EXPECT_EQ(count_of({2, 0, 4}), 0);
  EXPECT_EQ(element_count({.name = "x", .shape = {}}), 1);
  EXPECT_EQ(element_count({.name = "x", .shape = {5, 0}}), 0);
}

TEST(Tensor, WhatIsCountedIsTheProduct) {
  for (std::int64_t a = 0; a < 5; ++a)
    for (std::int64_t b = 0; b < 5; ++b) {
      EXPECT_EQ(count_of({a, b}, 8), a * b);
      EXPECT_EQ(element_count({.name = "x", .shape = {a, b}}), a * b);
    }
}

TEST(Tensor, ACopyOutlivesWhatItWasCopiedFrom) {
  std::vector<std::byte> bytes(1000, std::byte{7});
  const TensorBytes copy = copy_of(bytes);
  bytes.assign(1000, std::byte{1});
  ASSERT_EQ(copy.bytes.size(), 1000u);
  EXPECT_EQ(copy.bytes[999], std::byte{7});
  EXPECT_TRUE(copy_of({}).bytes.empty());
}

TEST(Tensor, ShapesThatNoFileCanMeanAreRefused) {
  EXPECT_EQ(count_of({-1}), -1);
  EXPECT_EQ(count_of({0, -1}), -1);
  EXPECT_EQ(count_of({std::numeric_limits<std::int64_t>::min(), 2}), -1);
  EXPECT_EQ(count_of({std::numeric_limits<std::int64_t>::max()}), -1);
  EXPECT_EQ(count_of({kTop}), kTop);
  EXPECT_EQ(count_of({kTop + 1}), -1);
  EXPECT_EQ(count_of({kTop / 2}, 2), kTop / 2);
  EXPECT_EQ(count_of({kTop}, 2), -1);
  EXPECT_EQ(count_of({1 << 30, 1 << 30, 16}), -1);
  EXPECT_EQ(count_of({kTop / 2, 0, kTop / 2}), -1);  // whatever the order, no product overflows
}

}  // namespace
}  // namespace heed::format
