#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/added_tokens.h"
#include "text/characters.h"
#include "text/post_processor.h"
#include "text/vocabulary.h"

/// The stages of a tokenizer, in the order in which a text passes them: added tokens are found, what stands between
/// them is normalized, cut into words, each word into pieces; the post-processor sets special tokens around.
namespace heed::text {

/// Bytes of a text: offsets of Unicode's library are 32 bits wide.
constexpr std::size_t kLongestText = std::size_t{1} << 28;

/// Makes of a text the one that is cut. REQUIRES: valid UTF-8; it gives valid UTF-8.
using Normalizer = std::function<std::string(std::string text)>;

/// A text on its way to be words: its characters, and which stretches of them are words, in order.
struct Words {
  std::string text;
  std::vector<Span> spans;
  bool at_start = true;  ///< Whether the first character stood first in the whole text.
};

/// Cuts words further, or rewrites them. No span is empty, before and after.
using PreTokenizer = std::function<void(Words& words)>;

/// Cuts one word into pieces of its vocabulary.
class SubwordModel {
 public:
  virtual ~SubwordModel() = default;
  /// Appends the ids of the word's pieces. REQUIRES: valid UTF-8, not empty.
  virtual void tokenize(std::string_view word, std::vector<TokenId>& ids) const = 0;
  virtual const Vocabulary& vocabulary() const = 0;
};

/// A whole tokenizer, as its files describe it.
struct TokenizerParts {
  Normalizer normalizer;       ///< May be empty.
  PreTokenizer pre_tokenizer;  ///< May be empty.
  std::unique_ptr<SubwordModel> model;
  std::vector<AddedToken> added;
  PostProcessor post_processor;
};

}  // namespace heed::text
