#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/folder.h"
#include "format/safetensors_writer.h"
#include "infer/engine.h"
#include "infer/learner.h"
#include "recipe/recipe.h"

namespace heed::train {

/// Where what is learned goes: as PEFT's adapter folder, or as a checkpoint in Hugging Face's layout.
struct TrainedModel {
  infer::Method method = infer::Method::kLora;
  std::filesystem::path base;  ///< the checkpoint's folder
  recipe::ModelRecipe recipe{};
  infer::Engine::Task task = infer::Engine::Task::kAnswer;
  int rank = 8;
  double alpha = 16;
  std::vector<std::string> targets{};                   ///< of the adapter, as PEFT names them
  std::span<const std::string_view> tokenizer_files{};  ///< that a whole checkpoint takes along, where there are any
};

/// The names of the files that write_trained() writes.
std::vector<std::string> files_of(const TrainedModel& model);

/// Writes the tensors that a learner gives, and what makes them a model. Of an adapter adapter_config.json (which PEFT
/// reads), recipe.json (the recipe with this adapter) and last adapter_model.safetensors; of a whole model config.json,
/// the tokenizer's files, heed.json and last model.safetensors. Each file is written whole or not at all. Throws
/// BadInput where it cannot be written.
void write_trained(const std::filesystem::path& folder, const TrainedModel& model,
                   std::span<const format::OwnedTensor> tensors);

}  // namespace heed::train
