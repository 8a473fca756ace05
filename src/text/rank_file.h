#pragma once

#include <filesystem>
#include <string_view>

#include "text/tokenizer_parts.h"

namespace heed::text {

/// Whether a file that begins so is one of ranks: lines of a piece in base64 and a number.
bool looks_like_ranks(std::string_view content);

/// Llama 3's tokenizer.model: lines of a piece in base64 and its rank, which is its id. Its 256 special tokens follow
/// (meta-llama/llama3, tokenizer.py), <|begin_of_text|> first, which stands before a text. Throws BadInput, naming file
/// and line.
TokenizerParts read_rank_file(const std::filesystem::path& file);

}  // namespace heed::text
