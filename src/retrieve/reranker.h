#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collection/document.h"
#include "collection/need.h"

namespace heed::retrieve {

/// Texts that a model embeds, each counted once.
struct TextCount {
  long texts = 0;
  long characters = 0;
};

/// What is to be computed, as far as it decides what it costs.
struct Workload {
  long pairs = 0;            ///< scores to compute
  long pair_characters = 0;  ///< of their needs' and documents' texts
  long requests = 0;         ///< calls of score()
  TextCount texts{};         ///< what prepare() computes
};

/// How the texts of needs and documents were embedded.
struct Embedded {
  long queries = 0, documents = 0;  ///< distinct texts
  long computed = 0;                ///< how often one of them went through the model, as far back as their store knows
};

/// Scores documents against needs. An instance belongs to one thread at a time.
class Reranker {
 public:
  using Progress = std::function<void(long done, long total)>;

  virtual ~Reranker() = default;

  /// result[i][j]: how relevant documents[j] is to needs[i]; higher means more relevant, every score is finite. The
  /// needs come together because the arms of a topic share their candidates: what depends on the documents alone is
  /// done once.
  virtual std::vector<std::vector<double>> score(std::span<const collection::Need> needs,
                                                 std::span<const collection::Document> documents) = 0;

  /// What of the need is cut, whatever the document, to fit the model: the end of a sentence about it; none where
  /// nothing is. Throws BadInput where it could score no document for it, so that this is known before the first score.
  virtual std::optional<std::string> shortfall(const collection::Need&) { return std::nullopt; }

  /// Computes and keeps what belongs to a need or a document alone, its vector, so that score() finds it. `progress` is
  /// told of texts; what it throws ends the work, and what was computed is kept.
  virtual void prepare(std::span<const collection::Need>, std::span<const collection::Document>, const Progress&) {}

  /// What prepare() would have to compute.
  virtual TextCount unprepared(std::span<const collection::Need>, std::span<const collection::Document>) { return {}; }

  /// Of a model that embeds, how it did.
  virtual std::optional<Embedded> embedded(std::span<const collection::Need>, std::span<const collection::Document>) {
    return std::nullopt;
  }

  /// What the work would cost, as a sentence; none where it costs but time.
  virtual std::optional<std::string> bill(const Workload&) const { return std::nullopt; }
};

}  // namespace heed::retrieve
