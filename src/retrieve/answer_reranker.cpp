#include "retrieve/answer_reranker.h"

#include <cmath>

#include "base/error.h"
#include "retrieve/tokenized.h"

namespace heed::retrieve {

using base::BadInput;
using text::TokenId;

AnswerReranker::AnswerReranker(PromptRecipe recipe, text::Specials specials, text::Tokenizer tokenizer,
                               std::unique_ptr<infer::Answerer> answerer, int threads)
    : recipe_(std::move(recipe)),
      specials_(specials),
      tokenizer_(std::move(tokenizer)),
      answerer_(std::move(answerer)),
      threads_(threads),
      no_(answer_token(recipe_.no, "false")),
      yes_(answer_token(recipe_.yes, "true")) {
  if (no_ == yes_)
    throw BadInput("the recipe's answers true and false begin with the same token " + std::to_string(yes_));
}

/// A piece of the vocabulary; else, as a model that has to spell the word begins it, the word's first token.
TokenId AnswerReranker::answer_token(const AnswerToken& answer, const char* field) const {
  if (const auto* id = std::get_if<std::int32_t>(&answer)) {
    if (*id >= answerer_->facts().vocabulary)
      throw BadInput("the recipe's " + std::string(field) + " is the id " + std::to_string(*id) +
                     ", but the model's vocabulary has " + std::to_string(answerer_->facts().vocabulary));
    return *id;
  }
  const auto& word = std::get<std::string>(answer);
  if (const auto id = tokenizer_.id(word)) return *id;
  const auto tokens = tokenizer_.encode(word, text::Specials::kNone).ids;
  if (tokens.empty()) throw BadInput("the recipe's " + std::string(field) + " has no token: \"" + word + "\"");
  return tokens.front();
}

text::Encoding AnswerReranker::tokens_of(const NeedAndDocument& pair) const {
  const text::Prompt::Parts parts = prompt_parts(recipe_, pair.need, pair.document);
  if (recipe_.truncate == Truncation::kRight)
    return tokenizer_.encode(parts.before + parts.document + parts.after, specials_, recipe_.max_length);
  const auto count = [&](std::string_view prompt) {
    return static_cast<int>(tokenizer_.encode(prompt, specials_).ids.size());
  };
  return tokenizer_.encode(text::fit_document(parts, recipe_.max_length, count), specials_);
}

std::optional<std::string> AnswerReranker::shortfall(const collection::Need& need) const {
  const NeedAndDocument empty = {need, {collection::DocumentId("none"), "", ""}};
  if (recipe_.truncate == Truncation::kDocument) {
    tokens_of(empty);  // which throws where no document fits beside the need
    return std::nullopt;
  }
  const text::Prompt::Parts parts = prompt_parts(recipe_, need, empty.document);
  const auto tokens = static_cast<long>(tokenizer_.encode(parts.before + parts.after, specials_).ids.size());
  if (tokens <= recipe_.max_length) return std::nullopt;
  return "makes a prompt of " + base::counted(tokens, "token", "tokens") + " without a document, of which " +
         std::to_string(recipe_.max_length) + " are read";
}

std::vector<PairScore> AnswerReranker::score(std::span<const NeedAndDocument> pairs) {
  const auto tokens = encode_all(pairs.size(), threads_, [&](std::size_t i) { return tokens_of(pairs[i]); });
  std::vector<std::span<const TokenId>> prompts;
  prompts.reserve(tokens.size());
  for (const text::Encoding& encoding : tokens) prompts.emplace_back(encoding.ids);
  const TokenId answers[] = {no_, yes_};
  auto logits = answerer_->logits(prompts, answers);
  std::vector<PairScore> scores;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double score = 1 / (1 + std::exp(static_cast<double>(logits[i][0]) - logits[i][1]));
    scores.push_back({score, std::move(logits[i]), tokens[i].ids.size()});
  }
  return scores;
}

}  // namespace heed::retrieve
