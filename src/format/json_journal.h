#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "format/json.h"

namespace heed::format {

/// The `kind` that a training log's first line names: one writes it, another reads it.
inline constexpr const char* kTrainingLogKind = "heed training log";

/// A file of JSON objects, one a line, to which one process at a time adds lines, each whole and at once, so that
/// nothing is lost in a crash but the line under way. Not for several threads at once.
class JsonJournal {
 public:
  /// Opens it, making it and the folders above it where it is not there; changes nothing that is there. Throws BadInput
  /// where another process has it (it waits a little: one that was killed may be going), or it is no plain file or
  /// cannot be written.
  explicit JsonJournal(std::filesystem::path path);
  ~JsonJournal();
  JsonJournal(const JsonJournal&) = delete;
  JsonJournal& operator=(const JsonJournal&) = delete;

  /// Visits the lines from the first; what `visit` throws as BadText gets file and line. A last line that was cut by a
  /// crash is taken away then, in place: once all lines before it are known to be such a journal's. Throws BadInput for
  /// a line that is no JSON object or has more than 64 MiB; nothing is changed then.
  void read(const std::function<void(const Json& line)>& visit);
  /// The object of the first line, where there is a whole one of up to a mebibyte.
  std::optional<Json> first_line() const;
  /// The file's first bytes, up to so many.
  std::string head(std::size_t bytes) const;

  const std::filesystem::path& path() const { return path_; }
  /// Bytes.
  std::uint64_t length() const { return length_; }
  /// Drops what is behind so many bytes. Throws BadInput where it has fewer.
  void cut(std::uint64_t length);
  /// Adds a line: it is with the kernel when this returns. Throws BadInput where the disk is full; what was there then
  /// stays.
  void add(const Json& line);
  /// Waits until all lines are on the disk.
  void flush() const;

 private:
  void add_text(std::string_view text);
  std::string bytes_at(std::uint64_t begin, std::size_t most) const;
  void end_line(std::string_view tail, std::uint64_t begin, const std::function<void(const Json&)>& visit);

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t length_ = 0;
};

}  // namespace heed::format
