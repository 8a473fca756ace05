#pragma once

#include <span>
#include <vector>

#include "collection/document.h"
#include "collection/need.h"

namespace heed::retrieve {

/// Scores documents against needs. An instance belongs to one thread at a time.
class Reranker {
 public:
  virtual ~Reranker() = default;

  /// result[i][j]: how relevant documents[j] is to needs[i]; higher means more relevant, every score is finite. The
  /// needs come together because the arms of a topic share their candidates: what depends on the documents alone is
  /// done once.
  virtual std::vector<std::vector<double>> score(std::span<const collection::Need> needs,
                                                 std::span<const collection::Document> documents) = 0;
};

}  // namespace heed::retrieve
