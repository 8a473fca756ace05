#pragma once

#include <span>
#include <string_view>

#include "retrieve/remote_recipe.h"

namespace heed::retrieve {

/// A model behind an API that the paper measured.
struct RemotePreset {
  std::string_view name;    ///< as the paper's Table 2 spells it
  std::string_view model;   ///< as its service calls it
  std::string_view recipe;  ///< of the kind "remote"
  std::string_view note;
};

/// In the order of the paper's Table 2.
std::span<const RemotePreset> remote_presets();

/// The preset of that name, or of the service's name for it; letters' case is ignored, and a hyphen will do for a
/// blank. Null where there is none.
const RemotePreset* find_remote_preset(std::string_view name);

RemoteRecipe recipe_of(const RemotePreset& preset);

}  // namespace heed::retrieve
