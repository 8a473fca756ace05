#include "retrieve/lucene_bm25.h"

#include <bit>

namespace heed::retrieve {

namespace {

/// Lengths below this are their own codes: what four bits of exponent leave free of a byte.
constexpr std::uint32_t kFree = 24;

}  // namespace

std::uint8_t length_code(std::uint32_t length) {
  if (length < kFree) return static_cast<std::uint8_t>(length);
  const std::uint32_t rest = length - kFree;
  const int bits = std::bit_width(rest);
  if (bits < 4) return static_cast<std::uint8_t>(kFree + rest);
  const int shift = bits - 4;
  return static_cast<std::uint8_t>(kFree + ((rest >> shift & 7u) | (static_cast<std::uint32_t>(shift + 1) << 3)));
}

std::uint32_t length_of_code(std::uint8_t code) {
  if (code < kFree) return code;
  const std::uint32_t rest = code - kFree;
  const std::uint32_t shift = rest >> 3;
  return kFree + (shift == 0 ? rest & 7u : ((rest & 7u) | 8u) << (shift - 1));
}

Saturation::Saturation(const LuceneBm25& parameters, double mean_length) {
  for (std::uint32_t code = 0; code < norms_.size(); ++code) {
    const double length = length_of_code(static_cast<std::uint8_t>(code));
    norms_[code] = parameters.k1 * (1 - parameters.b + parameters.b * length / mean_length);
  }
  std::vector<double> known(64 * 256);
  for (std::uint32_t packed = 256; packed < known.size(); ++packed) known[packed] = compute(packed);
  known_ = std::move(known);
}

}  // namespace heed::retrieve
