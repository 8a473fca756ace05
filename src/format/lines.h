#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/byte_reader.h"

namespace heed::format {

/// How long a line may be: a file whose line goes on and on is none that people write, and would fill the memory.
inline constexpr std::size_t kLongestLine = std::size_t{64} << 20;

/// The lines of a file (plain, gzip or `-`), with what people's files bring along: a byte order mark, CR before LF,
/// blank lines and a missing last newline are all passed over.
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& path);

  /// The next line that holds more than white space, without its end; valid until the next call. Nothing at the end.
  /// Throws BadInput for a line of more than kLongestLine bytes.
  std::optional<std::string_view> next();

  /// What next() will return, which stays to be returned.
  std::optional<std::string_view> peek();

  /// The number of the line last returned, from 1, blank lines counted.
  long number() const { return number_; }

  /// The file's name, for messages.
  const std::string& name() const { return bytes_.name(); }

  /// Throws BadInput: `file:line: what`.
  [[noreturn]] void fail(std::string_view what) const;

 private:
  std::optional<std::string_view> next_filled();
  std::optional<std::string_view> next_raw();

  ByteReader bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // what of the buffer is read but not yet returned
  bool at_end_ = false;
  std::optional<std::string_view> peeked_;
  long number_ = 0;
};

}  // namespace heed::format
