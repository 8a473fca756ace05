#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heed::train {

/// Whether each epoch takes the rows in an order of its own, or as they were given.
enum class Order { kShuffled, kAsGiven };

/// Numbers that look random, one for each index, apart from those of every other index and seed (SplitMix64: Steele,
/// Lea and Flood 2014).
std::uint64_t mixed(std::uint64_t seed, std::uint64_t index);

/// Which rows each step learns from: every epoch all rows once, in batches; the last of an epoch may be smaller. The
/// order is a function of seed and epoch alone, the same on every machine, so that a run can go on from any step.
class BatchOrder {
 public:
  struct Plan {
    std::size_t rows = 0, batch = 32;
    Order order = Order::kShuffled;
    std::uint64_t seed = 1;
  };
  /// REQUIRES: 1 <= rows < 2^32, batch >= 1.
  explicit BatchOrder(const Plan& plan);

  /// Batches of an epoch.
  long batches() const { return batches_; }
  /// The rows of step s, from 0.
  std::vector<std::size_t> batch(long step);

 private:
  void enter(long epoch);

  Plan plan_;
  long batches_;
  long epoch_ = -1;
  std::vector<std::uint32_t> order_;  // of epoch_
};

}  // namespace heed::train
