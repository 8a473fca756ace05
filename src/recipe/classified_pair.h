#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collection/document.h"
#include "collection/need.h"
#include "recipe/recipe.h"
#include "text/tokenizer.h"

namespace heed::recipe {

/// What a classifier reads of a need and a document: one piece of code for scoring, serving and teaching. Of a pair
/// that is too long only the document is cut; a query that would leave no room for it loses its end, so that the
/// document has a quarter of the room. May be used by several threads at once.
class ClassifiedPair {
 public:
  /// `start`: an id that stands before the pair where the tokenizer puts none, as EncT5 wants it.
  ClassifiedPair(CrossEncoderRecipe recipe, std::shared_ptr<const text::Tokenizer> tokenizer,
                 std::optional<text::TokenId> start);

  /// The need's text as it is read: the recipe's, or its beginning.
  std::string query(const collection::Need& need) const;
  /// The tokens of a text from query() and of a document, at most max_length, with their segments.
  text::Encoding encode(std::string_view query, const collection::Document& document) const;

  /// The score that a label's logits mean, in [0, 1]: softmax over all, or the sigmoid of its own. REQUIRES: the
  /// recipe's label is among them.
  double score(std::span<const float> logits) const;

  /// Throws BadInput where a model with so many labels lacks the recipe's.
  void expect_label(std::int64_t labels) const;
  int label() const { return recipe_.label; }
  Activation activation() const { return recipe_.activation; }

  /// What of the need is not read, as a sentence's end; nothing where all is.
  std::optional<std::string> shortfall(const collection::Need& need) const;

 private:
  /// Tokens of a pair without the start, its special ones included; and those for query and document together.
  int pair_length() const { return recipe_.max_length - (start_ ? 1 : 0); }
  int room() const { return pair_length() - tokenizer_->pair_specials(); }
  int count(std::string_view text) const;
  std::string fitting(std::string query) const;

  CrossEncoderRecipe recipe_;
  std::shared_ptr<const text::Tokenizer> tokenizer_;
  std::optional<text::TokenId> start_;
};

/// EncT5 reads `<s> A </s> B </s>`: the id of `<s>` is what its tokenizer was given for it, or bos_token_id of the
/// folder's config.json. Throws BadInput where neither is.
text::TokenId start_of_t5(const std::filesystem::path& folder, const text::Tokenizer& tokenizer);

}  // namespace heed::recipe
