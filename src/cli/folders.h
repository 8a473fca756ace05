#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace heed::cli {

/// What the environment has under the name; empty where it is absent.
std::string variable(const char* name);

/// Where a person's programs keep what can be fetched again: $XDG_CACHE_HOME, else ~/.cache. Empty where the
/// environment has neither.
std::filesystem::path user_cache();

/// Where heed pull puts data sets, each as a folder by its task's name: `given` where it is not empty, else
/// $HEED_DATASETS, else heed/datasets in the user's cache. Throws BadInput where all of these are absent.
std::filesystem::path data_root(const std::string& given = "");

/// Where heed pull puts models, each as OWNER/NAME, and where models are looked for: `given`, $HEED_MODELS, heed/models
/// in the user's cache. Throws BadInput where all of these are absent.
std::filesystem::path models_root(const std::string& given = "");

/// The folder of a task that heed pull has fetched completely, by the task's name or title; none where it has not.
std::optional<std::filesystem::path> pulled_task(const std::string& name, const std::filesystem::path& root);

}  // namespace heed::cli
