#pragma once

#include <filesystem>
#include <span>
#include <string>

namespace heed::base {

/// A file of a folder: its path below it, and its content.
struct FolderFile {
  std::string path, content;
};

/// A folder that is made file by file, whole or not at all: under a temporary name beside it until publish(). Without
/// that what was made goes when the object goes; what a killed maker of this folder left is removed.
class NewFolder {
 public:
  /// Makes the folders above it. Throws BadInput where that is impossible.
  explicit NewFolder(const std::filesystem::path& path);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  /// Where its files are to be written.
  const std::filesystem::path& path() const { return made_; }
  /// Gives the folder its name. What was there of that name is replaced whole; the caller has looked at it
  /// (first_foreign). Throws BadInput where that is impossible.
  void publish();

 private:
  std::filesystem::path named_, place_, made_;
};

/// Writes a folder whole or not at all: under a temporary name beside it, then renamed. What was there of that name is
/// replaced whole, so nothing of it is mixed with the new; the caller has looked at it (first_foreign). Throws
/// BadInput, naming what cannot be written; nothing is left behind then. What a killed writer of this folder left is
/// removed.
void write_folder(const std::filesystem::path& path, std::span<const FolderFile> files);

/// Writes files into a folder that may hold others: all under temporary names first, which are renamed when every one
/// is on the disk, so that a full disk leaves all of the old. Throws BadInput as write_file does.
void write_together(const std::filesystem::path& folder, std::span<const FolderFile> files);

/// The first file below the folder, in the order of names, that is not one of `files`, as a path below it; empty where
/// there is none, or no such folder. Throws BadInput where something else than a folder has the name.
std::string first_foreign(const std::filesystem::path& path, std::span<const FolderFile> files);

}  // namespace heed::base
