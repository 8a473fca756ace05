#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed::retrieve {

/// Every file that a tokenizer may be read from.
std::span<const std::string_view> tokenizer_files();

/// Which of the files of the repository `name` heed reads to run the model, of `listed` paths: the configuration,
/// heed.json, the tokenizer's files, the weights in the format that is read first (safetensors, whole or in shards,
/// else pytorch_model.bin), Sentence-Transformers' modules (`1_Pooling`, `2_Dense`), an adapter in PEFT's layout.
/// Throws BadInput, saying what is missing, where that is no model.
std::vector<std::string> model_files(std::string_view name, std::span<const std::string> listed);

}  // namespace heed::retrieve
