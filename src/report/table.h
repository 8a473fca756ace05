#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed::report {

/// A table for people: one model, written in any of the formats.
struct Table {
  enum class Align { kLeft, kRight };
  struct Column {
    std::string name;
    Align align = Align::kRight;
  };
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as long as `columns`
  std::vector<std::string> remarks;            ///< sentences below it
};

enum class Format { kText, kMarkdown, kLatex, kTsv, kJson };

struct FormatRow {
  Format format;
  std::string_view name;
  std::string_view explanation;
};

/// All formats a person may ask for.
std::span<const FormatRow> formats();
std::optional<Format> format_named(std::string_view name);

/// The table in text (columns aligned), Markdown, LaTeX (booktabs) or TSV. REQUIRES: not kJson, which commands write
/// from their figures, not from rounded text.
std::string render(const Table& table, Format format);

/// A fraction as the field prints it, times 100 with one decimal: 0.1372 is "13.7".
std::string percent(double fraction);
/// As percent(), with its sign: "+13.7", "-30.0", "+0.0".
std::string signed_percent(double fraction);

/// How people call a measure: "MAP@1000" for map_cut_1000, "nDCG@5" for ndcg_cut_5, else trec_eval's name.
std::string spoken_measure(std::string_view measure);

}  // namespace heed::report
