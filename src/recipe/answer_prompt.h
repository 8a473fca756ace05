#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collection/document.h"
#include "collection/need.h"
#include "recipe/label.h"
#include "recipe/recipe.h"
#include "text/tokenizer.h"

namespace heed::recipe {

/// What a language model reads when it is asked about a document, and what it may answer: one piece of code for
/// scoring, serving and teaching. May be used by several threads at once.
class AnswerPrompt {
 public:
  /// `vocabulary`: ids are below it. Throws BadInput where an answer is no token, or both begin with the same.
  AnswerPrompt(ModelRecipe recipe, std::shared_ptr<const text::Tokenizer> tokenizer, std::int64_t vocabulary);

  /// The prompt's tokens, at most max_length: cut as the recipe says. Throws BadInput where the document cannot be made
  /// to fit beside the need.
  text::Encoding encode(const collection::Need& need, const collection::Document& document) const;
  /// The same, with at most `length` tokens, where that is less than max_length: with room for an answer behind it.
  text::Encoding encode(const collection::Need& need, const collection::Document& document, int length) const;

  /// What of the need alone exceeds max_length, as a sentence's end; nothing where a document has room. Throws as
  /// encode().
  std::optional<std::string> shortfall(const collection::Need& need) const;

  /// The tokens that are compared at the next position.
  text::TokenId yes() const { return yes_; }
  text::TokenId no() const { return no_; }

  /// The whole answer that is taught: the label's word tokenized on its own, without special tokens, then the
  /// tokenizer's end token (LLaMA-Factory's form of the paper's training data). A label that the recipe gives as an id
  /// is that token. Throws BadInput where the tokenizer has no end token.
  std::vector<text::TokenId> answer(Label label) const;

  int max_length() const { return recipe_.max_length; }

 private:
  text::TokenId answer_token(const AnswerToken& answer, const char* field) const;

  PromptRecipe recipe_;
  text::Specials specials_;
  std::shared_ptr<const text::Tokenizer> tokenizer_;
  std::int64_t vocabulary_;
  text::TokenId no_, yes_;
};

/// The score that the logits of no and yes mean: P(yes) of the two, in [0, 1].
double answer_score(float no, float yes);

}  // namespace heed::recipe
