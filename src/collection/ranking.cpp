#include "collection/ranking.h"

#include <algorithm>
#include <numeric>

namespace heed::collection {

std::vector<std::uint32_t> ranking(const RankedList& list, TieOrder order) {
  const auto entries = list.entries();
  std::vector<std::uint32_t> positions(entries.size());
  std::iota(positions.begin(), positions.end(), 0);
  const auto by_id = [&](std::uint32_t a, std::uint32_t b) { return ranks_before(entries[a], entries[b]); };
  const auto by_input = [&](std::uint32_t a, std::uint32_t b) {
    return entries[a].value != entries[b].value ? entries[a].value > entries[b].value : a < b;
  };
  const auto sort_unless_sorted = [&](const auto& before) {
    if (!std::is_sorted(positions.begin(), positions.end(), before))
      std::sort(positions.begin(), positions.end(), before);
  };
  if (order == TieOrder::kDocumentId)
    sort_unless_sorted(by_id);
  else
    sort_unless_sorted(by_input);
  return positions;
}

}  // namespace heed::collection
