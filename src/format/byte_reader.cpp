#include "format/byte_reader.h"

#include <algorithm>
#include <array>
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

/// An open file; through zlib where its first bytes are gzip's.
struct ByteReader::Stream {
  int descriptor = -1;
  gzFile packed = nullptr;
  std::array<char, 2> begin{};  // the first bytes of a plain file, read to tell it from a packed one
  std::size_t begin_size = 0, begin_taken = 0;

  ~Stream() {
    if (packed != nullptr) gzclose(packed);
    if (descriptor >= 0) close(descriptor);
  }
};

namespace {

/// As read(), gone on with after a signal.
ssize_t read_some(int descriptor, char* into, std::size_t size) {
  ssize_t got = 0;
  do got = ::read(descriptor, into, size);
  while (got < 0 && errno == EINTR);
  return got;
}

}  // namespace

ByteReader::ByteReader(const std::filesystem::path& path)
    : name_(path == "-" ? "standard input" : path.string()), stream_(std::make_unique<Stream>()) {
  Stream& stream = *stream_;
  stream.descriptor = path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (stream.descriptor < 0) throw BadInput(name_ + ": cannot be read: " + std::strerror(errno));
  struct stat status {};
  if (fstat(stream.descriptor, &status) == 0 && S_ISDIR(status.st_mode))
    throw BadInput(name_ + ": is a folder, not a file");
  while (stream.begin_size < 2) {
    const ssize_t got = read_some(stream.descriptor, stream.begin.data() + stream.begin_size, 2 - stream.begin_size);
    if (got < 0) throw BadInput(name_ + ": cannot be read: " + std::strerror(errno));
    if (got == 0) break;
    stream.begin_size += static_cast<std::size_t>(got);
  }
  if (stream.begin_size < 2 || std::string_view(stream.begin.data(), 2) != "\x1F\x8B") return;
  if (lseek(stream.descriptor, 0, SEEK_SET) != 0)
    throw BadInput(name_ + ": packed data cannot come through a pipe; unpack it first");
  stream.packed = gzdopen(stream.descriptor, "rb");
  if (stream.packed == nullptr) throw BadInput(name_ + ": cannot be read");
  stream.descriptor = -1;  // now zlib's to close
  gzbuffer(stream.packed, 1 << 17);
}

ByteReader::~ByteReader() = default;
ByteReader::ByteReader(ByteReader&&) noexcept = default;
ByteReader& ByteReader::operator=(ByteReader&&) noexcept = default;

std::size_t ByteReader::read(std::span<char> into) {
  Stream& stream = *stream_;
  if (stream.packed != nullptr) {
    const int got =
        gzread(stream.packed, into.data(), static_cast<unsigned>(std::min<std::size_t>(into.size(), INT_MAX)));
    int code = Z_OK;
    const char* const message = gzerror(stream.packed, &code);
    if (code == Z_BUF_ERROR) throw BadInput(name_ + ": the gzip data ends too early: the file is truncated");
    if (code == Z_ERRNO) throw BadInput(name_ + ": cannot be read: " + std::strerror(errno));
    if (got < 0) throw BadInput(name_ + ": the gzip data is damaged: " + message);
    return static_cast<std::size_t>(got);
  }
  if (stream.begin_taken < stream.begin_size) {
    const std::size_t count = std::min(into.size(), stream.begin_size - stream.begin_taken);
    std::copy_n(stream.begin.data() + stream.begin_taken, count, into.data());
    stream.begin_taken += count;
    return count;
  }
  const ssize_t got = read_some(stream.descriptor, into.data(), into.size());
  if (got < 0) throw BadInput(name_ + ": cannot be read: " + std::strerror(errno));
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
