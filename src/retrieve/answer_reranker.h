#pragma once

#include "retrieve/pair_scorer.h"
#include "retrieve/recipe.h"
#include "text/tokenizer.h"

namespace heed::retrieve {

/// A language model is asked whether the document is relevant: P(yes) of yes and no at the next token (monoT5, FLAN-T5,
/// FollowIR-7B). The score is in float32 and above, however the matrices are.
class AnswerReranker : public PairScorer {
 public:
  /// Which special tokens stand around a prompt.
  AnswerReranker(PromptRecipe recipe, text::Specials specials, text::Tokenizer tokenizer,
                 std::unique_ptr<infer::Answerer> answerer, int threads);

  const infer::ModelFacts& facts() const override { return answerer_->facts(); }
  std::vector<PairScore> score(std::span<const NeedAndDocument> pairs) override;
  std::optional<std::string> shortfall(const collection::Need& need) const override;

 private:
  text::TokenId answer_token(const AnswerToken& answer, const char* field) const;
  text::Encoding tokens_of(const NeedAndDocument& pair) const;

  PromptRecipe recipe_;
  text::Specials specials_;
  text::Tokenizer tokenizer_;
  std::unique_ptr<infer::Answerer> answerer_;
  int threads_;
  text::TokenId no_, yes_;
};

}  // namespace heed::retrieve
