#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "net/hub.h"

namespace heed::net {

/// The part of a file that is here already, `PATH.incomplete`, locked against other processes. It stays when the object
/// goes, for the next attempt. Throws BadInput where it cannot be written.
class PartialFile {
 public:
  /// Makes it where it is not there. `waiting` is called where another process has it, before waiting for that one's
  /// end.
  PartialFile(std::filesystem::path path, const HubFile& file, const std::function<void()>& waiting);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  std::uint64_t size() const { return size_; }
  /// REQUIRES: no more bytes than the file is to have.
  void append(std::string_view piece);
  /// Back to nothing.
  void clear();
  /// Whether all bytes are here and have the right hash. REQUIRES: called once after the last append() or clear().
  bool is_right();
  /// Gives the file its name, after its bytes are on the disk.
  void publish();
  void remove();

 private:
  void take_lock(const std::function<void()>& waiting);
  void read_what_is_there();
  [[noreturn]] void fail(const std::string& what) const;

  std::filesystem::path path_, incomplete_;
  HubFile file_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::optional<base::FileDigest> digest_;
};

}  // namespace heed::net
