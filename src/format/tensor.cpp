#include "format/tensor.h"

#include <cstring>

#include "base/error.h"

namespace heed::format {

std::size_t element_size(TensorType type) {
  switch (type) {
    case TensorType::kFloat64:
    case TensorType::kInt64:
      return 8;
    case TensorType::kFloat32:
    case TensorType::kInt32:
      return 4;
    case TensorType::kFloat16:
    case TensorType::kBfloat16:
    case TensorType::kInt16:
      return 2;
    case TensorType::kInt8:
    case TensorType::kUint8:
    case TensorType::kBool:
      return 1;
  }
  throw base::Bug("a tensor type without a size");
}

std::string_view name_of(TensorType type) {
  switch (type) {
    case TensorType::kFloat64:
      return "F64";
    case TensorType::kFloat32:
      return "F32";
    case TensorType::kFloat16:
      return "F16";
    case TensorType::kBfloat16:
      return "BF16";
    case TensorType::kInt64:
      return "I64";
    case TensorType::kInt32:
      return "I32";
    case TensorType::kInt16:
      return "I16";
    case TensorType::kInt8:
      return "I8";
    case TensorType::kUint8:
      return "U8";
    case TensorType::kBool:
      return "BOOL";
  }
  throw base::Bug("a tensor type without a name");
}

std::int64_t element_count(const TensorInfo& tensor) {
  std::int64_t count = 1;
  for (const std::int64_t size : tensor.shape) count *= size;
  return count;
}

TensorBytes copy_of(std::span<const std::byte> bytes) {
  const auto copy = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
  return {*copy, copy};
}

std::int64_t checked_count(std::span<const std::int64_t> shape, std::size_t element) {
  std::int64_t limit = (std::int64_t{1} << 62) / static_cast<std::int64_t>(element), count = 1;
  bool is_empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) return -1;
    if (size == 0) is_empty = true;
    if (size > 0 && count > limit / size) return -1;
    if (size > 0) count *= size;
  }
  return is_empty ? 0 : count;
}

}  // namespace heed::format
