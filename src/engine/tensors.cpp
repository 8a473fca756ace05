#include "engine/tensors.h"

#include "base/error.h"

namespace heed::engine {

using base::BadInput;

namespace {

at::ScalarType scalar_type(const format::Checkpoint& checkpoint, const format::TensorInfo& info) {
  switch (info.type) {
    case format::TensorType::kFloat64:
      return at::kDouble;
    case format::TensorType::kFloat32:
      return at::kFloat;
    case format::TensorType::kFloat16:
      return at::kHalf;
    case format::TensorType::kBfloat16:
      return at::kBFloat16;
    default:
      break;
  }
  throw BadInput(checkpoint.file_of(info.name).string() + ": " + info.name + " is of type " +
                 std::string(name_of(info.type)) + ", not floating point");
}

}  // namespace

std::string shape_text(at::IntArrayRef shape) {
  std::string text = "[";
  for (const std::int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

at::Tensor load_tensor(const format::Checkpoint& checkpoint, const std::string& name,
                       const std::vector<std::int64_t>& shape, at::ScalarType type) {
  const format::TensorInfo* info = checkpoint.find(name);
  base::check(info != nullptr);
  if (info->shape != shape)
    throw BadInput(checkpoint.file_of(name).string() + ": " + name + " has the shape " + shape_text(info->shape) +
                   ", but the configuration says " + shape_text(shape));
  const at::ScalarType stored = scalar_type(checkpoint, *info);
  const format::TensorBytes bytes = checkpoint.read(name);
  const auto keep = [keeper = bytes.keeper](void*) {};
  // The mapping is read-only; so is every use of the tensor.
  const at::Tensor tensor = at::from_blob(const_cast<std::byte*>(bytes.bytes.data()), shape, keep, stored);
  if (stored == type) return tensor;
  const at::Tensor converted = tensor.to(type);
  checkpoint.release(name);
  return converted;
}

}  // namespace heed::engine
