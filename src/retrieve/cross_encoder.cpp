#include "retrieve/cross_encoder.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "retrieve/tokenized.h"

namespace heed::retrieve {

CrossEncoder::CrossEncoder(CrossEncoderRecipe recipe, text::Tokenizer tokenizer,
                           std::unique_ptr<infer::Classifier> classifier, std::optional<text::TokenId> start,
                           int threads)
    : recipe_(std::move(recipe)),
      tokenizer_(std::move(tokenizer)),
      classifier_(std::move(classifier)),
      start_(start),
      threads_(threads) {
  if (recipe_.label >= classifier_->labels())
    throw base::BadInput("the recipe's label is " + std::to_string(recipe_.label) +
                         ", but the model has the labels 0 to " + std::to_string(classifier_->labels() - 1));
}

int CrossEncoder::count(std::string_view text) const {
  return static_cast<int>(tokenizer_.encode(text, text::Specials::kNone).ids.size());
}

std::string CrossEncoder::fitting_query(std::string query) const {
  if (count(query) < room()) return query;
  const auto count_tokens = [this](std::string_view text) { return count(text); };
  return text::fit_document({"", std::move(query), ""}, room() - (room() + 3) / 4, count_tokens);
}

std::optional<std::string> CrossEncoder::shortfall(const collection::Need& need) const {
  const std::string whole = query_text(recipe_, need), read = fitting_query(whole);
  if (read == whole) return std::nullopt;
  return "has " + base::counted(count(whole), "token", "tokens") + ", of which the first " +
         std::to_string(count(read)) + " are read: the model takes " + std::to_string(room()) +
         ", and a document has to have some";
}

text::Encoding CrossEncoder::tokens_of(std::string_view query, const std::string& document) const {
  text::Encoding encoding = tokenizer_.encode_pair(query, document, pair_length());
  if (start_) {
    encoding.ids.insert(encoding.ids.begin(), *start_);
    encoding.type_ids.insert(encoding.type_ids.begin(), 0);
    // Tokenizers take a pair with an empty second text for the first alone; EncT5's gives `<s> A </s> </s>` then.
    if (document.empty()) {
      encoding.ids.push_back(tokenizer_.end_token().value_or(encoding.ids.back()));
      encoding.type_ids.push_back(0);
    }
  }
  if (recipe_.segments == Segments::kSingle) std::ranges::fill(encoding.type_ids, 0);
  return encoding;
}

double CrossEncoder::score_of(std::span<const float> logits) const {
  const double own = logits[static_cast<std::size_t>(recipe_.label)];
  if (recipe_.activation == Activation::kSigmoid) return 1 / (1 + std::exp(-own));
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - own);
  return 1 / sum;
}

std::vector<PairScore> CrossEncoder::score(std::span<const NeedAndDocument> pairs) {
  std::vector<std::string> queries;   // of each stretch of pairs with the same need, so that it is fitted once
  std::vector<std::size_t> query_of;  // of each pair, among those
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i == 0 || pairs[i].need != pairs[i - 1].need)
      queries.push_back(fitting_query(query_text(recipe_, pairs[i].need)));
    query_of.push_back(queries.size() - 1);
  }
  const auto tokens = encode_all(pairs.size(), threads_, [&](std::size_t i) {
    return tokens_of(queries[query_of[i]], document_text(recipe_, pairs[i].document));
  });
  std::vector<infer::ClassifyInput> inputs;
  inputs.reserve(tokens.size());
  for (const text::Encoding& encoding : tokens) inputs.push_back({encoding.ids, encoding.type_ids});
  auto logits = classifier_->logits(inputs);
  std::vector<PairScore> scores;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double score = score_of(logits[i]);
    scores.push_back({score, std::move(logits[i]), tokens[i].ids.size()});
  }
  return scores;
}

}  // namespace heed::retrieve
