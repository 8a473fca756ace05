#pragma once

#include <cstdint>
#include <vector>

#include "collection/run.h"

namespace heed::collection {

/// The one order of the product, trec_eval's: the higher score first, among equal scores the greater document id.
inline bool ranks_before(const Run::Entry& a, const Run::Entry& b) {
  if (a.value != b.value) return a.value > b.value;
  return a.document > b.document;
}

/// What orders documents of equal score.
enum class TieOrder {
  kDocumentId,  ///< the greater id first: ranks_before
  kInput,       ///< as they came: the run's lines, or the order of the candidates
};

/// The list's positions in rank order: ranking(list, order)[0] is the position in entries() of the first document.
std::vector<std::uint32_t> ranking(const RankedList& list, TieOrder order);

}  // namespace heed::collection
