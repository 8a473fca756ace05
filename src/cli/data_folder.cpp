#include "cli/data_folder.h"

#include <cstdlib>

#include "base/error.h"

namespace heed::cli {

std::filesystem::path data_folder() {
  if (const char* const given = std::getenv("HEED_DATA"); given != nullptr && *given != '\0') return given;
  for (const char* const place : {HEED_INSTALLED_DATA_DIR, HEED_DATA_DIR})
    if (std::filesystem::is_directory(std::filesystem::path(place) / "demo")) return place;
  throw base::BadInput("the collections that come with heed are not at " HEED_INSTALLED_DATA_DIR
                       " nor at " HEED_DATA_DIR "; the environment's HEED_DATA can name their folder");
}

}  // namespace heed::cli
