#pragma once

#include <filesystem>

#include "text/tokenizer_config.h"
#include "text/tokenizer_parts.h"

namespace heed::text {

/// BERT's vocab.txt: a piece a line, ids from 0. Pieces are found as BertTokenizerFast does, with do_lower_case,
/// strip_accents, tokenize_chinese_chars and the names of special tokens from the configuration. Throws BadInput where
/// a piece is there twice, or a special token that is needed is missing.
TokenizerParts read_bert_vocabulary(const std::filesystem::path& file, const TokenizerConfig& config);

}  // namespace heed::text
