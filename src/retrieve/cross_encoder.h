#pragma once

#include "recipe/classified_pair.h"
#include "retrieve/pair_scorer.h"

namespace heed::retrieve {

/// A classifier that reads query and document together (monoBERT; TART-full on T5's encoder).
class CrossEncoder : public PairScorer {
 public:
  /// Throws BadInput where the model lacks the recipe's label.
  CrossEncoder(recipe::ClassifiedPair pair, std::unique_ptr<infer::Classifier> classifier, int threads);

  const infer::ModelFacts& facts() const override { return classifier_->facts(); }
  std::vector<PairScore> score(std::span<const NeedAndDocument> pairs) override;
  std::optional<std::string> shortfall(const collection::Need& need) const override { return pair_.shortfall(need); }

 private:
  recipe::ClassifiedPair pair_;
  std::unique_ptr<infer::Classifier> classifier_;
  int threads_;
};

}  // namespace heed::retrieve
