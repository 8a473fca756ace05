#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace heed::cli {

/// A file or folder, and the flag that names it.
struct NamedPath {
  std::string flag;
  std::filesystem::path path;
};

/// Throws BadUsage, before anything is written, where an output would take the place of an input, of a file in a folder
/// that is an input, or of another output; whatever the names they go by. `-`, devices and empty names are passed over.
void check_outputs(std::span<const NamedPath> inputs, std::span<const NamedPath> outputs);

}  // namespace heed::cli
