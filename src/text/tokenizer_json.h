#pragma once

#include <filesystem>

#include "text/tokenizer_parts.h"

namespace heed::text {

/// A tokenizer as Hugging Face's tokenizers library writes it (tokenizer.json). What is for decoding, padding and
/// truncation is passed over. Throws BadInput, naming the file, the place in it and what is wrong.
TokenizerParts read_tokenizer_json(const std::filesystem::path& file);

}  // namespace heed::text
