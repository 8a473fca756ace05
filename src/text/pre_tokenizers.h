#pragma once

#include <string>
#include <string_view>

#include "text/json_part.h"
#include "text/tokenizer_parts.h"

namespace heed::text {

/// What becomes of the matches at which a word is split.
enum class SplitBehavior {
  kIsolated,            ///< Each is a word of its own.
  kRemoved,             ///< They go.
  kMergedWithPrevious,  ///< They belong to what stands before.
  kMergedWithNext,      ///< They belong to what stands after.
  kContiguous,          ///< Those that touch are one word.
};

/// BERT's: parts at white space, which goes; punctuation characters are words.
PreTokenizer bert_pre_tokenizer();

/// Words by an expression's matches and what stands between them, then every byte a character (byte_level_piece).
PreTokenizer byte_level_split(std::string_view expression);

/// Bytes as the characters that byte-level BPE has for them (GPT-2, `bytes_to_unicode`): "Ġthe" for " the".
std::string byte_level_piece(std::string_view bytes);

/// GPT-2's words.
inline constexpr std::string_view kGpt2Words =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
/// Llama 3's words (meta-llama/llama3, tokenizer.py).
inline constexpr std::string_view kLlama3Words =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// The pre-tokenizer that a tokenizer.json describes. Throws BadInput for a type that we do not have.
PreTokenizer read_pre_tokenizer(const JsonPart& description);

}  // namespace heed::text
