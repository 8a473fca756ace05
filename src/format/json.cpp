#include "format/json.h"

#include <algorithm>

#include "base/error.h"
#include "format/byte_reader.h"

namespace heed::format {

Json read_json(const std::filesystem::path& path) {
  const std::string content = read_all(path);
  try {
    return Json::parse(content);
  } catch (const Json::parse_error& error) {
    const auto until = content.begin() + static_cast<long>(std::min<std::size_t>(error.byte, content.size()));
    const long line = 1 + std::count(content.begin(), until, '\n');
    throw base::BadInput(path.string() + ":" + std::to_string(line) + ": not valid JSON");
  }
}

}  // namespace heed::format
