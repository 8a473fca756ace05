#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/lines.h"

namespace heed::format {

/// A file of JSON objects, one a line (plain, gzip or `-`); line ends, blank lines and a byte order mark as LineReader
/// takes them. After next() the reader is the line's object: its fields are asked for by name. Every accessor throws
/// BadInput, `file:line: what`, for a missing field (unless its name says `optional`) and for a wrong type. A null
/// counts as missing. What is returned is valid until the next call of next().
class JsonlReader {
 public:
  explicit JsonlReader(const std::filesystem::path& path);
  /// Goes on with lines of which none was taken: where a file's first line decides its format.
  explicit JsonlReader(LineReader lines);
  ~JsonlReader();
  JsonlReader(JsonlReader&&) noexcept;
  JsonlReader& operator=(JsonlReader&&) noexcept;

  /// Goes to the next object; false at the end. Throws BadInput where the line is no JSON object.
  bool next();

  /// Whether the field is there; null counts as missing.
  bool has(std::string_view key);
  std::string_view text(std::string_view key);
  std::optional<std::string_view> optional_text(std::string_view key);
  /// The text inside an object inside the line: {"metadata", "origin_query"}; nothing where either is missing.
  std::optional<std::string_view> optional_text_at(std::pair<std::string_view, std::string_view> keys);
  /// An id: a string, or an integer, taken as its digits. Neither empty nor with white space in it: it has to stand
  /// in TREC files. `keys` are names that layouts give it; the first one present counts.
  std::string_view id(std::initializer_list<std::string_view> keys);
  std::vector<std::string_view> ids(std::string_view key);
  /// An integer; 1.0 is one, 1.5 is not.
  long integer(std::string_view key);

  [[noreturn]] void fail(std::string_view what) const;
  const std::string& name() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::format
