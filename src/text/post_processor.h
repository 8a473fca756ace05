#pragma once

#include <optional>
#include <span>
#include <vector>

#include "text/json_part.h"
#include "text/tokenizer.h"

namespace heed::text {

/// What a template consists of: special tokens, or the tokens of the first or the second text.
struct TemplatePiece {
  enum class Kind { kSpecial, kFirst, kSecond };
  Kind kind = Kind::kSpecial;
  std::vector<TokenId> ids;  ///< Of special tokens.
  TokenId type_id = 0;

  static TemplatePiece special(TokenId id, TokenId type_id) { return {Kind::kSpecial, {id}, type_id}; }
  static TemplatePiece first(TokenId type_id) { return {Kind::kFirst, {}, type_id}; }
  static TemplatePiece second(TokenId type_id) { return {Kind::kSecond, {}, type_id}; }
};

/// Sets special tokens around texts.
class PostProcessor {
 public:
  using Template = std::vector<TemplatePiece>;

  /// No special tokens; the second text's type is 1.
  PostProcessor();
  /// REQUIRES: `single` has the first text once and not the second; `pair` has both once.
  PostProcessor(Template single, Template pair);

  /// One text; cut on the right to fit into max_length, if given. Throws BadInput where not even the special tokens
  /// fit.
  Encoding single(std::vector<TokenId> ids, Specials specials, std::optional<int> max_length) const;
  /// Two texts, of which the second is cut. Throws BadInput where that leaves nothing of it.
  Encoding pair(std::vector<TokenId> first, std::vector<TokenId> second, std::optional<int> max_length) const;

  /// The special tokens before a single text, and after it.
  std::vector<TokenId> before() const;
  std::vector<TokenId> after() const;
  /// How many special tokens stand around a pair.
  int pair_specials() const;

 private:
  Template single_, pair_;
};

/// The post-processor that a tokenizer.json describes. Throws BadInput for a type that we do not have, and for special
/// tokens with ids of `vocabulary_size` and above.
PostProcessor read_post_processor(const JsonPart& description, int vocabulary_size);

}  // namespace heed::text
