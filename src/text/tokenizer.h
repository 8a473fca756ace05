#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed::text {

/// A token's number in a vocabulary, from 0; a row of a model's embedding.
using TokenId = std::int32_t;

/// Which special tokens of the post-processor stand around a text.
enum class Specials {
  kNone,
  kStart,  ///< Only those before the text.
  kAll,
};

/// A text as a model takes it: its tokens, and for each the type ("segment") that the template gives it. Both are of
/// the same length.
struct Encoding {
  std::vector<TokenId> ids;
  std::vector<TokenId> type_ids;
  bool is_cut = false;  ///< the text lost its end to a maximum
};

/// Cuts texts into a checkpoint's tokens, with the ids that Hugging Face's tokenizers give. What of a text is no valid
/// UTF-8 counts as U+FFFD. Immutable after opening: const methods may be called from several threads.
class Tokenizer {
 public:
  /// Opens a checkpoint folder by the first of tokenizer.json, tokenizer.model, spiece.model and vocab.txt in it.
  /// added_tokens.json, special_tokens_map.json and tokenizer_config.json beside it add tokens and name the end token;
  /// without tokenizer.json the latter also says do_lower_case, strip_accents, tokenize_chinese_chars, add_bos_token,
  /// add_eos_token, extra_ids. Throws BadInput, naming the file and what is wrong in it; a component that we do not
  /// have is named.
  static Tokenizer open(const std::filesystem::path& folder);

  /// One file: a tokenizer.json, a SentencePiece model, a rank file of Llama 3 or (named .txt) a vocabulary of BERT.
  /// Which it is its first bytes say. Files beside it are not read. Throws as open().
  static Tokenizer open_file(const std::filesystem::path& file);

  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// The tokens of one text. Added tokens that are written out in the text ("<s>") are recognized. With max_length
  /// (special tokens included) the text's tokens are cut on the right; BadInput where not even the special tokens fit.
  Encoding encode(std::string_view text, Specials specials = Specials::kAll, std::optional<int> max_length = {}) const;

  /// The tokens of two texts in the template for pairs, with its special tokens. With max_length only the second
  /// text is cut; BadInput where that leaves none of it. An empty second text counts as none: the first is encoded
  /// alone, as transformers does.
  Encoding encode_pair(std::string_view first, std::string_view second, std::optional<int> max_length = {}) const;

  /// How many special tokens encode_pair() puts around two texts.
  int pair_specials() const;

  /// What encode() gives for each text, in the order of the texts. REQUIRES: threads >= 1.
  std::vector<Encoding> encode_all(std::span<const std::string> texts, Specials specials, std::optional<int> max_length,
                                   int threads) const;

  /// The id of a piece of the vocabulary or of an added token.
  std::optional<TokenId> id(std::string_view piece) const;
  /// The piece as the vocabulary writes it ("▁the", "##ing", "Ġthe"). REQUIRES: the id is known.
  std::string_view piece(TokenId id) const;
  /// The highest id, plus one.
  int vocabulary_size() const;

  /// The special token that the single template puts before a text, if there is exactly one.
  std::optional<TokenId> start_token() const;
  /// The token that ends a sequence: eos_token or sep_token of tokenizer_config.json (or special_tokens_map.json), else
  /// the last special token of the single template that stands after the text, else the special token that is named
  /// "</s>", "<|end_of_text|>", "<|endoftext|>" or "[SEP]".
  std::optional<TokenId> end_token() const;

 private:
  struct State;
  explicit Tokenizer(std::unique_ptr<const State> state);

  std::unique_ptr<const State> state_;
};

}  // namespace heed::text
