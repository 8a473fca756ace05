#include "eval/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace heed::eval {

using base::check;

namespace {

/// Up to so many pairs all sign patterns are tried.
constexpr std::size_t kExactPairs = 16;

/// The quantile of sorted values, 0 <= q <= 1, interpolated between the two nearest (R's type 7, numpy's default).
double quantile(std::span<const double> sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

double mean(std::span<const double> values) {
  check(!values.empty());
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Interval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options) {
  check(!values.empty() && options.resamples >= 1 && options.level > 0 && options.level < 1);
  base::Random random(options.seed);
  const auto count = static_cast<std::uint32_t>(values.size());
  std::vector<double> means(static_cast<std::size_t>(options.resamples));
  for (double& resampled : means) {
    double sum = 0;
    for (std::uint32_t i = 0; i < count; ++i) sum += values[random.below(count)];
    resampled = sum / count;
  }
  std::ranges::sort(means);
  const double tail = (1 - options.level) / 2;
  return {quantile(means, tail), quantile(means, 1 - tail)};
}

RandomizationResult paired_randomization(std::span<const double> a, std::span<const double> b,
                                         const RandomizationOptions& options) {
  check(!a.empty() && a.size() == b.size() && options.samples >= 1);
  std::vector<double> differences(a.size());
  std::ranges::transform(a, b, differences.begin(), std::minus<>());
  const double observed = std::accumulate(differences.begin(), differences.end(), 0.0);
  double largest = 0;
  for (const double difference : differences) largest += std::abs(difference);
  const double at_least = std::abs(observed) - 1e-12 * largest;  // equal sums may differ in their last places
  const auto signed_sum = [&](auto&& is_exchanged) {
    double sum = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) sum += is_exchanged(i) ? -differences[i] : differences[i];
    return std::abs(sum);
  };
  RandomizationResult result{observed / static_cast<double>(a.size()), 1, a.size() <= kExactPairs};
  long as_large = 0;
  if (result.is_exact) {
    const std::uint32_t patterns = 1u << a.size();
    for (std::uint32_t pattern = 0; pattern < patterns; ++pattern)
      as_large += signed_sum([&](std::size_t i) { return (pattern >> i & 1) != 0; }) >= at_least;
    result.p_value = static_cast<double>(as_large) / patterns;
    return result;
  }
  base::Random random(options.seed);
  std::uint64_t coins = 0;
  for (int sample = 0; sample < options.samples; ++sample)
    as_large += signed_sum([&](std::size_t i) {
                  if (i % 64 == 0) coins = random.bits();
                  return (coins >> i % 64 & 1) != 0;
                }) >= at_least;
  result.p_value = static_cast<double>(as_large + 1) / (options.samples + 1.0);
  return result;
}

}  // namespace heed::eval
