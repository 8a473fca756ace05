#pragma once

#include <filesystem>

namespace heed::base {

/// Takes the lock of an open file, which one process at a time has; it ends with the descriptor, and so with the
/// process, however that ends. Waits up to two seconds: a process that was killed has its lock until its memory is
/// given back. False where another has it.
bool take_lock(int descriptor);

/// A file that is there while a process works, and says that nobody else may.
class LockFile {
 public:
  /// Makes it, and the folders above it. Throws BadInput, naming it, where another process has it, or it
  /// cannot be made.
  explicit LockFile(std::filesystem::path path);
  /// Removes it.
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace heed::base
