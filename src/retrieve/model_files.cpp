#include "retrieve/model_files.h"

#include <algorithm>
#include <optional>

#include "base/error.h"

namespace heed::retrieve {

namespace {

constexpr std::string_view kTokenizerFiles[] = {
    "tokenizer.json",        "tokenizer.model",   "spiece.model",           "vocab.txt",
    "tokenizer_config.json", "added_tokens.json", "special_tokens_map.json"};

constexpr std::string_view kDescriptions[] = {"config.json", "heed.json", "modules.json", "adapter_config.json"};

// In the order in which format/checkpoint and the engine's adapter look for them.
constexpr std::string_view kWeights[] = {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                                         "pytorch_model.bin.index.json"};
constexpr std::string_view kAdapterWeights[] = {"adapter_model.safetensors", "adapter_model.bin"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The first of the names that is listed below `folder` ("" or "NAME/").
std::optional<std::string> first_of(std::span<const std::string_view> names, std::span<const std::string> listed,
                                    const std::string& folder) {
  for (const std::string_view name : names)
    if (const std::string path = folder + std::string(name); std::ranges::find(listed, path) != listed.end())
      return path;
  return std::nullopt;
}

/// model-00001-of-00002.safetensors, of model.safetensors.index.json.
bool is_shard(std::string_view path, std::string_view index) {
  constexpr std::string_view kIndex = ".index.json";
  const std::string_view whole = index.substr(0, index.size() - kIndex.size());
  const std::string_view stem = whole.substr(0, whole.rfind('.')), ending = whole.substr(whole.rfind('.'));
  if (!path.starts_with(std::string(stem) + "-") || !path.ends_with(ending)) return false;
  const std::string_view number = path.substr(stem.size() + 1, path.size() - stem.size() - 1 - ending.size());
  return number.find("-of-") != std::string_view::npos &&
         std::ranges::all_of(number, [](char c) { return is_digit(c) || c == '-' || c == 'o' || c == 'f'; });
}

void add_weights(std::vector<std::string>& files, std::span<const std::string> listed) {
  const auto weights = first_of(kWeights, listed, "");
  if (!weights) return;
  files.push_back(*weights);
  if (!weights->ends_with(".index.json")) return;
  for (const std::string& path : listed)
    if (is_shard(path, *weights)) files.push_back(path);
}

/// The folders of Sentence-Transformers' modules, as it names them: a number, `_`, what it is.
void add_modules(std::vector<std::string>& files, std::span<const std::string> listed) {
  if (std::ranges::find(listed, "modules.json") == listed.end()) return;
  for (const std::string& path : listed) {
    const std::size_t slash = path.find('/');
    if (slash == std::string::npos || !is_digit(path[0]) || path.substr(slash + 1) != "config.json") continue;
    const std::string folder = path.substr(0, slash + 1);
    if (folder.find('_') == std::string::npos || folder.ends_with("_Transformer/")) continue;
    files.push_back(path);
    if (const auto weights = first_of(kWeights, listed, folder)) files.push_back(*weights);
  }
}

}  // namespace

std::span<const std::string_view> tokenizer_files() {
  return kTokenizerFiles;
}

std::vector<std::string> model_files(std::string_view name, std::span<const std::string> listed) {
  std::vector<std::string> files;
  const auto is_listed = [&](std::string_view file) { return std::ranges::find(listed, file) != listed.end(); };
  for (const std::span<const std::string_view> names :
       {std::span<const std::string_view>(kDescriptions), tokenizer_files()})
    for (const std::string_view file : names)
      if (is_listed(file)) files.emplace_back(file);
  const std::size_t before = files.size();
  if (is_listed("config.json")) add_weights(files, listed);
  if (is_listed("adapter_config.json"))
    if (const auto weights = first_of(kAdapterWeights, listed, "")) files.push_back(*weights);
  if (!is_listed("config.json") && !is_listed("adapter_config.json"))
    throw base::BadInput(std::string(name) +
                         " has neither config.json nor adapter_config.json: it is no model that heed runs");
  if (files.size() == before)
    throw base::BadInput(std::string(name) +
                         " has no weights that heed reads: neither safetensors nor pytorch_model.bin");
  add_modules(files, listed);
  return files;
}

}  // namespace heed::retrieve
