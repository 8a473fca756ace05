#include "retrieve/remote_presets.h"

#include <algorithm>

#include "text/utf8.h"

namespace heed::retrieve {

namespace {

constexpr RemotePreset kPresets[] = {
    {.name = "OpenAI v3 Large",
     .model = "text-embedding-3-large",
     .recipe = R"json({
  "kind": "remote",
  "api": "openai-embeddings",
  "model": "text-embedding-3-large",
  "document_format": "{title} {text}",
  "batch": 100,
  "price": 0.13
})json",
     .note = "The instruction follows the query, batches of 100, as the paper had it."},
    {.name = "Cohere v3 English",
     .model = "embed-english-v3.0",
     .recipe = R"json({
  "kind": "remote",
  "api": "cohere-embeddings",
  "model": "embed-english-v3.0",
  "document_format": "{title} {text}",
  "batch": 96,
  "price": 0.10
})json",
     .note = "The instruction follows the query, as the paper had it. A request takes 96 texts."},
    {.name = "Google Gecko",
     .model = "text-embedding-preview-0409",
     .recipe = R"json({
  "kind": "remote",
  "api": "google-embeddings",
  "model": "text-embedding-preview-0409",
  "query_format": "{instruction} {query}",
  "document_format": "{title} {text}",
  "batch": 10
})json",
     .note =
         "The instruction comes before the query, batches of 10, as the paper had it. Google withdrew this preview "
         "(its successors were text-embedding-004 and 005): save the recipe with another \"model\" and name it with "
         "--recipe-file."},
};

std::string folded(std::string_view name) {
  std::string key = text::lower(name);
  std::ranges::replace(key, ' ', '-');
  return key;
}

}  // namespace

std::span<const RemotePreset> remote_presets() {
  return kPresets;
}

const RemotePreset* find_remote_preset(std::string_view name) {
  for (const RemotePreset& preset : kPresets)
    if (folded(preset.name) == folded(name) || folded(preset.model) == folded(name)) return &preset;
  return nullptr;
}

RemoteRecipe recipe_of(const RemotePreset& preset) {
  return read_remote_recipe(format::Json::parse(preset.recipe), preset.name);
}

}  // namespace heed::retrieve
