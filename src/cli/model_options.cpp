#include "cli/model_options.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "cli/folders.h"
#include "cli/terminal.h"
#include "net/pulled.h"
#include "recipe/presets.h"
#include "retrieve/remote_presets.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadInput;
using base::BadUsage;
using recipe::Preset;

namespace {

fs::path environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Hugging Face's cache, as huggingface_hub finds it.
fs::path hub_cache() {
  for (const char* name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const fs::path cache = environment(name); !cache.empty()) return cache;
  if (const fs::path home = environment("HF_HOME"); !home.empty()) return home / "hub";
  if (const fs::path home = environment("XDG_CACHE_HOME"); !home.empty()) return home / "huggingface" / "hub";
  if (const fs::path home = environment("HOME"); !home.empty()) return home / ".cache" / "huggingface" / "hub";
  return {};
}

/// Where a repository of the Hub would lie on this machine, the likeliest first.
std::vector<fs::path> places_of(const std::string& hub_id) {
  std::vector<fs::path> places;
  if (!environment("HEED_MODELS").empty() || !user_cache().empty()) {
    const fs::path models = models_root();
    places = {models / hub_id, models / fs::path(hub_id).filename()};
  }
  const fs::path cache = hub_cache();
  if (cache.empty()) return places;
  std::string name = "models--" + hub_id;
  if (const std::size_t slash = name.find('/'); slash != std::string::npos) name.replace(slash, 1, "--");
  std::string commit;
  std::ifstream(cache / name / "refs" / "main") >> commit;
  places.push_back(cache / name / "snapshots" / commit);
  return places;
}

fs::path find_repository(const std::string& hub_id, const char* file) {
  std::string tried;
  for (const fs::path& place : places_of(hub_id)) {
    if (base::is_there(place / file)) return place;
    tried += (tried.empty() ? "" : ", ") + place.string();
  }
  throw BadInput(
      hub_id + " is not on this machine: no " + file + " in " + tried +
      "; heed pull fetches it; or give --model its folder, or name the folder of models in the environment's "
      "HEED_MODELS");
}

/// "jhu-clsp/FollowIR-7B" of .../models--jhu-clsp--FollowIR-7B/snapshots/COMMIT, else the folder's own name.
std::string likely_name(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  for (const fs::path& part : whole) {
    std::string name = part.string();
    if (!name.starts_with("models--")) continue;
    name.erase(0, 8);
    if (const std::size_t dashes = name.find("--"); dashes != std::string::npos) name.replace(dashes, 2, "/");
    return name;
  }
  return whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
}

/// The name as it can be part of files' names and a field of a TREC run.
std::string plain_name(std::string name) {
  const auto parts_names = [](unsigned char c) { return c == '/' || std::isspace(c) != 0; };
  std::ranges::replace_if(name, parts_names, '_');
  return name;
}

const Preset& preset_named(const std::string& name) {
  const Preset* const preset = recipe::find_preset(name);
  if (preset == nullptr) throw BadUsage("there is no preset " + name + "; heed models lists them");
  return *preset;
}

recipe::ModelRecipe recipe_of(const ModelFlags& flags, const fs::path& folder, const Preset* preset) {
  if (flags.recipe != "sound" && flags.recipe != "paper")
    throw BadUsage("there is no recipe " + flags.recipe + "; known: sound, paper");
  fs::path file = flags.recipe_file;
  if (file.empty() && preset == nullptr && base::is_there(folder / "heed.json")) file = folder / "heed.json";
  if (!file.empty()) {
    if (flags.recipe == "paper") say(file.string() + " is one recipe, which --recipe paper does not change");
    return recipe::read_recipe_file(file);
  }
  if (preset == nullptr) preset = preset_of_folder(folder);
  if (preset == nullptr)
    throw BadInput(folder.string() +
                   " has no heed.json, which says what the model is for, and its name is no preset's; "
                   "--preset or --recipe-file says it (docs/recipes.md)");
  return recipe::recipe_of(*preset,
                           flags.recipe == "sound" ? recipe::RecipeStyle::kSound : recipe::RecipeStyle::kPaper);
}

/// As libtorch spells it, and as people shorten it.
infer::Precision precision_named(const std::string& dtype) {
  if (dtype == "auto") return infer::native_precision();
  for (const char* name : {"float32", "fp32", "f32"})
    if (dtype == name) return infer::Precision::kFloat32;
  for (const char* name : {"bfloat16", "bf16"})
    if (dtype == name) return infer::Precision::kBfloat16;
  throw BadUsage("there is no dtype " + dtype + "; known: auto, float32 (fp32), bfloat16 (bf16)");
}

infer::EngineOptions engine_options(const ModelFlags& flags) {
  infer::EngineOptions options;
  options.threads = flags.threads == 0 ? base::usable_cores() : flags.threads;
  options.precision = precision_named(flags.dtype);
  if (flags.adapter_use == "applied")
    options.adapter_use = infer::AdapterUse::kApplied;
  else if (flags.adapter_use != "merged")
    throw BadUsage("there is no --adapter-use " + flags.adapter_use + "; known: merged, applied");
  return options;
}

}  // namespace

std::optional<fs::path> folder_meant(const std::string& model) {
  if (fs::is_directory(model)) return model;
  if (recipe::find_preset(model) != nullptr || !net::is_repository_id(model)) return std::nullopt;
  if (variable("HEED_MODELS").empty() && user_cache().empty()) return std::nullopt;
  const fs::path pulled = models_root() / model;
  return base::is_there(pulled / net::kPulledFile) ? std::optional(pulled) : std::nullopt;
}

const Preset* preset_of_folder(const fs::path& folder) {
  return recipe::find_preset(likely_name(folder));
}

void add_model(CLI::App& app, ModelFlags& flags) {
  app.add_option(
         "--model", flags.model,
         "a checkpoint's folder in Hugging Face's layout, with a heed.json or a known name; or a preset's name or "
         "Hub id (heed models), looked for where heed pull puts models and in Hugging Face's cache")
      ->type_name("NAME|FOLDER")
      ->required();
  app.add_option("--preset", flags.preset, "what the model is, by the name of a preset, in place of its heed.json")
      ->type_name("NAME");
  app.add_option("--recipe-file", flags.recipe_file, "a heed.json elsewhere")->type_name("FILE");
  app.add_option("--adapter", flags.adapter, "folder of a LoRA adapter in PEFT's layout, in place of the recipe's")
      ->type_name("FOLDER");
  app.add_option("--adapter-use", flags.adapter_use,
                 "merged: added into the weights when they are opened; applied: computed beside them")
      ->type_name("merged|applied")
      ->capture_default_str();
  app.add_option(
         "--dtype", flags.dtype,
         "what matrices are multiplied in: float32 or bfloat16 (fp32, bf16); auto: bfloat16 where the CPU has it")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--threads", flags.threads, "threads of the model. Default: the cores that the process may use")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
}

void add_remote_model(CLI::App& app, ModelFlags& flags) {
  constexpr std::pair<const char*, const char*> kMeanings[] = {
      {"--model", "; or a model behind an API: a preset's name, or with --api the service's name for it"},
      {"--preset", "; with --api: whose texts it is asked with"},
      {"--recipe-file", ", or a recipe of the kind remote"}};
  for (const auto& [flag, meaning] : kMeanings) {
    CLI::Option& option = *app.get_option(flag);
    option.description(option.get_description() + meaning);
  }
  add_remote(app, flags.remote);
}

void add_recipe_style(CLI::App& app, ModelFlags& flags) {
  app.add_option("--recipe", flags.recipe, "of a preset: sound, as its authors document it; paper, as the paper ran it")
      ->type_name("NAME")
      ->capture_default_str();
}

retrieve::LocalModelSource find_model(const ModelFlags& flags) {
  retrieve::LocalModelSource source;
  const Preset* preset = flags.preset.empty() ? nullptr : &preset_named(flags.preset);
  std::string adapter = flags.adapter;
  if (const auto folder = folder_meant(flags.model)) {
    source.folder = *folder;
    source.name = likely_name(*folder);
  } else {
    const Preset* const named = recipe::find_preset(flags.model);
    if (named == nullptr && retrieve::find_remote_preset(flags.model) != nullptr)
      throw BadUsage(flags.model + " is a model behind an API, of which there is no checkpoint");
    if (named == nullptr && flags.model.find('/') != std::string::npos)
      throw BadInput(flags.model + ": there is no such folder, nor a model of that id; heed models lists the models");
    if (named == nullptr)
      throw BadUsage("there is neither a folder nor a model " + flags.model + "; heed models lists the models");
    if (preset == nullptr) preset = named;
    const std::string id(named->base_id.empty() ? hub_id_meant(*named, flags.model) : named->base_id);
    source.name = named->name;
    if (id == named->other_id) source.name = fs::path(id).filename();
    source.folder = find_repository(id, "config.json");
  }
  source.name = plain_name(source.name);
  source.recipe = recipe_of(flags, source.folder, preset);
  if (adapter.empty() && preset != nullptr && !preset->base_id.empty())
    adapter = find_repository(std::string(preset->hub_id), "adapter_config.json").string();
  source.options = engine_options(flags);
  if (!adapter.empty()) source.adapter = adapter;
  return source;
}

namespace {

/// The recipe that the flags mean, if it is one of a model behind an API.
std::optional<retrieve::RemoteRecipe> remote_recipe_of(const ModelFlags& flags) {
  if (!flags.remote.api.empty()) {
    if (!flags.recipe_file.empty())
      throw BadUsage("--api and --recipe-file exclude each other: a recipe of the kind remote says its \"api\"");
    auto recipe = retrieve::default_remote_recipe(flags.remote.api);
    recipe.model = flags.model;
    return recipe;
  }
  if (!flags.recipe_file.empty()) {
    const format::Json json = format::read_json(flags.recipe_file);
    if (!retrieve::is_remote_recipe(json)) return std::nullopt;
    auto recipe = retrieve::read_remote_recipe(json, flags.recipe_file);
    if (recipe.model.empty()) recipe.model = flags.model;
    return recipe;
  }
  if (fs::is_directory(flags.model)) return std::nullopt;
  const retrieve::RemotePreset* const preset = retrieve::find_remote_preset(flags.model);
  return preset == nullptr ? std::nullopt : std::optional(recipe_of(*preset));
}

/// The recipe as the flags change it; read anew, so that what they say is checked as a file's.
retrieve::RemoteRecipe changed(const retrieve::RemoteRecipe& recipe, const RemoteFlags& flags) {
  format::Json json = to_json(recipe);
  if (!flags.url.empty()) json["url"] = flags.url;
  if (!flags.key_env.empty()) json["key_env"] = flags.key_env;
  if (flags.concurrency) json["concurrency"] = *flags.concurrency;
  if (flags.timeout) json["timeout_s"] = *flags.timeout;
  if (flags.attempts) json["attempts"] = *flags.attempts;
  if (flags.batch) json["batch"] = *flags.batch;
  if (flags.price) json["price"] = *flags.price;
  return retrieve::read_remote_recipe(json, recipe.api);
}

void check_remote(const ModelFlags& flags) {
  if (!flags.adapter.empty()) throw BadUsage("--adapter belongs to a checkpoint, which a model behind an API has not");
  if (flags.dtype != "auto")
    throw BadUsage("--dtype belongs to a checkpoint; a model behind an API is as it is served");
}

}  // namespace

std::optional<retrieve::RemoteModelSource> find_remote_model(const ModelFlags& flags) {
  auto recipe = remote_recipe_of(flags);
  if (!recipe) {
    if (const char* const flag = flags.remote.given())
      throw BadUsage(std::string(flag) + " belongs to a model behind an API, which " + flags.model +
                     " is not; --api says how it is asked");
    return std::nullopt;
  }
  check_remote(flags);
  if (!flags.preset.empty()) {
    const auto style = flags.recipe == "paper" ? recipe::RecipeStyle::kPaper : recipe::RecipeStyle::kSound;
    recipe = with_texts_of(*recipe, recipe::recipe_of(preset_named(flags.preset), style));
  }
  retrieve::RemoteModelSource source{.name = flags.model, .recipe = changed(*recipe, flags.remote)};
  if (const auto* const preset = retrieve::find_remote_preset(flags.model);
      preset != nullptr && flags.remote.api.empty())
    source.name = preset->name;
  source.name = plain_name(source.name);
  source.key_origin = key_variable(source.recipe);
  source.key = key_from_environment(source.key_origin, source.recipe.api);
  source.hooks = telling_hooks();
  return source;
}

retrieve::Model open_model(const ModelFlags& flags) {
  if (const auto remote = find_remote_model(flags)) return retrieve::open_model(*remote);
  const auto rows = retrieve::models();
  const auto row = std::ranges::find(rows, flags.model, &retrieve::Model::name);
  return row != rows.end() ? *row : retrieve::open_model(find_model(flags));
}

}  // namespace heed::cli
