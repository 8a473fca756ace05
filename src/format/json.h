#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace heed::format {

/// A JSON document whose objects keep the order of their keys. Other layers say format::Json; the library's name
/// appears here alone.
using Json = nlohmann::ordered_json;

/// The document in a file. Throws BadInput, with file and line, where it is not valid JSON.
Json read_json(const std::filesystem::path& path);

/// The document on one line, without blanks between its parts; bytes of a text that are no UTF-8 become U+FFFD.
std::string compact(const Json& json);

/// As Json, for objects with very many keys (a vocabulary): a key is found by search (Json looks at one after another,
/// also while it reads), and keys come in the order of their bytes.
using IndexedJson = nlohmann::json;

/// As read_json(). BadInput also where lists and objects are nested more than 100 deep.
IndexedJson read_indexed_json(const std::filesystem::path& path);

}  // namespace heed::format
