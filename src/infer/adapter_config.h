#pragma once

#include <filesystem>

namespace heed::infer {

/// LoRA (Hu et al. 2022): a linear layer W becomes W + scale * B A, with A of `rank` rows and B of `rank` columns.
struct AdapterConfig {
  int rank = 8;
  /// lora_alpha / rank, or lora_alpha / sqrt(rank) where use_rslora says so (Kalajdzievski 2023).
  double scale = 2;
};

/// Reads adapter_config.json of a PEFT folder. Throws BadInput, with file and field, for an adapter that is not LoRA or
/// uses what heed does not compute (DoRA, trained biases, tokens or parameters, ranks that differ between layers,
/// transposed or quantized weights, an initialization that changes the model). Fields that only training reads, and
/// empty ones, are passed over: PEFT's versions up to 0.18 write ever more of them.
AdapterConfig read_adapter_config(const std::filesystem::path& folder);

}  // namespace heed::infer
