#pragma once

#include "retrieve/pair_scorer.h"
#include "retrieve/recipe.h"
#include "text/tokenizer.h"

namespace heed::retrieve {

/// A classifier that reads query and document together (monoBERT; TART-full on T5's encoder). Of a pair that is too
/// long only the document is cut.
class CrossEncoder : public PairScorer {
 public:
  /// `start`: an id that stands before the pair where the tokenizer puts none, as EncT5 wants it.
  CrossEncoder(CrossEncoderRecipe recipe, text::Tokenizer tokenizer, std::unique_ptr<infer::Classifier> classifier,
               std::optional<text::TokenId> start, int threads);

  const infer::ModelFacts& facts() const override { return classifier_->facts(); }
  std::vector<PairScore> score(std::span<const NeedAndDocument> pairs) override;

 private:
  text::Encoding tokens_of(const NeedAndDocument& pair) const;
  double score_of(std::span<const float> logits) const;

  CrossEncoderRecipe recipe_;
  text::Tokenizer tokenizer_;
  std::unique_ptr<infer::Classifier> classifier_;
  std::optional<text::TokenId> start_;
  int threads_;
};

}  // namespace heed::retrieve
