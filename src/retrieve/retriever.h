#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "collection/need.h"

namespace heed::retrieve {

/// A document that was found, by its id.
struct Found {
  std::string document;
  double score = 0;
};

/// The order of results: the higher score first, among equal scores the greater id, as collection::ranks_before.
inline bool ranks_before(const Found& a, const Found& b) {
  return a.score != b.score ? a.score > b.score : a.document > b.document;
}

/// Finds documents in a whole collection. An instance belongs to one thread at a time, and may use several itself.
class Retriever {
 public:
  virtual ~Retriever() = default;

  /// For each need the k best documents, or as many as match, in the order of the product: the higher score first,
  /// among equal scores the greater id (collection/ranking.h); also which of equal documents are among the k. Every
  /// score is finite.
  virtual std::vector<std::vector<Found>> search(std::span<const collection::Need> needs, std::size_t k) = 0;
};

}  // namespace heed::retrieve
