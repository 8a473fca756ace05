#include "train/batch_order.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace heed::train {

std::uint64_t mixed(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

BatchOrder::BatchOrder(const Plan& plan)
    : plan_(plan), batches_(static_cast<long>((plan.rows + plan.batch - 1) / plan.batch)) {
  base::check(plan.rows >= 1 && plan.rows < (std::uint64_t{1} << 32) && plan.batch >= 1);
}

void BatchOrder::enter(long epoch) {
  if (epoch == epoch_) return;
  epoch_ = epoch;
  order_.resize(plan_.rows);
  std::iota(order_.begin(), order_.end(), 0u);
  if (plan_.order == Order::kAsGiven) return;
  base::Random random(mixed(plan_.seed, static_cast<std::uint64_t>(epoch)));
  for (std::size_t i = order_.size(); i > 1; --i)
    std::swap(order_[i - 1], order_[random.below(static_cast<std::uint32_t>(i))]);
}

std::vector<std::size_t> BatchOrder::batch(long step) {
  enter(step / batches_);
  const std::size_t begin = static_cast<std::size_t>(step % batches_) * plan_.batch;
  const std::size_t end = std::min(begin + plan_.batch, plan_.rows);
  return {order_.begin() + static_cast<std::ptrdiff_t>(begin), order_.begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace heed::train
