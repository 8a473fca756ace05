#include "format/streams.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "format/byte_source.h"
#include "format/file_walk.h"

namespace heed::format {

namespace fs = std::filesystem;
using base::BadInput;

namespace {

class PlainFile final : public ByteSource {
 public:
  explicit PlainFile(const fs::path& path)
      : name_(path.string()), descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail();
  }
  ~PlainFile() override { close(descriptor_); }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;

  std::size_t read(std::span<char> into) override {
    ssize_t got = 0;
    do got = ::read(descriptor_, into.data(), into.size());
    while (got < 0 && errno == EINTR);
    if (got < 0) fail();
    return static_cast<std::size_t>(got);
  }

 private:
  [[noreturn]] void fail() const { throw BadInput(name_ + ": cannot be read: " + std::strerror(errno)); }

  std::string name_;
  int descriptor_;
};

/// How much came of a packed file, all layers together.
struct Expansion {
  std::string name;
  std::uint64_t packed = 0;
  ExpansionLimit limit;
  std::uint64_t unpacked = 0;

  void add(std::size_t bytes) {
    unpacked += bytes;
    if (unpacked <= limit.bytes || unpacked / limit.ratio <= packed) return;
    throw BadInput(name + ": expands to more than " + std::to_string(limit.bytes) + " bytes, " +
                   std::to_string(limit.ratio) + " times its size: it is damaged, or was made to fill memory");
  }
};

class Bounded final : public ByteSource {
 public:
  Bounded(std::unique_ptr<ByteSource> source, Expansion& expansion)
      : source_(std::move(source)), expansion_(expansion) {}
  std::size_t read(std::span<char> into) override {
    const std::size_t got = source_->read(into);
    expansion_.add(got);
    return got;
  }

 private:
  std::unique_ptr<ByteSource> source_;
  Expansion& expansion_;
};

}  // namespace

struct Streams::State {
  PassedOver passed_over;
  FileWalk walk;
  ExpansionLimit limit;
  Expansion expansion;
  std::string name;
  std::unique_ptr<PeekedSource> stream;

  State(const fs::path& path, ExpansionLimit bounds) : walk(path, passed_over), limit(bounds) {}

  std::unique_ptr<PeekedSource> bounded(std::unique_ptr<ByteSource> source) {
    return std::make_unique<PeekedSource>(std::make_unique<Bounded>(std::move(source), expansion));
  }

  void open_file(const fs::path& path) {
    name = path.string();
    std::error_code ignored;
    expansion = Expansion{.name = name, .packed = fs::file_size(path, ignored), .limit = limit};
    stream = std::make_unique<PeekedSource>(std::make_unique<PlainFile>(path));
    if (stream->begin(2) == "\x1F\x8B") stream = bounded(gunzipped(std::move(stream), name));
  }
};

Streams::Streams(const fs::path& path, ExpansionLimit limit) : state_(std::make_unique<State>(path, limit)) {}
Streams::~Streams() = default;

bool Streams::next() {
  state_->stream.reset();
  const auto path = state_->walk.next();
  if (!path) return false;
  state_->open_file(*path);
  return true;
}

const std::string& Streams::name() const {
  return state_->name;
}

std::size_t Streams::read(std::span<char> into) {
  return state_->stream->read(into);
}

std::vector<std::string> Streams::notes() const {
  return state_->passed_over.notes();
}

}  // namespace heed::format
