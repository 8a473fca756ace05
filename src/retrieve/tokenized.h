#pragma once

#include <functional>
#include <vector>

#include "text/tokenizer.h"

namespace heed::retrieve {

/// encode(i) for each i in 0 .. count-1, on `threads` threads.
std::vector<text::Encoding> encode_all(std::size_t count, int threads,
                                       const std::function<text::Encoding(std::size_t)>& encode);

}  // namespace heed::retrieve
