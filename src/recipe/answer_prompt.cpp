#include "recipe/answer_prompt.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace heed::recipe {

using base::BadInput;
using text::TokenId;

namespace {

const PromptRecipe& prompt_recipe(const ModelRecipe& recipe) {
  if (const auto* const decoder = std::get_if<DecoderRecipe>(&recipe.kind)) return *decoder;
  if (const auto* const seq2seq = std::get_if<Seq2SeqRecipe>(&recipe.kind)) return *seq2seq;
  throw BadInput("the recipe is a " + std::string(kind_name(recipe)) + "'s, which is asked nothing");
}

/// An encoder-decoder's tokenizer has no start token, and its prompt an end token.
text::Specials specials_of(const ModelRecipe& recipe) {
  return prompt_recipe(recipe).add_bos || std::holds_alternative<Seq2SeqRecipe>(recipe.kind) ? text::Specials::kAll
                                                                                             : text::Specials::kNone;
}

}  // namespace

AnswerPrompt::AnswerPrompt(ModelRecipe recipe, std::shared_ptr<const text::Tokenizer> tokenizer,
                           std::int64_t vocabulary)
    : recipe_(prompt_recipe(recipe)),
      specials_(specials_of(recipe)),
      tokenizer_(std::move(tokenizer)),
      vocabulary_(vocabulary),
      no_(answer_token(recipe_.no, "false")),
      yes_(answer_token(recipe_.yes, "true")) {
  if (no_ == yes_)
    throw BadInput("the recipe's answers true and false begin with the same token " + std::to_string(yes_));
}

/// A piece of the vocabulary; else, as a model that has to spell the word begins it, the word's first token.
TokenId AnswerPrompt::answer_token(const AnswerToken& answer, const char* field) const {
  if (const auto* id = std::get_if<std::int32_t>(&answer)) {
    if (*id >= vocabulary_)
      throw BadInput("the recipe's " + std::string(field) + " is the id " + std::to_string(*id) +
                     ", but the model's vocabulary has " + std::to_string(vocabulary_));
    return *id;
  }
  const auto& word = std::get<std::string>(answer);
  if (const auto id = tokenizer_->id(word)) return *id;
  const auto tokens = tokenizer_->encode(word, text::Specials::kNone).ids;
  if (tokens.empty()) throw BadInput("the recipe's " + std::string(field) + " has no token: \"" + word + "\"");
  return tokens.front();
}

std::vector<TokenId> AnswerPrompt::answer(Label given) const {
  const auto end = tokenizer_->end_token();
  if (!end) throw BadInput("the tokenizer names no end token (eos_token), which an answer that is taught ends with");
  const AnswerToken& label = given == Label::kTrue ? recipe_.yes : recipe_.no;
  std::vector<TokenId> tokens;
  if (const auto* const id = std::get_if<std::int32_t>(&label))
    tokens = {*id};
  else
    tokens = tokenizer_->encode(std::get<std::string>(label), text::Specials::kNone).ids;
  tokens.push_back(*end);
  return tokens;
}

text::Encoding AnswerPrompt::encode(const collection::Need& need, const collection::Document& document) const {
  return encode(need, document, recipe_.max_length);
}

text::Encoding AnswerPrompt::encode(const collection::Need& need, const collection::Document& document,
                                    int length) const {
  const int limit = std::min(length, recipe_.max_length);
  const text::Prompt::Parts parts = prompt_parts(recipe_, need, document);
  if (recipe_.truncate == Truncation::kRight)
    return tokenizer_->encode(parts.before + parts.document + parts.after, specials_, limit);
  const auto count = [&](std::string_view prompt) {
    return static_cast<int>(tokenizer_->encode(prompt, specials_).ids.size());
  };
  const std::string fitting = text::fit_document(parts, limit, count);
  text::Encoding encoding = tokenizer_->encode(fitting, specials_);
  encoding.is_cut = fitting.size() < parts.before.size() + parts.document.size() + parts.after.size();
  return encoding;
}

std::optional<std::string> AnswerPrompt::shortfall(const collection::Need& need) const {
  const collection::Document empty{collection::DocumentId("none"), "", ""};
  if (recipe_.truncate == Truncation::kDocument) {
    encode(need, empty);  // which throws where no document fits beside the need
    return std::nullopt;
  }
  const text::Prompt::Parts parts = prompt_parts(recipe_, need, empty);
  const auto tokens = static_cast<long>(tokenizer_->encode(parts.before + parts.after, specials_).ids.size());
  if (tokens <= recipe_.max_length) return std::nullopt;
  return "makes a prompt of " + base::counted(tokens, "token", "tokens") + " without a document, of which " +
         std::to_string(recipe_.max_length) + " are read";
}

double answer_score(float no, float yes) {
  return 1 / (1 + std::exp(static_cast<double>(no) - yes));
}

}  // namespace heed::recipe
