#pragma once

#include <cstdint>
#include <filesystem>

#include "format/json.h"

namespace heed::train {

/// A file of JSON lines that grows with a run: its first line says what the run is, then one for each step and each
/// validation. One process at a time has it. Floats read back exactly.
class TrainingLog {
 public:
  /// Opens it, making it and the folders above it where it is not there. Throws BadInput where another process has it,
  /// or it cannot be written.
  explicit TrainingLog(std::filesystem::path path);
  ~TrainingLog();
  TrainingLog(const TrainingLog&) = delete;
  TrainingLog& operator=(const TrainingLog&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Bytes.
  std::uint64_t length() const { return length_; }
  /// Drops what is behind so many bytes. Throws BadInput where it has fewer.
  void cut(std::uint64_t length);
  /// Adds a line, at once. Throws BadInput where the disk is full; what was there then stays.
  void add(const format::Json& line);
  /// Waits until all lines are on the disk.
  void flush() const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t length_ = 0;
};

}  // namespace heed::train
