#include "retrieve/cross_encoder.h"

#include "base/error.h"
#include "retrieve/tokenized.h"

namespace heed::retrieve {

CrossEncoder::CrossEncoder(recipe::ClassifiedPair pair, std::unique_ptr<infer::Classifier> classifier, int threads)
    : pair_(std::move(pair)), classifier_(std::move(classifier)), threads_(threads) {
  pair_.expect_label(classifier_->labels());
}

std::vector<PairScore> CrossEncoder::score(std::span<const NeedAndDocument> pairs) {
  std::vector<std::string> queries;   // of each stretch of pairs with the same need, so that it is fitted once
  std::vector<std::size_t> query_of;  // of each pair, among those
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i == 0 || pairs[i].need != pairs[i - 1].need) queries.push_back(pair_.query(pairs[i].need));
    query_of.push_back(queries.size() - 1);
  }
  const auto tokens = encode_all(pairs.size(), threads_,
                                 [&](std::size_t i) { return pair_.encode(queries[query_of[i]], pairs[i].document); });
  std::vector<infer::ClassifyInput> inputs;
  inputs.reserve(tokens.size());
  for (const text::Encoding& encoding : tokens) inputs.push_back({encoding.ids, encoding.type_ids});
  auto logits = classifier_->logits(inputs);
  std::vector<PairScore> scores;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double score = pair_.score(logits[i]);
    scores.push_back({score, std::move(logits[i]), tokens[i].ids.size()});
  }
  return scores;
}

}  // namespace heed::retrieve
