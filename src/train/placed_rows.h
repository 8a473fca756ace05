#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/fingerprint.h"
#include "train/lessons.h"
#include "train/row.h"

namespace heed::train {

/// Rows of several files, and where each stands.
struct PlacedRows {
  struct Place {
    std::uint32_t file = 0;
    long line = 0;
  };
  std::vector<Row> rows;
  std::vector<Place> places;  ///< of each row
  std::vector<std::string> files;

  /// "rows.jsonl:12".
  std::string name_of(std::size_t row) const;
};

/// The rows of the files, one file after the other. Throws as read_rows().
PlacedRows read_placed_rows(std::span<const std::filesystem::path> files);

/// Rows that say the contrary of an earlier one with the same query, instruction, title and text.
struct Contradictions {
  long count = 0;
  std::size_t first = 0, earlier = 0;  ///< positions of the first of them, and of what it contradicts
};
Contradictions contradictions_in(std::span<const Row> rows);

/// Of the rows and their order; where they stand does not matter.
base::Fingerprint fingerprint_of(std::span<const Row> rows);

/// The rows at these positions as tokens, in their order. Throws BadInput, which begins with a row's file and line,
/// where one cannot be made to fit.
std::vector<Example> examples_of(const Lessons& lessons, const PlacedRows& rows, std::span<const std::size_t> positions,
                                 int threads);

}  // namespace heed::train
