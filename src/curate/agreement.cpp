#include "curate/agreement.h"

#include <cstddef>

namespace heed::curate {

Agreement agreement(std::span<const DecisionPair> pairs) {
  Agreement result;
  std::array<long, 3> first{}, second{};
  for (const DecisionPair& pair : pairs) {
    const auto row = static_cast<std::size_t>(pair.first), column = static_cast<std::size_t>(pair.second);
    ++result.table[row][column];
    ++first[row];
    ++second[column];
  }
  result.documents = static_cast<long>(pairs.size());
  if (pairs.empty()) return result;
  long agreed = 0, by_chance = 0;  // by_chance / documents² is what is expected: whole numbers say whether it is 1
  for (std::size_t i = 0; i < first.size(); ++i) {
    agreed += result.table[i][i];
    by_chance += first[i] * second[i];
  }
  const long squared = result.documents * result.documents;
  result.observed = static_cast<double>(agreed) / static_cast<double>(result.documents);
  result.expected = static_cast<double>(by_chance) / static_cast<double>(squared);
  if (by_chance != squared) result.kappa = (result.observed - result.expected) / (1 - result.expected);
  return result;
}

}  // namespace heed::curate
