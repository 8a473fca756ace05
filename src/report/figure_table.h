#pragma once

#include <optional>
#include <string>
#include <vector>

#include "eval/statistics.h"
#include "format/json.h"
#include "report/table.h"

namespace heed::report {

/// A figure before it is rounded, as a fraction; nothing where there is none.
struct Figure {
  std::optional<double> value{};
  std::optional<eval::Interval> interval{};
};

/// A table of figures before they are rounded: what text, pages, charts and JSON are made from.
struct FigureTable {
  struct Column {
    std::string group;    ///< the task, or "average"
    std::string name;     ///< "p-MRR"
    std::string heading;  ///< for a table whose columns have one name each: "Core17 MAP@1000"
    std::string key;      ///< in JSON: "p_mrr"
    bool is_signed = false;
  };
  struct Row {
    std::vector<std::string> labels;  ///< one for each of label_names
    std::string source;               ///< the file that the figures are from, or several, parted by commas
    std::vector<Figure> figures;      ///< one for each column
    bool is_published = false;
  };
  std::string name;  ///< as --table has it: "2"
  std::string title;
  std::vector<std::string> label_names;  ///< "Model", "judgments"
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<std::string> remarks;

  bool shows_published() const;
};

/// One figure x100, with its interval where it has one; "-" where there is none.
std::string spelled(const Figure& figure, const FigureTable::Column& column);

/// The table for people: figures x100 with one decimal.
Table rounded(const FigureTable& table);

/// {"table": name, "rows": [{"Model" in lower case: .., "source": .., "figures": {GROUP: {KEY: value, KEY_ci: [low,
/// high]}}}]}, figures as they are.
format::Json figures_json(const FigureTable& table);

}  // namespace heed::report
