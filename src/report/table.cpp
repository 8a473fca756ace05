#include "report/table.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/error.h"

namespace heed::report {

namespace {

constexpr FormatRow kFormats[] = {
    {Format::kText, "text", "aligned columns"},
    {Format::kMarkdown, "markdown", "a Markdown table"},
    {Format::kLatex, "latex", "a LaTeX tabular with booktabs rules"},
    {Format::kTsv, "tsv", "tab-separated values"},
    {Format::kJson, "json", "machine output; figures are fractions and read back exactly"},
};

/// How many columns a terminal gives the text: its code points.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(std::string_view text, std::size_t width, Table::Align align) {
  const std::string blanks(width - std::min(width, width_of(text)), ' ');
  return align == Table::Align::kRight ? blanks + std::string(text) : std::string(text) + blanks;
}

std::string text_table(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    widths.push_back(width_of(table.columns[i].name));
    for (const auto& row : table.rows) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  const auto line_of = [&](auto&& cell) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i)
      line += (i > 0 ? "  " : "") + padded(cell(i), widths[i], table.columns[i].align);
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  };
  std::string text = table.title.empty() ? "" : table.title + "\n\n";
  text += line_of([&](std::size_t i) { return table.columns[i].name; });
  text += line_of([&](std::size_t i) { return std::string(widths[i], '-'); });
  for (const auto& row : table.rows) text += line_of([&](std::size_t i) { return row[i]; });
  for (const std::string& remark : table.remarks) text += "\n" + remark + "\n";
  return text;
}

std::string replaced(std::string_view text, std::span<const std::pair<char, std::string_view>> replacements) {
  std::string result;
  for (const char c : text) {
    const auto found = std::ranges::find(replacements, c, &std::pair<char, std::string_view>::first);
    if (found == replacements.end())
      result += c;
    else
      result += found->second;
  }
  return result;
}

/// A table whose lines are begin + cells joined + end; `rule` says what comes after the names.
struct LineStyle {
  std::string_view begin, between, end;
  std::span<const std::pair<char, std::string_view>> escapes;
};

std::string line_of(const LineStyle& style, std::span<const std::string> cells) {
  std::string line(style.begin);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += style.between;
    line += replaced(cells[i], style.escapes);
  }
  return line.append(style.end).append("\n");
}

/// The lines of a text with another separator than a line break.
std::string joined_lines(std::string_view text, std::string_view separator) {
  const std::pair<char, std::string_view> line_break[] = {{'\n', separator}};
  return replaced(text, line_break);
}

std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const Table::Column& column : table.columns) names.push_back(column.name);
  return names;
}

std::string markdown_table(const Table& table) {
  static constexpr std::pair<char, std::string_view> kEscapes[] = {{'|', "\\|"}, {'\n', " "}};
  static constexpr LineStyle kStyle{"| ", " | ", " |", kEscapes};
  std::string text = table.title.empty() ? "" : "### " + joined_lines(table.title, "\n\n") + "\n\n";
  text += line_of(kStyle, names_of(table));
  std::vector<std::string> rule;
  for (const Table::Column& column : table.columns)
    rule.emplace_back(column.align == Table::Align::kRight ? "---:" : "---");
  text += line_of(kStyle, rule);
  for (const auto& row : table.rows) text += line_of(kStyle, row);
  for (const std::string& remark : table.remarks) text += "\n" + remark + "\n";
  return text;
}

std::string latex_table(const Table& table) {
  static constexpr std::pair<char, std::string_view> kEscapes[] = {{'&', "\\&"},
                                                                   {'%', "\\%"},
                                                                   {'_', "\\_"},
                                                                   {'#', "\\#"},
                                                                   {'$', "\\$"},
                                                                   {'{', "\\{"},
                                                                   {'}', "\\}"},
                                                                   {'~', "\\textasciitilde{}"},
                                                                   {'^', "\\textasciicircum{}"},
                                                                   {'\\', "\\textbackslash{}"}};
  static constexpr LineStyle kStyle{"", " & ", " \\\\", kEscapes};
  std::string text = table.title.empty() ? "" : "% " + joined_lines(table.title, "\n% ") + "\n";
  text += "\\begin{tabular}{";
  for (const Table::Column& column : table.columns) text += column.align == Table::Align::kRight ? 'r' : 'l';
  text += "}\n\\toprule\n" + line_of(kStyle, names_of(table)) + "\\midrule\n";
  for (const auto& row : table.rows) text += line_of(kStyle, row);
  text += "\\bottomrule\n\\end{tabular}\n";
  for (const std::string& remark : table.remarks) text += "% " + joined_lines(remark, "\n% ") + "\n";
  return text;
}

std::string tsv_table(const Table& table) {
  static constexpr std::pair<char, std::string_view> kEscapes[] = {{'\t', " "}, {'\n', " "}};
  static constexpr LineStyle kStyle{"", "\t", "", kEscapes};
  std::string text = line_of(kStyle, names_of(table));
  for (const auto& row : table.rows) text += line_of(kStyle, row);
  return text;
}

}  // namespace

std::span<const FormatRow> formats() {
  return kFormats;
}

std::optional<Format> format_named(std::string_view name) {
  for (const FormatRow& row : kFormats)
    if (row.name == name) return row.format;
  return std::nullopt;
}

std::string render(const Table& table, Format format) {
  switch (format) {
    case Format::kText:
      return text_table(table);
    case Format::kMarkdown:
      return markdown_table(table);
    case Format::kLatex:
      return latex_table(table);
    case Format::kTsv:
      return tsv_table(table);
    case Format::kJson:
      break;
  }
  throw base::Bug("a table is not rendered as JSON");
}

std::string percent(double fraction) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f", 100 * fraction);
  return text.data() == std::string_view("-0.0") ? "0.0" : text.data();
}

std::string signed_percent(double fraction) {
  const std::string text = percent(fraction);
  return text.starts_with('-') ? text : "+" + text;
}

std::string spoken_measure(std::string_view measure) {
  constexpr std::pair<std::string_view, std::string_view> kSpoken[] = {{"map_cut_", "MAP@"}, {"ndcg_cut_", "nDCG@"}};
  for (const auto& [prefix, spoken] : kSpoken)
    if (measure.starts_with(prefix)) return std::string(spoken) + std::string(measure.substr(prefix.size()));
  return std::string(measure);
}

}  // namespace heed::report
