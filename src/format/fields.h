#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace heed::format {

/// The fields of one line: the first eight are kept, all are counted.
class Fields {
 public:
  void push_back(std::string_view field) {
    if (count_ < fields_.size()) fields_[count_] = field;
    ++count_;
  }
  std::size_t size() const { return count_; }
  /// REQUIRES: i < size() and i < 8.
  std::string_view operator[](std::size_t i) const { return fields_[i]; }

 private:
  std::array<std::string_view, 8> fields_;
  std::size_t count_ = 0;
};

/// The fields of a line that are parted by runs of white space (blank, tab, vertical tab, form feed, CR).
Fields split_fields(std::string_view line);

/// The fields of a line that are parted by single tabs; they may be empty.
Fields split_tabs(std::string_view line);

/// The decimal number that is the whole of `text` (a leading + is allowed), or nothing. `inf` and `nan` are numbers.
std::optional<double> parse_double(std::string_view text);

/// The integer that is the whole of `text` (a leading + is allowed), or nothing.
std::optional<long> parse_integer(std::string_view text);

/// The shortest text that reads back as exactly this number: 0.1, 1e-09, 25.74090705754601.
std::string exact(double value);

/// The text without the ASCII white space at its ends.
std::string_view trimmed(std::string_view text);

}  // namespace heed::format
