#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace heed::format {

/// The bytes of a file, in order: plain or gzip, whichever its first bytes say, or standard input where the path is
/// `-`. Throws BadInput, naming the file: at opening where it is missing, unreadable or a folder, while reading where
/// a gzip file is damaged or ends too early.
class ByteReader {
 public:
  explicit ByteReader(const std::filesystem::path& path);
  ~ByteReader();
  ByteReader(ByteReader&&) noexcept;
  ByteReader& operator=(ByteReader&&) noexcept;

  /// Fills `into` from the front; returns how many bytes came, 0 only at the end.
  std::size_t read(std::span<char> into);

  /// The file's name for messages; `standard input` for `-`.
  const std::string& name() const { return name_; }

 private:
  struct Stream;
  std::string name_;
  std::unique_ptr<Stream> stream_;
};

/// All bytes of a file, read as ByteReader does, without a byte order mark.
std::string read_all(const std::filesystem::path& path);

}  // namespace heed::format
