#pragma once

#include <cstdint>
#include <random>

namespace heed::base {

/// Random numbers that are the same on every machine for the same seed: the generator is fixed by the C++ standard
/// (mt19937_64), and so is what we make of it (the standard's distributions are not).
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform over 0 .. count-1, without bias (Lemire 2019, "Fast random integer generation in an interval").
  /// REQUIRES: 1 <= count < 2^32.
  std::uint32_t below(std::uint32_t count) {
    std::uint64_t product = next_32() * count;
    if (static_cast<std::uint32_t>(product) < count) {
      const std::uint32_t threshold = -count % count;
      while (static_cast<std::uint32_t>(product) < threshold) product = next_32() * count;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

  /// 64 fair coins.
  std::uint64_t bits() { return engine_(); }

 private:
  std::uint64_t next_32() { return engine_() >> 32; }

  std::mt19937_64 engine_;
};

}  // namespace heed::base
