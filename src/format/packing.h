#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "format/byte_source.h"
#include "format/passed_over.h"

namespace heed::format {

/// What first bytes say of a file.
enum class Packing { kNone, kGzip, kCompress, kBzip2, kXz, kZstd, kTar, kZip, kOther };

/// How many first bytes packing_of() needs.
inline constexpr std::size_t kPackingBytes = 512;

/// kOther: an archive of a kind that is not read (7-Zip, RAR).
Packing packing_of(std::string_view begin);
inline bool is_archive(Packing packing) {
  return packing == Packing::kTar || packing == Packing::kZip || packing == Packing::kOther;
}

/// The bytes that were packed so. Throws BadInput, `name` first, while reading what is damaged or ends too early;
/// compress alone has no sum by which that shows. REQUIRES: neither kNone nor an archive.
std::unique_ptr<ByteSource> unpacked(Packing packing, std::unique_ptr<ByteSource> packed, const std::string& name);

/// The files in an archive, one after the other.
class ArchiveMembers {
 public:
  /// Of a tar that comes as a stream. Everything after its end is read too, as what packs it has its sum there.
  ArchiveMembers(std::unique_ptr<ByteSource> tar, std::string name, PassedOver& passed_over);
  /// Of a zip, whose list of members is at its end.
  ArchiveMembers(const std::filesystem::path& zip, PassedOver& passed_over);
  ~ArchiveMembers();
  ArchiveMembers(const ArchiveMembers&) = delete;
  ArchiveMembers& operator=(const ArchiveMembers&) = delete;

  /// Goes to the next file; false at the end. Throws BadInput, naming archive and member, where the archive is damaged,
  /// a member is encrypted, its name absolute or with `..` in it.
  bool next();
  /// `archive.tar/member`
  const std::string& name() const;
  /// The file's bytes; valid until next(). REQUIRES: next() returned true.
  std::unique_ptr<ByteSource> bytes();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::format
