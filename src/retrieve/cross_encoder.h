#pragma once

#include "retrieve/pair_scorer.h"
#include "retrieve/recipe.h"
#include "text/tokenizer.h"

namespace heed::retrieve {

/// A classifier that reads query and document together (monoBERT; TART-full on T5's encoder). Of a pair that is too
/// long only the document is cut; a query that would leave no room for it loses its end, so that the document has a
/// quarter of the room.
class CrossEncoder : public PairScorer {
 public:
  /// `start`: an id that stands before the pair where the tokenizer puts none, as EncT5 wants it.
  CrossEncoder(CrossEncoderRecipe recipe, text::Tokenizer tokenizer, std::unique_ptr<infer::Classifier> classifier,
               std::optional<text::TokenId> start, int threads);

  const infer::ModelFacts& facts() const override { return classifier_->facts(); }
  std::vector<PairScore> score(std::span<const NeedAndDocument> pairs) override;
  std::optional<std::string> shortfall(const collection::Need& need) const override;

 private:
  /// Tokens of a pair without the start, its special ones included; and those for query and document together.
  int pair_length() const { return recipe_.max_length - (start_ ? 1 : 0); }
  int room() const { return pair_length() - tokenizer_.pair_specials(); }
  int count(std::string_view text) const;
  std::string fitting_query(std::string query) const;
  text::Encoding tokens_of(std::string_view query, const std::string& document) const;
  double score_of(std::span<const float> logits) const;

  CrossEncoderRecipe recipe_;
  text::Tokenizer tokenizer_;
  std::unique_ptr<infer::Classifier> classifier_;
  std::optional<text::TokenId> start_;
  int threads_;
};

}  // namespace heed::retrieve
