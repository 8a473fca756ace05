#include "base/file.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"

namespace heed::base {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;  // a name that is too long, a folder that may not be read
  return fs::exists(fs::symlink_status(path, ignored));
}

std::string read_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) throw BadInput(path.string() + ": is a folder, not a file");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw BadInput(path.string() + ": cannot be read: " + std::strerror(errno));
  std::string content{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) throw BadInput(path.string() + ": cannot be read to its end");
  return content;
}

namespace {

/// What stands between a file's name and its writer's process in a temporary name.
constexpr std::string_view kTemporary = ".new-";

/// Whether the process is there no more; one that may not be asked is there.
bool is_gone(long process) {
  return process > 0 && kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH;
}

/// Removes what writers of this file left that were killed: their process is gone, and nobody holds a lock on it (a
/// process of another machine may have the number).
void remove_left_overs(const fs::path& path) {
  const std::string beginning = path.filename().string() + std::string(kTemporary);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(path.has_parent_path() ? path.parent_path() : fs::path("."), error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(beginning) || !is_gone(std::atol(name.c_str() + beginning.size()))) continue;
    const int descriptor = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) continue;
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) unlink(entry.path().c_str());
    close(descriptor);
  }
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

/// A file under a temporary name: removed unless it was published.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& beside) {
    static std::atomic<unsigned> count = 0;
    remove_left_overs(beside);
    name_ = beside.string() + std::string(kTemporary) + std::to_string(getpid()) + "-" + std::to_string(count++);
    descriptor_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) flock(descriptor_, LOCK_EX | LOCK_NB);
    if (descriptor_ < 0) throw BadInput(beside.string() + ": cannot be written: " + std::strerror(errno));
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!published_) unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int descriptor() const { return descriptor_; }

  bool publish(const fs::path& as) {
    if (fsync(descriptor_) != 0) return false;
    const int closed = close(descriptor_);
    descriptor_ = -1;
    published_ = closed == 0 && rename(name_.c_str(), as.c_str()) == 0;
    return published_;
  }

 private:
  std::string name_;
  int descriptor_ = -1;
  bool published_ = false;
};

}  // namespace

namespace {

[[noreturn]] void fail_to_write(const fs::path& path) {
  throw BadInput(path.string() + ": cannot be written: " + std::strerror(errno));
}

/// What is no file (a device, a pipe) is written into, not replaced.
void write_into(const fs::path& path, std::string_view content) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) fail_to_write(path);
  const bool is_written = write_all(descriptor, content);
  const int error = errno;
  close(descriptor);
  errno = error;
  if (!is_written) fail_to_write(path);
}

}  // namespace

void write_file(const fs::path& path, std::string_view content) {
  std::error_code error;
  if (fs::is_symlink(path, error)) {
    const fs::path target = path.parent_path() / fs::read_symlink(path, error);
    if (!error && target != path) return write_file(target, content);
  }
  const fs::file_type type = fs::status(path, error).type();
  if (type == fs::file_type::character || type == fs::file_type::block || type == fs::file_type::fifo ||
      type == fs::file_type::socket)
    return write_into(path, content);
  if (path.has_parent_path()) make_folder(path.parent_path());
  TemporaryFile file(path);
  if (!write_all(file.descriptor(), content) || !file.publish(path)) fail_to_write(path);
}

void flush_to_disk(const fs::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_flushed = descriptor >= 0 && fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) close(descriptor);
  errno = error;
  if (!is_flushed) fail_to_write(path);
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error || !fs::is_directory(path)) {
    const std::string why = error ? error.message() : "a file is in the way";
    throw BadInput(path.string() + ": the folder cannot be made: " + why);
  }
}

}  // namespace heed::base
