#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/json.h"

namespace heed::text {

/// A value in a JSON file, asked for what it must be. Every accessor throws BadInput that names the file and the place,
/// `tokenizer.json: normalizer.pattern: is not a string`. A null counts as missing. Borrows the document.
class JsonPart {
 public:
  JsonPart(const format::IndexedJson& value, std::string place) : value_(value), place_(std::move(place)) {}

  const format::IndexedJson& value() const { return value_; }

  bool has(std::string_view key) const;
  /// What stands under the key. Throws where it is missing or this is no object.
  JsonPart part(std::string_view key) const;
  /// The values of the list under the key.
  std::vector<JsonPart> list(std::string_view key) const;

  std::string text(std::string_view key) const;
  std::string text_or(std::string_view key, std::string_view fallback) const;
  bool flag(std::string_view key) const;
  bool flag_or(std::string_view key, bool fallback) const;
  /// A number from `least` to `most`.
  long integer(std::string_view key, long least, long most) const;

  [[noreturn]] void fail(std::string_view what) const;

 private:
  const format::IndexedJson& value_;
  std::string place_;
};

}  // namespace heed::text
