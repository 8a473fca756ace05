#pragma once

#include <filesystem>

#include "text/tokenizer_config.h"
#include "text/tokenizer_parts.h"

namespace heed::text {

/// A SentencePiece model with the special tokens that Hugging Face's tokenizers give it. A model with a start token is
/// Llama's: the start token stands before a text unless add_bos_token is false, the end token after it if add_eos_token
/// is true. One without is T5's: the end token stands after a text, and the tokens <extra_id_99> to <extra_id_0> (as
/// many as extra_ids says) follow the model's pieces. Special tokens written in a text are recognized; each stretch
/// between them is encoded as a text of its own ("legacy" behaviour, the default). Throws BadInput for a damaged file,
/// and for a tokenizer_class of another kind.
TokenizerParts read_sentencepiece_model(const std::filesystem::path& file, const TokenizerConfig& config);

}  // namespace heed::text
