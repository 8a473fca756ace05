#pragma once

#include <cstdint>
#include <span>

namespace heed::eval {

/// The arithmetic mean. REQUIRES: at least one value.
double mean(std::span<const double> values);

struct Interval {
  double low = 0;
  double high = 0;
};

struct BootstrapOptions {
  std::uint64_t seed = 1;
  int resamples = 10000;
  double level = 0.95;
};

/// The percentile bootstrap interval of the mean (Efron 1979): means of `resamples` samples of the same size, drawn
/// with replacement; the quantiles between which `level` of them lie, interpolated linearly. The same values and seed
/// give the same interval everywhere. REQUIRES: at least one value.
Interval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options = {});

/// What a paired randomization test found.
struct RandomizationResult {
  double difference = 0;  ///< mean(a) - mean(b)
  double p_value = 1;     ///< two-sided: how often chance alone gives a difference at least as large
  bool is_exact = false;  ///< all sign patterns were tried, not a sample of them
};

struct RandomizationOptions {
  std::uint64_t seed = 1;
  int samples = 100000;
};

/// The paired randomization test (Fisher 1935; Smucker et al. 2007, the test to use for IR systems): under the null
/// hypothesis each query's two values might as well be exchanged. All 2^n patterns are tried up to n = 16, beyond
/// that `samples` random ones, the observed one counted among them. REQUIRES: a and b of the same size, not empty.
RandomizationResult paired_randomization(std::span<const double> a, std::span<const double> b,
                                         const RandomizationOptions& options = {});

}  // namespace heed::eval
