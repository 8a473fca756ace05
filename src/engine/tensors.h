#pragma once

#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "format/checkpoint.h"

namespace heed::engine {

/// "[32, 64]".
std::string shape_text(at::IntArrayRef shape);

/// A tensor of the checkpoint in `type`. Where it is stored so, the mapped file itself: nothing is copied, and the
/// tensor must not be written to. Else a converted copy. Throws BadInput, with file and tensor, where it is missing or
/// of another shape, or holds no floating-point numbers.
at::Tensor load_tensor(const format::Checkpoint& checkpoint, const std::string& name,
                       const std::vector<std::int64_t>& shape, at::ScalarType type);

}  // namespace heed::engine
