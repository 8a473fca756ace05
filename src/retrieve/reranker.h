#pragma once

#include <optional>
#include <span>
#include <string>
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

  /// What of the need is cut, whatever the document, to fit the model: the end of a sentence about it; none where
  /// nothing is. Throws BadInput where it could score no document for it, so that this is known before the first score.
  virtual std::optional<std::string> shortfall(const collection::Need&) { return std::nullopt; }
};

}  // namespace heed::retrieve
