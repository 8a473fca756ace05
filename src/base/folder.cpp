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

}  // namespace

NewFolder::NewFolder(const fs::path& path)
    : named_(path),
      place_(place_of(path)),
      made_(place_.string() + std::string(kTemporary) + std::to_string(getpid())) {
  if (place_.has_parent_path()) make_folder(place_.parent_path());
  remove_left_overs(place_);
  make_folder(made_);
}

/// Also once it is published: then the temporary name is that of what was replaced, if anything was.
NewFolder::~NewFolder() {
  std::error_code ignored;
  fs::remove_all(made_, ignored);
}

void NewFolder::publish() {
  if (rename(made_.c_str(), place_.c_str()) == 0) return;  // nothing there, or an empty folder
  const bool is_full = errno == ENOTEMPTY || errno == EEXIST;
  if (!is_full || renameat2(AT_FDCWD, made_.c_str(), AT_FDCWD, place_.c_str(), RENAME_EXCHANGE) != 0)
    throw BadInput(named_.string() + ": the folder cannot be written: " + std::strerror(errno));
}

void write_folder(const fs::path& path, std::span<const FolderFile> files) {
  NewFolder made(path);
  for (const FolderFile& file : files) write_file(made.path() / file.path, file.content);
  made.publish();
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
