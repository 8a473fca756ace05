#include "format/file_walk.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/error.h"

namespace heed::format {

namespace fs = std::filesystem;

FileWalk::FileWalk(fs::path path, PassedOver& passed_over) : passed_over_(passed_over) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw base::BadInput(path.string() + ": there is no such file or folder");
  if (fs::is_directory(status)) {
    enter(path);
    return;
  }
  if (!fs::is_regular_file(status))
    throw base::BadInput(path.string() + ": is neither a file nor a folder; a collection cannot come through a pipe");
  single_ = std::move(path);
}

std::optional<fs::path> FileWalk::next() {
  if (single_) return std::exchange(single_, std::nullopt);
  while (!open_.empty()) {
    if (open_.back().names.empty()) {
      open_.pop_back();
      continue;
    }
    std::string name = std::move(open_.back().names.back());
    open_.back().names.pop_back();
    const bool is_folder = name.ends_with('/');
    if (is_folder) name.pop_back();
    const fs::path path = open_.back().path / name;
    if (!is_folder) return path;
    enter(path);
  }
  return std::nullopt;
}

void FileWalk::enter(const fs::path& folder) {
  Folder entered{.path = folder, .names = {}};
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      std::string name = entry.path().filename().string();
      std::error_code ignored;
      const fs::file_status status = entry.status(ignored);
      const std::string shown = entry.path().string();
      if (name.starts_with('.')) {
        passed_over_.add("hidden files and folders", shown);
      } else if (fs::is_directory(status) && !entry.is_symlink(ignored)) {
        entered.names.push_back(name + "/");  // sorts as the paths below it do
      } else if (fs::is_regular_file(status)) {
        entered.names.push_back(std::move(name));
      } else {
        passed_over_.add(entry.is_symlink(ignored) ? "links to folders or to nothing" : "devices, sockets and pipes",
                         shown);
      }
    }
  } catch (const fs::filesystem_error& error) {
    throw base::BadInput(folder.string() + ": cannot be listed: " + error.code().message());
  }
  std::ranges::sort(entered.names, std::greater());
  open_.push_back(std::move(entered));
}

}  // namespace heed::format
