#include "report/figure_table.h"

#include <algorithm>
#include <cctype>

#include "base/ascii.h"
#include "base/error.h"

namespace heed::report {

using format::Json;

bool FigureTable::shows_published() const {
  return std::ranges::any_of(rows, &Row::is_published);
}

std::string spelled(const Figure& figure, const FigureTable::Column& column) {
  if (!figure.value) return "-";
  std::string text = column.is_signed ? signed_percent(*figure.value) : percent(*figure.value);
  if (figure.interval)
    text += " [" + signed_percent(figure.interval->low) + ", " + signed_percent(figure.interval->high) + "]";
  return text;
}

Table rounded(const FigureTable& figures) {
  Table table;
  table.title = figures.title;
  for (const std::string& name : figures.label_names) table.columns.push_back({name, Table::Align::kLeft});
  for (const auto& column : figures.columns) table.columns.push_back({column.heading});
  for (const auto& row : figures.rows) {
    base::check(row.labels.size() == figures.label_names.size() && row.figures.size() == figures.columns.size());
    std::vector<std::string> cells = row.labels;
    for (std::size_t i = 0; i < row.figures.size(); ++i) cells.push_back(spelled(row.figures[i], figures.columns[i]));
    table.rows.push_back(std::move(cells));
  }
  table.remarks = figures.remarks;
  return table;
}

Json figures_json(const FigureTable& table) {
  Json rows = Json::array();
  for (const auto& row : table.rows) {
    Json entry = Json::object();
    for (std::size_t i = 0; i < row.labels.size(); ++i) entry[base::lower_case(table.label_names[i])] = row.labels[i];
    entry["source"] = row.source;
    Json& groups = entry["figures"] = Json::object();
    for (std::size_t i = 0; i < row.figures.size(); ++i) {
      const Figure& figure = row.figures[i];
      const auto& column = table.columns[i];
      if (!figure.value) continue;
      groups[column.group][column.key] = *figure.value;
      if (figure.interval) groups[column.group][column.key + "_ci"] = {figure.interval->low, figure.interval->high};
    }
    rows.push_back(std::move(entry));
  }
  return {{"table", table.name}, {"rows", std::move(rows)}};
}

}  // namespace heed::report
