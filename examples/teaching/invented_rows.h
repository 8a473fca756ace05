#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "train/row.h"

namespace heed::teaching {

/// Rows of documents that nobody wrote: sentences with places for words, filled at random from a list. They say
/// nothing; what they teach is that a query's words stand in a relevant document, and an excluded word does not.
struct InventedRows {
  std::vector<train::Row> base;    ///< topical relevance alone
  std::vector<train::Row> teach;   ///< with constraints, in twos (constraints.h), and some without
  std::vector<std::string> words;  ///< the list
};

/// From a file of words, one a line, of which lower-case ones of at least three letters count. Throws BadInput where
/// there are fewer than 100.
InventedRows make_invented_rows(const std::filesystem::path& words, std::size_t rows, std::uint64_t seed);

}  // namespace heed::teaching
