#include "net/partial_file.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace heed::net {

PartialFile::PartialFile(std::filesystem::path path, const HubFile& file, const std::function<void()>& waiting)
    : path_(std::move(path)), incomplete_(path_.string() + ".incomplete"), file_(file) {
  if (path_.has_parent_path()) base::make_folder(path_.parent_path());
  try {
    take_lock(waiting);
    read_what_is_there();
  } catch (...) {
    if (descriptor_ >= 0) close(descriptor_);
    throw;
  }
}

PartialFile::~PartialFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

void PartialFile::fail(const std::string& what) const {
  throw base::BadInput(incomplete_.string() + ": " + what + ": " + std::strerror(errno));
}

/// Whoever had the lock before may have renamed or removed the file: then it is opened again.
void PartialFile::take_lock(const std::function<void()>& waiting) {
  bool has_said = false;
  for (;;) {
    descriptor_ = open(incomplete_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (descriptor_ < 0) fail("cannot be written");
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      if (!has_said && waiting) waiting();
      has_said = true;
      while (flock(descriptor_, LOCK_EX) != 0)
        if (errno != EINTR) fail("cannot be locked");
    }
    struct stat ours {
    }, named{};
    if (fstat(descriptor_, &ours) == 0 && stat(incomplete_.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
        ours.st_dev == named.st_dev)
      return;
    close(descriptor_);
    descriptor_ = -1;
  }
}

void PartialFile::read_what_is_there() {
  digest_.emplace(file_.hash_kind, file_.size);
  size_ = 0;
  std::array<char, 1 << 16> block{};
  for (;;) {
    const ssize_t got = read(descriptor_, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("cannot be read");
    if (got == 0) return;
    size_ += static_cast<std::uint64_t>(got);
    if (size_ > file_.size) return clear();  // of another version of the file
    digest_->add({block.data(), static_cast<std::size_t>(got)});
  }
}

void PartialFile::append(std::string_view piece) {
  base::check(size_ + piece.size() <= file_.size);
  while (!piece.empty()) {
    const ssize_t written = write(descriptor_, piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot be written; what is there is kept, and the next attempt goes on from it");
    const auto taken = piece.substr(0, static_cast<std::size_t>(written));
    digest_->add(taken);
    size_ += taken.size();
    piece.remove_prefix(taken.size());
  }
}

void PartialFile::clear() {
  if (ftruncate(descriptor_, 0) != 0 || lseek(descriptor_, 0, SEEK_SET) != 0) fail("cannot be written");
  size_ = 0;
  digest_.emplace(file_.hash_kind, file_.size);
}

bool PartialFile::is_right() {
  return size_ == file_.size && digest_->hex() == file_.hash;
}

void PartialFile::publish() {
  if (fsync(descriptor_) != 0 || rename(incomplete_.c_str(), path_.c_str()) != 0) fail("cannot be written");
}

void PartialFile::remove() {
  unlink(incomplete_.c_str());
}

}  // namespace heed::net
