#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "format/passed_over.h"

namespace heed::format {

/// The files of a path, in the order of their paths' bytes: the file itself, or all below a folder. Links to files are
/// followed. Passed over with a note: names that begin with a dot, links to folders (which could lead in circles) and
/// links to nothing, what is neither file nor folder. Memory grows with the largest folder, not with the number of
/// files.
class FileWalk {
 public:
  /// Throws BadInput where there is nothing of that name, or it is neither a file nor a folder.
  FileWalk(std::filesystem::path path, PassedOver& passed_over);

  /// The next file; nothing at the end. Throws BadInput for a folder that cannot be listed.
  std::optional<std::filesystem::path> next();

 private:
  struct Folder {
    std::filesystem::path path;
    std::vector<std::string> names;  // to come, the next last; of folders with a slash at the end
  };
  void enter(const std::filesystem::path& folder);

  std::optional<std::filesystem::path> single_;
  std::vector<Folder> open_;
  PassedOver& passed_over_;
};

}  // namespace heed::format
