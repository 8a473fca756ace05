#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/command.h"
#include "cli/remote_options.h"
#include "recipe/presets.h"
#include "retrieve/local_model.h"
#include "retrieve/remote_model.h"

namespace heed::cli {

/// What names a model and says how it is used, on every command that runs one.
struct ModelFlags {
  std::string model;
  std::string preset, recipe_file, adapter;
  std::string recipe = "sound";  ///< of a preset
  std::string dtype = "auto";
  std::string adapter_use = "merged";
  int threads = 0;  ///< 0: the cores that the process may use
  RemoteFlags remote{};
};

/// --model, and what belongs to it but --recipe.
void add_model(CLI::App& app, ModelFlags& flags);
/// What belongs to a model behind an API: its flags, and what --model, --preset and --recipe-file mean there. REQUIRES:
/// add_model() before.
void add_remote_model(CLI::App& app, ModelFlags& flags);
/// --recipe, where it says nothing but which of a preset's recipes is meant.
void add_recipe_style(CLI::App& app, ModelFlags& flags);

/// Finds the checkpoint and its recipe: a folder, or a preset's name or Hub id, looked for where heed pull puts models
/// (folders.h) and in Hugging Face's cache. Throws BadInput, saying what was looked for, where there is none, and
/// BadUsage for a flag's unknown value, or a model behind an API.
retrieve::LocalModelSource find_model(const ModelFlags& flags);

/// The folder that --model is, or that of a model which heed pull fetched by an id that is no preset's.
std::optional<std::filesystem::path> folder_meant(const std::string& model);
/// The preset whose name the folder has; null where that is none's.
const recipe::Preset* preset_of_folder(const std::filesystem::path& folder);

/// The model behind an API that the flags mean, with its key from the environment: --api, a preset's name, or a recipe
/// file of the kind "remote"; nothing where they mean another kind of model. Throws BadUsage for flags that exclude
/// each other, BadInput where the key is missing.
std::optional<retrieve::RemoteModelSource> find_remote_model(const ModelFlags& flags);

/// find_model's or find_remote_model's, opened; or a row of retrieve::models(), where the name is one.
retrieve::Model open_model(const ModelFlags& flags);

}  // namespace heed::cli
