#pragma once

#include <filesystem>

#include <nlohmann/json.hpp>

namespace heed::format {

/// A JSON document whose objects keep the order of their keys. Other layers say format::Json; the library's name
/// appears here alone.
using Json = nlohmann::ordered_json;

/// The document in a file. Throws BadInput, with file and line, where it is not valid JSON.
Json read_json(const std::filesystem::path& path);

}  // namespace heed::format
