#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "text/json_part.h"
#include "text/tokenizer_parts.h"

namespace heed::text {

/// Byte-pair encoding (Sennrich et al. 2016): a word is its characters; of all neighbours that may be merged the pair
/// of the lowest rank is, the leftmost first, until none is left. Takes n log n steps for n characters.
class Bpe : public SubwordModel {
 public:
  struct Options {
    std::optional<std::string> unknown;  ///< For characters without a piece; where there is none they are dropped.
    std::string continuing_prefix;       ///< Of pieces that do not begin a word.
    std::string end_suffix;              ///< Of pieces that end a word.
    bool fuse_unknown = false;           ///< Neighbouring unknown characters are one token.
    bool byte_fallback = false;          ///< Unknown characters become the tokens of their bytes, where there are such.
    bool ignore_merges = false;          ///< A word that is a piece is that piece, whatever the merges make of it.
  };
  /// A pair of pieces that may be merged.
  struct Merge {
    std::string left, right;
  };

  /// With a list of merges, by rank. Throws BadInput, a sentence without a place, where a merge or the unknown token
  /// names a piece that the vocabulary lacks.
  Bpe(Vocabulary vocabulary, const std::vector<Merge>& merges, Options options);
  /// As tiktoken has it: two neighbours may be merged where the vocabulary has them as one piece, and its id is the
  /// rank. A word that is a piece is that piece.
  static std::unique_ptr<SubwordModel> by_ids(Vocabulary vocabulary);
  /// The "model" of a tokenizer.json.
  static std::unique_ptr<SubwordModel> read(const JsonPart& description);

  void tokenize(std::string_view word, std::vector<TokenId>& ids) const override;
  const Vocabulary& vocabulary() const override { return vocabulary_; }

 private:
  struct Symbol;
  struct Merged {
    std::int32_t rank = 0;
    TokenId id = 0;
  };
  /// Merges by the pair of ids, open addressing.
  struct Entry {
    std::uint64_t pair = ~std::uint64_t{0};
    Merged merged;
  };

  Bpe(Vocabulary vocabulary, Options options);
  void add_merge(const Merge& merge, std::int32_t rank);
  std::size_t slot_of(std::uint64_t pair) const;
  std::optional<Merged> merged(std::string_view word, const Symbol& left, const Symbol& right) const;
  std::vector<Symbol> symbols_of(std::string_view word) const;
  void merge_all(std::string_view word, std::vector<Symbol>& symbols) const;

  Vocabulary vocabulary_;
  Options options_;
  ByteTokens bytes_;
  TokenId unknown_ = -1;
  bool by_ids_ = false;
  std::vector<Entry> entries_;
};

}  // namespace heed::text
