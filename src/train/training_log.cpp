#include "train/training_log.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

namespace heed::train {

using base::BadInput;

namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw BadInput(path.string() + ": cannot be written: " + std::strerror(errno));
}

/// Waits a little: a process that was killed has its lock until its memory is given back.
bool locked(int descriptor) {
  for (int tried = 0; tried < 40; ++tried) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return true;
    usleep(50'000);
  }
  return false;
}

}  // namespace

TrainingLog::TrainingLog(std::filesystem::path path) : path_(std::move(path)) {
  if (path_.has_parent_path()) base::make_folder(path_.parent_path());
  descriptor_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail(path_);
  const off_t end = lseek(descriptor_, 0, SEEK_END);
  const bool is_locked = locked(descriptor_);
  if (end < 0 || !is_locked) {
    close(descriptor_);
    if (!is_locked) throw BadInput(path_.string() + ": another training run writes it");
    throw BadInput(path_.string() + ": is no file");
  }
  length_ = static_cast<std::uint64_t>(end);
}

TrainingLog::~TrainingLog() {
  close(descriptor_);
}

void TrainingLog::cut(std::uint64_t length) {
  if (length > length_)
    throw BadInput(path_.string() + ": has " + std::to_string(length_) + " bytes, but the checkpoint was written at " +
                   std::to_string(length) + "; give --log as before, or --restart");
  if (ftruncate(descriptor_, static_cast<off_t>(length)) != 0) fail(path_);
  length_ = length;
}

void TrainingLog::add(const format::Json& line) {
  const std::string text = format::compact(line) + "\n";
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written =
        pwrite(descriptor_, text.data() + done, text.size() - done, static_cast<off_t>(length_ + done));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error = errno;
      [[maybe_unused]] const int cut = ftruncate(descriptor_, static_cast<off_t>(length_));
      errno = error;
      fail(path_);
    }
    done += static_cast<std::size_t>(written);
  }
  length_ += text.size();
}

void TrainingLog::flush() const {
  if (fsync(descriptor_) != 0) fail(path_);
}

}  // namespace heed::train
