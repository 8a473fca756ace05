#include "format/byte_reader.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/error.h"

namespace heed::format {

using base::BadInput;

struct ByteReader::Stream {
  gzFile file = nullptr;
  ~Stream() {
    if (file != nullptr) gzclose(file);
  }
};

ByteReader::ByteReader(const std::filesystem::path& path)
    : name_(path == "-" ? "standard input" : path.string()), stream_(std::make_unique<Stream>()) {
  const int descriptor = path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw BadInput(name_ + ": cannot be read: " + std::strerror(errno));
  struct stat status {};
  const bool is_folder = fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
  stream_->file = is_folder ? nullptr : gzdopen(descriptor, "rb");
  if (stream_->file == nullptr) {
    close(descriptor);
    throw BadInput(name_ + (is_folder ? ": is a folder, not a file" : ": cannot be read"));
  }
  gzbuffer(stream_->file, 1 << 17);
}

ByteReader::~ByteReader() = default;
ByteReader::ByteReader(ByteReader&&) noexcept = default;
ByteReader& ByteReader::operator=(ByteReader&&) noexcept = default;

std::size_t ByteReader::read(std::span<char> into) {
  const auto wanted = static_cast<unsigned>(std::min<std::size_t>(into.size(), INT_MAX));
  const int got = gzread(stream_->file, into.data(), wanted);
  int code = Z_OK;
  const char* const message = gzerror(stream_->file, &code);
  if (code == Z_BUF_ERROR) throw BadInput(name_ + ": the gzip data ends too early: the file is truncated");
  if (code == Z_ERRNO) throw BadInput(name_ + ": cannot be read: " + std::strerror(errno));
  if (got < 0) throw BadInput(name_ + ": the gzip data is damaged: " + message);
  return static_cast<std::size_t>(got);
}

std::string read_all(const std::filesystem::path& path) {
  ByteReader bytes(path);
  std::string content;
  std::size_t size = 0;
  for (std::size_t got = 1; got > 0; size += got) {
    if (content.size() - size < 1 << 16) content.resize(std::max<std::size_t>(2 * size, 1 << 17));
    got = bytes.read(std::span(content).subspan(size));
  }
  content.resize(size);
  if (content.starts_with("\xEF\xBB\xBF")) content.erase(0, 3);
  return content;
}

}  // namespace heed::format
