#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collection/document.h"
#include "collection/need.h"
#include "infer/engine.h"
#include "retrieve/reranker.h"

namespace heed::retrieve {

struct NeedAndDocument {
  collection::Need need;
  collection::Document document;
};

struct PairScore {
  double score = 0;
  /// What the score was made of: of a classifier its labels' logits, of a language model those of no and yes. None for
  /// bi-encoders.
  std::vector<float> logits{};
  std::size_t tokens = 0;  ///< what the model read, special tokens included; of a bi-encoder query and document
};

/// A model that scores each document alone. An instance belongs to one thread at a time and uses several itself.
class PairScorer {
 public:
  virtual ~PairScorer() = default;
  virtual const infer::ModelFacts& facts() const = 0;
  /// One score for each pair, in order; finite, higher means more relevant. What pairs have in common (a document that
  /// several needs meet, the beginning of a prompt) is computed once. Throws BadInput where a text cannot be made to
  /// fit the model.
  virtual std::vector<PairScore> score(std::span<const NeedAndDocument> pairs) = 0;
  /// As Reranker's.
  virtual std::optional<std::string> shortfall(const collection::Need&) const { return std::nullopt; }
};

/// Ranks candidates by a scorer, which several rerankers may share one after the other.
class PairReranker : public Reranker {
 public:
  explicit PairReranker(std::shared_ptr<PairScorer> scorer) : scorer_(std::move(scorer)) {}
  std::vector<std::vector<double>> score(std::span<const collection::Need> needs,
                                         std::span<const collection::Document> documents) override;
  std::optional<std::string> shortfall(const collection::Need& need) override { return scorer_->shortfall(need); }

 private:
  std::shared_ptr<PairScorer> scorer_;
};

}  // namespace heed::retrieve
