#include "train/placed_rows.h"

#include <map>
#include <tuple>

#include "base/error.h"
#include "base/parallel.h"

namespace heed::train {

std::string PlacedRows::name_of(std::size_t row) const {
  return files[places[row].file] + ":" + std::to_string(places[row].line);
}

PlacedRows read_placed_rows(std::span<const std::filesystem::path> files) {
  PlacedRows all;
  for (const auto& path : files) {
    const auto file = static_cast<std::uint32_t>(all.files.size());
    all.files.push_back(path == "-" ? "standard input" : path.string());
    for_each_row(path, [&](Row row, long line) {
      all.rows.push_back(std::move(row));
      all.places.push_back({file, line});
    });
  }
  return all;
}

Contradictions contradictions_in(std::span<const Row> rows) {
  Contradictions found;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>, std::size_t> firsts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    const std::size_t first = firsts.try_emplace({row.query, row.instruction, row.title, row.text}, i).first->second;
    if (rows[first].is_relevant == row.is_relevant) continue;
    if (found.count++ == 0) found = {1, i, first};
  }
  return found;
}

base::Fingerprint fingerprint_of(std::span<const Row> rows) {
  base::Digest digest;
  for (const Row& row : rows)
    digest.add_field(row.query)
        .add_field(row.instruction)
        .add_field(row.title)
        .add_field(row.text)
        .add_field(row.is_relevant ? "true" : "false");
  return digest.finish();
}

std::vector<Example> examples_of(const Lessons& lessons, const PlacedRows& rows, std::span<const std::size_t> positions,
                                 int threads) {
  std::vector<Example> examples(positions.size());
  base::parallel_for(positions.size(), threads, [&](int, std::size_t i) {
    const Row& row = rows.rows[positions[i]];
    try {
      examples[i] = lessons.example(row.need(), row.document(), row.label());
    } catch (const base::BadInput& bad) {
      throw base::BadInput(rows.name_of(positions[i]) + ": " + bad.what());
    }
  });
  return examples;
}

}  // namespace heed::train
