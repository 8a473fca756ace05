#include "infer/batches.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace heed::infer {

namespace {

using Prompts = std::span<const std::span<const TokenId>>;

std::size_t common_prefix(std::span<const TokenId> a, std::span<const TokenId> b) {
  const auto [end, other] = std::ranges::mismatch(a, b);
  return static_cast<std::size_t>(end - a.begin());
}

/// A range of the sorted prompts, cut where that saves tokens.
class Grouping {
 public:
  explicit Grouping(Prompts prompts) : prompts_(prompts), order_(prompts.size()), shared_(prompts.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::stable_sort(order_, [&](std::size_t a, std::size_t b) {
      return std::ranges::lexicographical_compare(prompts[a], prompts[b]);
    });
    for (std::size_t i = 1; i < order_.size(); ++i)
      shared_[i] = common_prefix(prompts[order_[i - 1]], prompts[order_[i]]);
  }

  std::vector<PrefixGroup> best(std::size_t begin, std::size_t end) const {
    PrefixGroup whole;
    whole.members.assign(order_.begin() + static_cast<long>(begin), order_.begin() + static_cast<long>(end));
    if (end - begin < 2) return {whole};
    const std::size_t lowest =
        *std::min_element(shared_.begin() + static_cast<long>(begin) + 1, shared_.begin() + static_cast<long>(end));
    whole.prefix = lowest;
    for (const std::size_t member : whole.members)  // each keeps a token of its own: the one that is asked about
      whole.prefix = std::min(whole.prefix, prompts_[member].size() - 1);
    std::vector<PrefixGroup> parts;
    for (std::size_t from = begin, i = begin + 1; i <= end; ++i)
      if (i == end || shared_[i] == lowest) {
        const auto part = best(from, i);
        parts.insert(parts.end(), part.begin(), part.end());
        from = i;
      }
    return cost(parts) < cost({whole}) ? parts : std::vector{whole};
  }

 private:
  std::size_t cost(const std::vector<PrefixGroup>& groups) const {
    std::size_t tokens = 0;
    for (const PrefixGroup& group : groups) {
      tokens += group.prefix;
      for (const std::size_t member : group.members) tokens += prompts_[member].size() - group.prefix;
    }
    return tokens;
  }

  Prompts prompts_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> shared_;  // [i]: what prompts order_[i-1] and order_[i] begin with
};

}  // namespace

std::vector<Batch> batches_by_length(std::span<const std::size_t> lengths, std::size_t tokens) {
  base::check(tokens >= 1);
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return lengths[i]; });
  std::vector<Batch> batches;
  std::size_t used = 0;
  for (const std::size_t i : order) {
    if (batches.empty() || used + lengths[i] > tokens) {
      batches.emplace_back();
      used = 0;
    }
    batches.back().push_back(i);
    used += lengths[i];
  }
  return batches;
}

std::vector<PrefixGroup> groups_by_prefix(Prompts prompts) {
  for (const auto& prompt : prompts) base::check(!prompt.empty());
  if (prompts.empty()) return {};
  return Grouping(prompts).best(0, prompts.size());
}

}  // namespace heed::infer
