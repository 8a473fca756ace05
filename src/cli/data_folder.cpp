#include "cli/data_folder.h"

#include <cstdlib>
#include <vector>

#include "base/error.h"

namespace heed::cli {

namespace {

/// Where the data that comes with heed may be, the best place first.
std::vector<std::filesystem::path> places() {
  if (const char* const given = std::getenv("HEED_DATA"); given != nullptr && *given != '\0') return {given};
  return {HEED_INSTALLED_DATA_DIR, HEED_DATA_DIR};
}

}  // namespace

std::filesystem::path data_folder() {
  const auto all = places();
  if (all.size() == 1) return all.front();
  for (const auto& place : all)
    if (std::filesystem::is_directory(place / "demo")) return place;
  throw base::BadInput("the collections that come with heed are not at " HEED_INSTALLED_DATA_DIR
                       " nor at " HEED_DATA_DIR "; the environment's HEED_DATA can name their folder");
}

std::optional<std::filesystem::path> published_folder() {
  for (const auto& place : places())
    if (std::filesystem::is_directory(place / "published")) return place / "published";
  return std::nullopt;
}

}  // namespace heed::cli
