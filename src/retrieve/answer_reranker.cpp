#include "retrieve/answer_reranker.h"

#include "retrieve/tokenized.h"

namespace heed::retrieve {

AnswerReranker::AnswerReranker(recipe::AnswerPrompt prompt, std::unique_ptr<infer::Answerer> answerer, int threads)
    : prompt_(std::move(prompt)), answerer_(std::move(answerer)), threads_(threads) {}

std::vector<PairScore> AnswerReranker::score(std::span<const NeedAndDocument> pairs) {
  const auto tokens = encode_all(pairs.size(), threads_,
                                 [&](std::size_t i) { return prompt_.encode(pairs[i].need, pairs[i].document); });
  std::vector<std::span<const text::TokenId>> prompts;
  prompts.reserve(tokens.size());
  for (const text::Encoding& encoding : tokens) prompts.emplace_back(encoding.ids);
  const text::TokenId answers[] = {prompt_.no(), prompt_.yes()};
  auto logits = answerer_->logits(prompts, answers);
  std::vector<PairScore> scores;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double score = recipe::answer_score(logits[i][0], logits[i][1]);
    scores.push_back({score, std::move(logits[i]), tokens[i].ids.size()});
  }
  return scores;
}

}  // namespace heed::retrieve
