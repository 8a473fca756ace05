#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "text/added_tokens.h"

namespace heed::text {

/// What the files beside a vocabulary say: tokenizer_config.json, special_tokens_map.json, added_tokens.json. The
/// defaults are those of Hugging Face's tokenizers without such files.
struct TokenizerConfig {
  std::string tokenizer_class;
  bool do_lower_case = true;
  bool tokenize_chinese_chars = true;
  std::optional<bool> strip_accents;
  std::optional<bool> add_bos_token, add_eos_token;
  bool legacy = true;
  std::optional<int> extra_ids;
  /// Special tokens by their names in the files: "eos_token" to "</s>".
  std::map<std::string, std::string> named;
  /// The tokens of added_tokens.json and of added_tokens_decoder, each once.
  std::vector<AddedToken> added;

  /// The special token of a name, or another.
  std::string named_or(const std::string& name, const std::string& fallback) const;
};

/// Reads the files that are there. Throws BadInput, naming the file.
TokenizerConfig read_tokenizer_config(const std::filesystem::path& folder);

/// An added token as tokenizer.json and added_tokens_decoder describe it, but for its id. Throws BadInput.
class JsonPart;
AddedToken read_added_token(const JsonPart& description, TokenId id);

}  // namespace heed::text
