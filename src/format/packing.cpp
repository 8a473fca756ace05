#include "format/packing.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include "base/error.h"
#include "format/archive_library.h"

namespace heed::format {

namespace fs = std::filesystem;
using base::BadInput;

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 16;

struct Magic {
  std::string_view bytes;
  Packing packing;
};
using namespace std::string_view_literals;
constexpr Magic kMagics[] = {{"\x1F\x8B"sv, Packing::kGzip},
                             {"\x1F\x9D"sv, Packing::kCompress},
                             {"\xFD\x37zXZ\0"sv, Packing::kXz},
                             {"\x28\xB5\x2F\xFD"sv, Packing::kZstd},
                             {"PK\x03\x04"sv, Packing::kZip},
                             {"PK\x05\x06"sv, Packing::kZip},
                             {"7z\xBC\xAF\x27\x1C"sv, Packing::kOther},
                             {"Rar!\x1A\x07"sv, Packing::kOther}};

bool is_bzip2(std::string_view begin) {
  if (begin.size() < 10 || !begin.starts_with("BZh") || begin[3] < '1' || begin[3] > '9') return false;
  const std::string_view block = begin.substr(4, 6);
  return block == "\x31\x41\x59\x26\x53\x59"sv || block == "\x17\x72\x45\x38\x50\x90"sv;
}

/// Whether the block is a tar header: its sum is right, with the eight bytes of the sum itself as blanks.
bool is_tar(std::string_view block) {
  constexpr std::size_t kSum = 148, kSumSize = 8;
  if (block.size() < 512) return false;
  unsigned written = 0;
  for (const char c : block.substr(kSum, kSumSize))
    if (c >= '0' && c <= '7') written = written * 8 + static_cast<unsigned>(c - '0');
  unsigned sum = kSumSize * ' ';
  for (std::size_t i = 0; i < 512; ++i)
    if (i < kSum || i >= kSum + kSumSize) sum += static_cast<unsigned char>(block[i]);
  return sum == written;
}

/// Whether a part of the path begins with a dot; "." itself does not count.
bool has_hidden_part(const fs::path& path) {
  return std::ranges::any_of(path, [](const fs::path& part) {
    const std::string name = part.string();
    return name.starts_with('.') && name != ".";
  });
}

/// A name for messages: nothing in it moves a cursor.
std::string printable(std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }, '?');
  return name;
}

/// Names in UTF-8 while it lives, on this thread: in the C locale libarchive has no name for a member whose name is not
/// ASCII.
class Utf8Names {
 public:
  Utf8Names() {
    static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (utf8 != nullptr) before_ = uselocale(utf8);
  }
  ~Utf8Names() {
    if (before_ != nullptr) uselocale(before_);
  }
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;

 private:
  locale_t before_ = nullptr;
};

/// An archive that is being read by libarchive, or a packed file, which to it is an archive of one.
class OpenArchive {
 public:
  OpenArchive() : archive_(library_.read_new()) {
    if (archive_ == nullptr) throw std::bad_alloc();
  }
  ~OpenArchive() {
    library_.read_free(archive_);
    if (descriptor_ >= 0) close(descriptor_);
  }
  OpenArchive(const OpenArchive&) = delete;
  OpenArchive& operator=(const OpenArchive&) = delete;

  const ArchiveLibrary& library() const { return library_; }
  archive* get() const { return archive_; }

  void open(std::unique_ptr<ByteSource> source, const std::string& name) {
    source_ = std::move(source);
    block_.resize(kBlock);
    if (library_.read_open(archive_, this, nullptr, on_read, nullptr) != ARCHIVE_OK) fail(name);
  }

  void open(const fs::path& path) {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) throw BadInput(path.string() + ": cannot be read: " + std::strerror(errno));
    if (library_.read_open_fd(archive_, descriptor_, kBlock) != ARCHIVE_OK) fail(path.string());
  }

  /// The next member's description, or null at the end.
  archive_entry* next(const std::string& name) {
    const Utf8Names names;
    archive_entry* entry = nullptr;
    const int code = library_.read_next_header(archive_, &entry);
    if (code == ARCHIVE_EOF && !thrown_) return nullptr;
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) fail(name);  // a warning: a name in another character set
    return entry;
  }

  std::size_t read(std::span<char> into, const std::string& name) {
    const la_ssize_t got = library_.read_data(archive_, into.data(), into.size());
    if (got < 0) fail(name);
    return static_cast<std::size_t>(got);
  }

  /// Reads what the archive did not need.
  void drain() {
    while (source_ && source_->read(block_) > 0) continue;
  }

  [[noreturn]] void fail(const std::string& name) {
    if (thrown_) std::rethrow_exception(thrown_);
    const char* const what = library_.error_string(archive_);
    throw BadInput(name + ": is damaged or cut off: " + (what != nullptr ? what : "it does not unpack"));
  }

 private:
  /// libarchive is C: what is thrown waits until it has returned.
  static la_ssize_t on_read(archive* archive, void* self, const void** block) {
    auto& open = *static_cast<OpenArchive*>(self);
    try {
      *block = open.block_.data();
      return static_cast<la_ssize_t>(open.source_->read(open.block_));
    } catch (...) {
      open.thrown_ = std::current_exception();
      open.library_.set_error(archive, EIO, "cannot be read");
      return ARCHIVE_FATAL;
    }
  }

  const ArchiveLibrary& library_ = archive_library();
  archive* archive_;
  std::unique_ptr<ByteSource> source_;
  int descriptor_ = -1;
  std::vector<char> block_;
  std::exception_ptr thrown_;
};

class Unpacked final : public ByteSource {
 public:
  Unpacked(Packing packing, std::unique_ptr<ByteSource> packed, const std::string& name) : name_(name) {
    const ArchiveLibrary& library = archive_.library();
    const auto support = packing == Packing::kCompress ? library.support_compress
                         : packing == Packing::kBzip2  ? library.support_bzip2
                         : packing == Packing::kXz     ? library.support_xz
                                                       : library.support_zstd;
    // A warning would mean that another program is to be started for it.
    if (support(archive_.get()) != ARCHIVE_OK) throw BadInput(name_ + ": libarchive on this machine cannot unpack it");
    library.support_raw(archive_.get());
    library.support_empty(archive_.get());
    archive_.open(std::move(packed), name_);
    is_empty_ = archive_.next(name_) == nullptr;
  }

  std::size_t read(std::span<char> into) override { return is_empty_ ? 0 : archive_.read(into, name_); }

 private:
  std::string name_;
  OpenArchive archive_;
  bool is_empty_ = false;
};

}  // namespace

Packing packing_of(std::string_view begin) {
  for (const auto& [bytes, packing] : kMagics)
    if (begin.starts_with(bytes)) return packing;
  if (is_bzip2(begin)) return Packing::kBzip2;
  return is_tar(begin) ? Packing::kTar : Packing::kNone;
}

std::unique_ptr<ByteSource> unpacked(Packing packing, std::unique_ptr<ByteSource> packed, const std::string& name) {
  if (packing == Packing::kGzip) return gunzipped(std::move(packed), name);
  return std::make_unique<Unpacked>(packing, std::move(packed), name);
}

struct ArchiveMembers::State {
  explicit State(std::string archive_name, PassedOver& reasons) : name(std::move(archive_name)), passed_over(reasons) {}

  /// The member's name as it is written. Throws where it leads out of the archive.
  std::string checked_name(archive_entry* entry) {
    const Utf8Names names;
    const char* written = archive.library().entry_pathname_utf8(entry);
    if (written == nullptr) written = archive.library().entry_pathname(entry);
    std::string path = printable(written != nullptr && *written != '\0' ? written : "a member without a name");
    if (path.starts_with('/')) throw BadInput(name + "/" + path + ": a member of an archive with an absolute path");
    for (const fs::path& part : fs::path(path))
      if (part == "..") throw BadInput(name + "/" + path + ": a member of an archive whose path leads out of it");
    while (path.starts_with("./")) path.erase(0, 2);
    return path;
  }

  /// Whether the member is a file to be read; notes what else is none.
  bool is_wanted(archive_entry* entry) {
    const auto& library = archive.library();
    const auto type = library.entry_filetype(entry);
    if (type == AE_IFDIR) return false;
    if (type == AE_IFLNK || library.entry_hardlink(entry) != nullptr) {
      passed_over.add("links inside archives", member);
      return false;
    }
    if (type != AE_IFREG && type != 0) {
      passed_over.add("devices and pipes inside archives", member);
      return false;
    }
    const bool is_hidden = has_hidden_part(member.substr(name.size()));
    if (is_hidden) passed_over.add("hidden files inside archives", member);
    return !is_hidden;
  }

  std::string name, member;
  PassedOver& passed_over;
  OpenArchive archive;
};

ArchiveMembers::ArchiveMembers(std::unique_ptr<ByteSource> tar, std::string name, PassedOver& passed_over)
    : state_(std::make_unique<State>(std::move(name), passed_over)) {
  state_->archive.library().support_tar(state_->archive.get());
  state_->archive.open(std::move(tar), state_->name);
}

ArchiveMembers::ArchiveMembers(const fs::path& zip, PassedOver& passed_over)
    : state_(std::make_unique<State>(zip.string(), passed_over)) {
  state_->archive.library().support_zip(state_->archive.get());
  state_->archive.open(zip);
}

ArchiveMembers::~ArchiveMembers() = default;

bool ArchiveMembers::next() {
  while (archive_entry* const entry = state_->archive.next(state_->name)) {
    state_->member = state_->name + "/" + state_->checked_name(entry);
    if (!state_->is_wanted(entry)) continue;
    if (state_->archive.library().entry_is_encrypted(entry) != 0)
      throw BadInput(state_->member + ": is encrypted; heed has no password for it");
    return true;
  }
  state_->archive.drain();
  return false;
}

const std::string& ArchiveMembers::name() const {
  return state_->member;
}

std::unique_ptr<ByteSource> ArchiveMembers::bytes() {
  class Member final : public ByteSource {
   public:
    explicit Member(State& state) : state_(state) {}
    std::size_t read(std::span<char> into) override { return state_.archive.read(into, state_.member); }

   private:
    State& state_;
  };
  return std::make_unique<Member>(*state_);
}

}  // namespace heed::format
