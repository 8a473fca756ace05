#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace heed::format {

/// How much a packed file may grow. Text shrinks to a tenth, what repeats itself to a fiftieth; a file is refused that
/// is both larger than `bytes` and more than `ratio` times what it takes packed: it was made to fill a disk.
struct ExpansionLimit {
  std::uint64_t bytes = std::uint64_t{2} << 30;
  std::uint64_t ratio = 200;
};

/// What is in a path, one stream of bytes after the other: a file, or all files below a folder (FileWalk); a packed
/// file unpacked (gzip, compress's .Z, bzip2, xz, zstd), of an archive (tar, also packed; zip) each member, which may
/// be packed too. What a file is, its bytes say, not its name. Nothing is written to disk, memory is constant. Passed
/// over with a note: inside archives links, devices, hidden files and archives.
class Streams {
 public:
  explicit Streams(const std::filesystem::path& path, ExpansionLimit limit = {});
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  /// Goes to the next stream; false at the end. Throws BadInput, naming file and member, where a file cannot be
  /// opened or read, is damaged or cut off, expands beyond the limit, is encrypted, or where a member's name has `..`
  /// in it or is absolute.
  bool next();

  /// Of the stream: `file`, `archive.tar.gz/member`.
  const std::string& name() const;

  /// Fills `into` from the front; returns how many bytes came, 0 only at the stream's end. Throws as next() does.
  std::size_t read(std::span<char> into);

  /// What was passed over so far, as sentences.
  std::vector<std::string> notes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::format
