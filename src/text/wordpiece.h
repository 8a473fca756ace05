#pragma once

#include <string>

#include "text/json_part.h"
#include "text/tokenizer_parts.h"

namespace heed::text {

/// BERT's pieces: from the left the longest piece of the vocabulary, with a prefix where it continues a word; a word
/// that cannot be cut, or that is too long, is one unknown token.
class WordPiece : public SubwordModel {
 public:
  struct Options {
    std::string unknown = "[UNK]";
    std::string continuing_prefix = "##";
    std::size_t max_characters = 100;
  };

  /// Throws BadInput, a sentence without a place, where the vocabulary has no unknown token.
  WordPiece(Vocabulary vocabulary, Options options);
  /// The "model" of a tokenizer.json.
  static std::unique_ptr<SubwordModel> read(const JsonPart& description);

  void tokenize(std::string_view word, std::vector<TokenId>& ids) const override;
  const Vocabulary& vocabulary() const override { return vocabulary_; }

 private:
  Vocabulary vocabulary_;
  Options options_;
  TokenId unknown_ = 0;
  std::size_t longest_ = 0;  // of the pieces, in bytes
};

}  // namespace heed::text
