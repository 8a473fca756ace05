#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed::format {

/// Element types of stored tensors.
enum class TensorType { kFloat64, kFloat32, kFloat16, kBfloat16, kInt64, kInt32, kInt16, kInt8, kUint8, kBool };

/// Bytes of an element.
std::size_t element_size(TensorType type);

/// As safetensors spells it: "F32", "BF16".
std::string_view name_of(TensorType type);

struct TensorInfo {
  std::string name;
  TensorType type = TensorType::kFloat32;
  std::vector<std::int64_t> shape;  ///< no element for a scalar
};

/// REQUIRES: the product of the shape is below 2^63, which the readers make sure of.
std::int64_t element_count(const TensorInfo& tensor);

/// Row-major, contiguous elements, little endian, aligned to their size. `keeper` keeps the bytes alive: a mapping of
/// the file, or a copy.
struct TensorBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> keeper;
};

/// A copy on the heap.
TensorBytes copy_of(std::span<const std::byte> bytes);

/// The product of the shape, or -1 where an entry is negative or the product times `element` is above 2^62.
std::int64_t checked_count(std::span<const std::int64_t> shape, std::size_t element);

}  // namespace heed::format
