#pragma once

#include "recipe/answer_prompt.h"
#include "retrieve/pair_scorer.h"

namespace heed::retrieve {

/// A language model is asked whether the document is relevant: P(yes) of yes and no at the next token (monoT5, FLAN-T5,
/// FollowIR-7B). The score is in float32 and above, however the matrices are.
class AnswerReranker : public PairScorer {
 public:
  AnswerReranker(recipe::AnswerPrompt prompt, std::unique_ptr<infer::Answerer> answerer, int threads);

  const infer::ModelFacts& facts() const override { return answerer_->facts(); }
  std::vector<PairScore> score(std::span<const NeedAndDocument> pairs) override;
  std::optional<std::string> shortfall(const collection::Need& need) const override { return prompt_.shortfall(need); }

 private:
  recipe::AnswerPrompt prompt_;
  std::unique_ptr<infer::Answerer> answerer_;
  int threads_;
};

}  // namespace heed::retrieve
