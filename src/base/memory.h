#pragma once

#include <cstdint>

namespace heed::base {

/// Bytes of memory that this process could use at most: the machine's, or the limit of its control group where that is
/// lower. Not what is free now.
std::uint64_t usable_memory();

}  // namespace heed::base
