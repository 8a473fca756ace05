#include <filesystem>

#include "base/error.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_options.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "infer/load_engine.h"
#include "recipe/presets.h"
#include "train/merged_checkpoint.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadInput;
using base::BadUsage;
using train::MergeOrder;

namespace {

struct Options {
  std::string model, adapter, out;
  std::string dtype = "stored";
  std::uint64_t shard_bytes = 0;
  bool overwrite = false;
};

struct StoredType {
  std::string_view name, short_name;
  std::optional<format::TensorType> type;
};
constexpr StoredType kTypes[] = {{"stored", "stored", {}},
                                 {"float32", "fp32", format::TensorType::kFloat32},
                                 {"bfloat16", "bf16", format::TensorType::kBfloat16},
                                 {"float16", "fp16", format::TensorType::kFloat16}};

std::optional<format::TensorType> type_named(const std::string& name) {
  for (const StoredType& row : kTypes)
    if (name == row.name || name == row.short_name) return row.type;
  throw BadUsage("there is no --dtype " + name + "; known: stored, float32 (fp32), bfloat16 (bf16), float16 (fp16)");
}

std::optional<std::string> adapter_of(const recipe::ModelRecipe& recipe) {
  return std::visit([](const auto& kind) { return kind.adapter; }, recipe.kind);
}

/// The recipe that lies with an adapter: what heed train taught it with, or the heed.json that somebody put there.
std::optional<recipe::ModelRecipe> recipe_beside(const fs::path& adapter) {
  for (const char* const name : {"recipe.json", "heed.json"})
    if (fs::is_regular_file(adapter / name)) return recipe::read_recipe_file(adapter / name);
  return std::nullopt;
}

/// Finds the checkpoint, the adapter and what the result is for: what lies with the adapter says it, then what lies
/// with the checkpoint, then the preset of its name.
void find_parts(const Options& options, MergeOrder& order) {
  std::optional<recipe::ModelRecipe> recipe;
  if (const auto folder = folder_meant(options.model); folder && !options.adapter.empty()) {
    order.files = {*folder, options.adapter};  // needs no recipe: a model that is yet for nothing in particular
    if (const auto* const preset = preset_of_folder(*folder)) recipe = recipe_of(*preset, recipe::RecipeStyle::kSound);
  } else {
    ModelFlags flags;
    flags.model = options.model;
    flags.adapter = options.adapter;
    const retrieve::LocalModelSource found = find_model(flags);
    order.files = {found.folder, found.adapter};
    recipe = found.recipe;
    if (const auto own = adapter_of(found.recipe); own && !order.files.adapter)
      order.files.adapter = found.folder / *own;
  }
  if (!order.files.adapter) throw BadUsage(options.model + " comes without an adapter; --adapter names its folder");
  const fs::path& adapter = *order.files.adapter;
  if (!fs::is_directory(adapter)) throw BadInput("there is no folder " + adapter.string() + " with an adapter");
  if (const auto beside = recipe_beside(adapter))
    order.recipe = to_json(*beside);
  else if (recipe && !fs::exists(order.files.folder / "heed.json"))
    order.recipe = to_json(*recipe);
}

void run_merge(const Options& options) {
  MergeOrder order{.files = {}, .out = options.out};
  order.type = type_named(options.dtype);
  if (options.shard_bytes > 0) order.shard_bytes = options.shard_bytes;
  if (options.overwrite) order.existing = MergeOrder::Existing::kReplaced;
  find_parts(options, order);
  check_merge_target(order);  // before the engine is loaded
  const InterruptWatch watch;
  ProgressView view(fs::path(options.out).filename().string());
  order.on_tensor = [&](std::size_t done, std::size_t total) {
    view.show("merged", static_cast<long>(done), static_cast<long>(total), 0);
    check_interrupt();
  };
  train::MergedCheckpoint merged;
  try {
    merged = merge_checkpoint(infer::load_engine(), order);
  } catch (const Interrupted&) {
    throw Interrupted{"stopped; nothing of " + options.out + " is there: it appears whole or not at all"};
  }
  say(options.out + " has " + base::counted(static_cast<long>(merged.tensors), "tensor", "tensors") + " in " +
      base::counted(static_cast<long>(merged.weight_files), "file", "files"));
  if (!fs::exists(fs::path(options.out) / "heed.json"))
    say("it has no heed.json, which would say what the model is for (docs/recipes.md)");
}

}  // namespace

void set_up_merge(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--model", options->model,
                 "the checkpoint that the adapter belongs to: a folder in Hugging Face's layout; or a preset's name or "
                 "Hub id (heed models), looked for as heed score does")
      ->type_name("NAME|FOLDER")
      ->required();
  app.add_option("--adapter", options->adapter,
                 "folder of a LoRA adapter in PEFT's layout. Default: that of the model's recipe")
      ->type_name("FOLDER");
  app.add_option("--out", options->out, "the folder for the merged checkpoint")->type_name("FOLDER")->required();
  app.add_option("--dtype", options->dtype,
                 "the type of floating-point weights: as the checkpoint has them, or float32, bfloat16, float16 (fp32, "
                 "bf16, fp16)")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--shard-size", options->shard_bytes, "the largest file of weights, as 500MB or 5GB. Default: 5GB")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(true))
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 60));
  app.add_flag("--overwrite", options->overwrite,
               "replace --out, where heed merge made it and nothing else has been put there");
  app.footer(
      "Writes the whole model with the adapter added in, as transformers, vLLM and others open it without PEFT.\n"
      "  heed merge --model mistralai/Mistral-7B-Instruct-v0.2 --adapter my-lora --out my-model\n"
      "  heed merge --model castorini/repllama-v1-7b-lora-passage --out repllama --dtype bfloat16\n"
      "Each weight that the adapter changes becomes W + alpha/r B A, added up in float32 and rounded once; every "
      "other\n"
      "tensor is copied bit by bit, or rounded to --dtype. Adapters may come from PEFT, LLaMA-Factory or heed; what\n"
      "cannot be merged exactly (DoRA, trained embeddings, adapters of another model) is refused, by name.\n"
      "The folder has the weights as safetensors, config.json, the tokenizer's files, heed.json (what lies with the "
      "adapter as\n"
      "recipe.json or heed.json, else the model's) and heed-merge.json, which says what it was made of. One tensor is "
      "in memory at a time. The folder\n"
      "appears whole or not at all.");
  app.callback([options] { run_merge(*options); });
}

}  // namespace heed::cli
