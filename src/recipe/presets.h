#pragma once

#include <span>
#include <string_view>

#include "recipe/recipe.h"

namespace heed::recipe {

/// How a known model is used.
enum class RecipeStyle {
  /// As the model's authors document it; of a reranker's prompt, only the document is cut, and there is one start
  /// token.
  kSound,
  /// As the paper's harness (mteb 1.7) ran it, flaws included.
  kPaper,
};

/// A model that the paper measured, or one close to it. Which recipe differs where, and why: docs/recipes.md.
struct Preset {
  /// As the paper's Table 2 spells it, where it is there.
  std::string_view name = {};
  /// The checkpoint on the Hugging Face Hub; the adapter's, where there is a base.
  std::string_view hub_id = {};
  /// Another id for which the row holds, or nothing.
  std::string_view other_id = {};
  /// The checkpoint to which the adapter belongs, or nothing.
  std::string_view base_id = {};
  /// Millions of parameters that the recipe uses (an encoder without its decoder, an embedder without its head),
  /// counted from the shapes of the architecture.
  int million_parameters = 0;
  /// heed.json.
  std::string_view sound = {};
  /// The fields of heed.json in which the paper's use differs, null for one that is absent there.
  std::string_view paper_changes = {};
  /// What the changes are, and which figures they move.
  std::string_view note = {};
  /// What the harness computed in.
  std::string_view paper_dtype = {};
};

/// In the order of the paper's Table 2, then what is not in it.
std::span<const Preset> presets();

/// The preset of that name, or of that id on the Hub (the first row, where two recipes share their weights), or with
/// an id that ends so after its slash, if it is the only one. Letters' case is ignored. Null where there is none.
const Preset* find_preset(std::string_view name_or_hub_id);

/// Which of the preset's ids on the Hub that name means: other_id where it is that one or its end, else hub_id.
std::string_view hub_id_meant(const Preset& preset, std::string_view name);

ModelRecipe recipe_of(const Preset& preset, RecipeStyle style);

}  // namespace heed::recipe
