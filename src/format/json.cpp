#include "format/json.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/error.h"
#include "format/byte_reader.h"

namespace heed::format {

namespace {

constexpr int kDeepest = 100;

std::string at_byte(const std::filesystem::path& path, std::string_view content, std::size_t byte) {
  const std::string_view before = content.substr(0, byte);
  return path.string() + ":" + std::to_string(1 + std::ranges::count(before, '\n')) + ": ";
}

/// Throws where brackets outside of strings are nested deeper than anything means, and at a zero byte, which the
/// library takes for the end.
void check_text(const std::filesystem::path& path, std::string_view content) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < content.size(); ++at) {
    const char c = content[at];
    if (c == '\0') throw base::BadInput(at_byte(path, content, at) + "not valid JSON: a zero byte");
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      at += c == '\\';
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest)
        throw base::BadInput(at_byte(path, content, at) + "lists and objects are nested too deeply");
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
}

template <typename Document>
Document parsed(const std::filesystem::path& path) {
  const std::string content = read_all(path);
  check_text(path, content);
  try {
    return Document::parse(content);
  } catch (const typename Document::parse_error& error) {
    throw base::BadInput(at_byte(path, content, error.byte) + "not valid JSON");
  } catch (const typename Document::out_of_range&) {
    throw base::BadInput(path.string() + ": a number in it is too large");
  }
}

}  // namespace

std::string compact(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json read_json(const std::filesystem::path& path) {
  return parsed<Json>(path);
}

IndexedJson read_indexed_json(const std::filesystem::path& path) {
  return parsed<IndexedJson>(path);
}

}  // namespace heed::format
