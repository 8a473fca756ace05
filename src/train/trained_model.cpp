#include "train/trained_model.h"

#include <cmath>
#include <cstdint>

#include "base/file.h"
#include "format/json.h"

namespace heed::train {

namespace fs = std::filesystem;
using format::Json;

namespace {

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// An integer where it is one, as PEFT writes it.
Json numeral(double number) {
  if (number == std::floor(number)) return static_cast<std::int64_t>(number);
  return number;
}

/// The fields of PEFT's LoraConfig that say something other than its defaults, and those defaults that heed wants.
Json adapter_config(const TrainedModel& model) {
  return {{"peft_type", "LORA"},
          {"task_type", model.task == infer::Engine::Task::kAnswer ? "CAUSAL_LM" : "SEQ_CLS"},
          {"base_model_name_or_path", fs::weakly_canonical(model.base).string()},
          {"r", model.rank},
          {"lora_alpha", numeral(model.alpha)},
          {"lora_dropout", 0.0},
          {"target_modules", model.targets},
          {"bias", "none"},
          {"fan_in_fan_out", false},
          {"inference_mode", true},
          {"init_lora_weights", true},
          {"modules_to_save", nullptr},
          {"rank_pattern", Json::object()},
          {"alpha_pattern", Json::object()},
          {"use_rslora", false},
          {"use_dora", false}};
}

Json recipe_with(const recipe::ModelRecipe& recipe, std::optional<std::string> adapter) {
  recipe::ModelRecipe changed = recipe;
  std::visit([&](auto& kind) { kind.adapter = std::move(adapter); }, changed.kind);
  return to_json(changed);
}

void write_adapter(const fs::path& folder, const TrainedModel& model, std::span<const format::OwnedTensor> tensors) {
  const std::string place = fs::weakly_canonical(folder).string();
  base::write_file(folder / "adapter_config.json", text_of(adapter_config(model)));
  base::write_file(folder / "recipe.json", text_of(recipe_with(model.recipe, place)));
  format::write_safetensors(folder / "adapter_model.safetensors", tensors);
}

/// The configuration of the base, whose weights are float32 now.
Json whole_config(const TrainedModel& model) {
  Json config = format::read_json(model.base / "config.json");
  for (const char* const name : {"torch_dtype", "dtype"})
    if (config.contains(name)) config[name] = "float32";
  return config;
}

void write_whole(const fs::path& folder, const TrainedModel& model, std::span<const format::OwnedTensor> tensors) {
  base::write_file(folder / "config.json", text_of(whole_config(model)));
  for (const std::string_view name : model.tokenizer_files)
    if (base::is_there(model.base / name)) base::write_file(folder / name, base::read_file(model.base / name));
  base::write_file(folder / "heed.json", text_of(recipe_with(model.recipe, std::nullopt)));
  format::write_safetensors(folder / "model.safetensors", tensors);
}

}  // namespace

std::vector<std::string> files_of(const TrainedModel& model) {
  if (model.method == infer::Method::kLora) return {"adapter_config.json", "recipe.json", "adapter_model.safetensors"};
  std::vector<std::string> files = {"config.json", "heed.json", "model.safetensors"};
  for (const std::string_view name : model.tokenizer_files)
    if (base::is_there(model.base / name)) files.emplace_back(name);
  return files;
}

void write_trained(const fs::path& folder, const TrainedModel& model, std::span<const format::OwnedTensor> tensors) {
  base::make_folder(folder);
  if (model.method == infer::Method::kLora) return write_adapter(folder, model, tensors);
  write_whole(folder, model, tensors);
}

}  // namespace heed::train
