#pragma once

#include <memory>
#include <vector>

#include "text/byte_trie.h"
#include "text/json_part.h"
#include "text/tokenizer_parts.h"

namespace heed::text {

/// SentencePiece's unigram model: of all ways to cut a word the one whose pieces' scores (logarithms of probabilities)
/// have the highest sum. A character without a piece scores ten below the lowest of all; neighbours of that kind are
/// one unknown token, or with byte fallback a token for each of their bytes, where there are such tokens.
class Unigram : public SubwordModel {
 public:
  struct Options {
    TokenId unknown = 0;
    bool byte_fallback = false;
  };

  /// REQUIRES: a score for each id; the unknown token is one of them; ids without gaps.
  Unigram(Vocabulary vocabulary, std::vector<double> scores, Options options);
  /// The "model" of a tokenizer.json.
  static std::unique_ptr<SubwordModel> read(const JsonPart& description);

  void tokenize(std::string_view word, std::vector<TokenId>& ids) const override;
  const Vocabulary& vocabulary() const override { return vocabulary_; }

 private:
  struct Step;
  std::vector<Step> best_steps(std::string_view word) const;
  void append_unknown(std::string_view stretch, std::vector<TokenId>& ids) const;

  Vocabulary vocabulary_;
  std::vector<double> scores_;
  Options options_;
  ByteTrie trie_;
  double unknown_score_ = 0;
  ByteTokens bytes_;
};

}  // namespace heed::text
