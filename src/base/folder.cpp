#include "base/folder.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace heed::base {

namespace fs = std::filesystem;

namespace {

/// What stands between a folder's name and its writer's process in a temporary name.
constexpr std::string_view kTemporary = ".new-";

/// The folder itself, without a slash at its end, links followed.
fs::path place_of(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  const fs::path named = normal.has_filename() ? normal : normal.parent_path();
  std::error_code ignored;
  return fs::is_symlink(named, ignored) ? fs::weakly_canonical(named) : named;
}

void remove_left_overs(const fs::path& place) {
  const std::string beginning = place.filename().string() + std::string(kTemporary);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(place.has_parent_path() ? place.parent_path() : ".", error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(beginning)) continue;
    const long process = std::atol(name.c_str() + beginning.size());
    if (process > 0 && kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH) fs::remove_all(entry, error);
  }
}

/// A folder under a temporary name: removed at the end, with what it then holds.
struct TemporaryFolder {
  explicit TemporaryFolder(const fs::path& place)
      : path(place.string() + std::string(kTemporary) + std::to_string(getpid())) {}
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path path;
};

/// Puts `made` in the place of a folder that is there, or is not; the old one then has the name of `made`, if any.
bool publish(const fs::path& made, const fs::path& place) {
  if (rename(made.c_str(), place.c_str()) == 0) return true;  // nothing there, or an empty folder
  if (errno != ENOTEMPTY && errno != EEXIST) return false;
  return renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0;
}

}  // namespace

void write_folder(const fs::path& path, std::span<const FolderFile> files) {
  const fs::path place = place_of(path);
  if (place.has_parent_path()) make_folder(place.parent_path());
  remove_left_overs(place);
  const TemporaryFolder made(place);
  make_folder(made.path);
  for (const FolderFile& file : files) write_file(made.path / file.path, file.content);
  if (!publish(made.path, place))
    throw BadInput(path.string() + ": the folder cannot be written: " + std::strerror(errno));
}

void write_together(const fs::path& folder, std::span<const FolderFile> files) {
  std::vector<std::pair<fs::path, fs::path>> renames;  // temporary names and those they get
  std::error_code ignored;
  try {
    for (const FolderFile& file : files) {
      const fs::path place = place_of(folder / file.path);
      const fs::path temporary = place.string() + std::string(kTemporary) + std::to_string(getpid()) + "-together";
      renames.emplace_back(temporary, place);
      write_file(temporary, file.content);
    }
    for (const auto& [temporary, place] : renames)
      if (std::rename(temporary.c_str(), place.c_str()) != 0)
        throw BadInput(place.string() + ": cannot be written: " + std::strerror(errno));
  } catch (...) {
    for (const auto& rename : renames) fs::remove(rename.first, ignored);
    throw;
  }
}

std::string first_foreign(const fs::path& path, std::span<const FolderFile> files) {
  if (!is_there(path)) return "";
  if (!fs::is_directory(path)) throw BadInput(path.string() + ": is there, and is no folder");
  std::vector<std::string> foreign;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.is_directory()) continue;
    const std::string name = entry.path().lexically_relative(path).generic_string();
    if (std::ranges::find(files, name, &FolderFile::path) == files.end()) foreign.push_back(name);
  }
  return foreign.empty() ? "" : *std::ranges::min_element(foreign);
}

}  // namespace heed::base
