#include "base/file_lock.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace heed::base {

bool take_lock(int descriptor) {
  for (int tried = 0; tried < 40; ++tried) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return true;
    usleep(50'000);
  }
  return false;
}

namespace {

/// Whether the file was removed while its lock was waited for: who comes next would make another.
bool is_removed(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && status.st_nlink == 0;
}

}  // namespace

LockFile::LockFile(std::filesystem::path path) : path_(std::move(path)) {
  if (path_.has_parent_path()) make_folder(path_.parent_path());
  for (;;) {
    descriptor_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (descriptor_ < 0) throw BadInput(path_.string() + ": cannot be written: " + std::strerror(errno));
    if (!take_lock(descriptor_)) {
      close(descriptor_);
      throw BadInput(path_.string() + ": another process works here");
    }
    if (!is_removed(descriptor_)) return;
    close(descriptor_);
  }
}

LockFile::~LockFile() {
  unlink(path_.c_str());  // first: the lock is ours until the file is closed
  close(descriptor_);
}

}  // namespace heed::base
