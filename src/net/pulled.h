#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "net/hub.h"

namespace heed::net {

/// The file beside what was fetched that says what it is; written last.
inline constexpr const char* kPulledFile = "heed-pull.json";

/// What a folder holds of a repository.
struct Pulled {
  struct File {
    std::string path{};  ///< below the folder
    HubFile from{};
  };
  std::string endpoint{};
  Repository repository{};
  std::string commit{};
  std::vector<File> files{};
};

/// heed-pull.json.
std::string to_text(const Pulled& pulled);

/// What the folder's heed-pull.json says; none where there is no such file. Throws BadInput, naming it, for another
/// program's or a broken one.
std::optional<Pulled> read_pulled(const std::filesystem::path& folder);

/// Before files of another plan come to the folder: its heed-pull.json becomes heed-pull.json.old, so that nobody takes
/// a mix of two for complete. Throws BadInput where it cannot be renamed.
void retire_pulled(const std::filesystem::path& folder);

/// When all of the plan's files are there: removes those that the retired heed-pull.json alone lists, then that itself.
/// Nothing else is removed, and nothing outside the folder. Throws BadInput where one cannot be.
void remove_retired(const Pulled& plan, const std::filesystem::path& folder);

/// Reads every file whole, and says which are missing or are not what was fetched; none where all are right.
std::vector<std::string> faults_of(const Pulled& pulled, const std::filesystem::path& folder);

}  // namespace heed::net
