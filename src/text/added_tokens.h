#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/byte_trie.h"
#include "text/characters.h"
#include "text/tokenizer.h"

namespace heed::text {

/// A token that is found in a text as it is written, before the text is cut.
struct AddedToken {
  std::string content;
  TokenId id = 0;
  bool single_word = false;  ///< Not inside of a word.
  bool lstrip = false;       ///< Takes the white space before it.
  bool rstrip = false;       ///< Takes the white space after it.
  bool normalized = false;   ///< Looked for in the normalized text, normalized itself.
  bool special = false;
};

/// A stretch of a text: an added token, or what stands between two.
struct Part {
  Span span;
  std::optional<TokenId> token;
};

/// Finds added tokens: of those that begin furthest left the longest, as Hugging Face's tokenizers do.
class AddedTokenFinder {
 public:
  AddedTokenFinder() = default;
  explicit AddedTokenFinder(std::vector<AddedToken> tokens);

  /// The parts of the text, in order, none of them empty. A token that is found in white space which the one before
  /// took is a part too, as in Hugging Face's tokenizers, and what stands after it is there again.
  std::vector<Part> parts(std::string_view text) const;

 private:
  /// The next token at or after `at`, with the bytes that it is written with.
  struct Found {
    const AddedToken* token = nullptr;
    Span span;
  };
  std::optional<Found> next(std::string_view text, std::size_t at) const;

  std::vector<AddedToken> tokens_;
  ByteTrie trie_;
};

}  // namespace heed::text
