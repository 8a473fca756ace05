#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "format/json.h"
#include "train/row.h"

namespace heed::train {

/// A row as LLaMA-Factory's Alpaca data have it, in the form in which FollowIR-7B was taught (Weller et al. 2024,
/// section 5): {"instruction", "input", "output": "true" or "false"}. A title stands before its text.
format::Json alpaca_row(const Row& row);

/// Writes what LLaMA-Factory needs into a folder: heed_rows.json (alpaca_row of each), dataset_info.json, and
/// train.yaml, which has the paper's hyper-parameters (appendix C): LoRA of rank 8, alpha 16, on q_proj, v_proj, o_proj
/// and k_proj of Mistral-7B-Instruct-v0.2; bfloat16, 32 rows a step, learning rate 3e-5, cosine, 8 epochs, 2,048
/// tokens. Warm-up and dropout, of which the paper says nothing, are LLaMA-Factory's defaults. Throws BadInput where
/// that cannot be written; the old ones stay then.
void write_llama_factory(const std::filesystem::path& folder, std::span<const Row> rows);
/// Their names.
std::span<const std::string_view> llama_factory_files();

}  // namespace heed::train
