#include "format/streams.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "format/byte_source.h"
#include "format/file_walk.h"
#include "format/packing.h"

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
  std::string name{};
  std::uint64_t packed = 0;
  ExpansionLimit limit{};
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
  std::string name;
  Expansion of_file, of_members, of_member;  // the layers' sizes: unpacked, members together, members unpacked
  std::unique_ptr<ArchiveMembers> archive;   // that is open
  std::unique_ptr<PeekedSource> stream;      // reads from the archive where one is open

  State(const fs::path& path, ExpansionLimit bounds) : walk(path, passed_over), limit(bounds) {}

  static std::unique_ptr<PeekedSource> bounded(std::unique_ptr<ByteSource> source, Expansion& expansion) {
    return std::make_unique<PeekedSource>(std::make_unique<Bounded>(std::move(source), expansion));
  }

  /// Opens the file: as a stream, as an archive, or as neither, with a note.
  void open_file(const fs::path& path) {
    name = path.string();
    std::error_code ignored;
    of_file = Expansion{.name = name, .packed = fs::file_size(path, ignored), .limit = limit};
    of_members = of_member = of_file;
    stream = std::make_unique<PeekedSource>(std::make_unique<PlainFile>(path));
    Packing packing = packing_of(stream->begin(kPackingBytes));
    if (packing == Packing::kZip) {
      stream.reset();
      archive = std::make_unique<ArchiveMembers>(path, passed_over);
      return;
    }
    if (packing != Packing::kNone && !is_archive(packing)) {
      stream = bounded(unpacked(packing, std::move(stream), name), of_file);
      packing = packing_of(stream->begin(kPackingBytes));
    }
    if (packing == Packing::kTar) {
      archive = std::make_unique<ArchiveMembers>(std::move(stream), name, passed_over);
    } else if (packing != Packing::kNone) {
      passed_over.add("files packed twice or in a way that heed does not read", name);
      stream.reset();
    }
  }

  /// Goes on to the archive's next member that is a stream; false at its end.
  bool next_member() {
    while (archive->next()) {
      name = archive->name();
      stream = bounded(archive->bytes(), of_members);
      Packing packing = packing_of(stream->begin(kPackingBytes));
      if (packing != Packing::kNone && !is_archive(packing)) {
        stream = bounded(unpacked(packing, std::move(stream), name), of_member);
        packing = packing_of(stream->begin(kPackingBytes));
      }
      if (packing == Packing::kNone) return true;
      passed_over.add("archives inside archives", name);
      stream.reset();
    }
    return false;
  }
};

Streams::Streams(const fs::path& path, ExpansionLimit limit) : state_(std::make_unique<State>(path, limit)) {}
Streams::~Streams() = default;

bool Streams::next() {
  State& state = *state_;
  while (true) {
    state.stream.reset();
    if (state.archive && state.next_member()) return true;
    state.archive.reset();
    const auto path = state.walk.next();
    if (!path) return false;
    state.open_file(*path);
    if (state.stream) return true;
  }
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
