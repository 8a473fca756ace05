#include "cli/outputs.h"

#include "base/error.h"

namespace heed::cli {

namespace fs = std::filesystem;

namespace {

/// Neither a name for standard input nor a device, of which nothing is lost.
bool is_place(const fs::path& path) {
  std::error_code ignored;
  return !path.empty() && path != "-" && (!fs::is_other(path, ignored) || fs::is_directory(path, ignored));
}

/// The place that a name means, be it there or not.
fs::path place_of(const fs::path& path) {
  std::error_code error;
  const fs::path place = fs::weakly_canonical(fs::absolute(path), error);
  if (error) return path;
  return place.has_filename() ? place : place.parent_path();
}

bool is_same(const fs::path& a, const fs::path& b) {
  std::error_code error;  // of a file that is not there yet
  return fs::equivalent(a, b, error) || place_of(a) == place_of(b);
}

/// Whether a file that is there belongs to the folder.
bool is_file_of(const fs::path& path, const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored) || !fs::is_regular_file(path, ignored)) return false;
  const fs::path relative = place_of(path).lexically_relative(place_of(folder));
  return !relative.empty() && *relative.begin() != "..";
}

std::string shown(const NamedPath& path) {
  return path.flag + " " + path.path.string();
}

}  // namespace

void check_outputs(std::span<const NamedPath> inputs, std::span<const NamedPath> outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const NamedPath& output = outputs[i];
    if (!is_place(output.path)) continue;
    for (const NamedPath& input : inputs)
      if (is_place(input.path) && (is_same(output.path, input.path) || is_file_of(output.path, input.path)))
        throw base::BadUsage(shown(output) + " would overwrite what " + shown(input) + " reads");
    for (const NamedPath& other : outputs.first(i))
      if (is_place(other.path) && is_same(output.path, other.path))
        throw base::BadUsage(shown(output) + " and " + shown(other) + " are the same file");
  }
}

}  // namespace heed::cli
