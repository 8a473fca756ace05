#include "report/trec_eval_format.h"

#include <array>
#include <cstdio>

namespace heed::report {

namespace {

void append_line(std::string& text, const std::string& name, std::string_view query, std::string_view value) {
  constexpr std::size_t kNameWidth = 22;
  text += name;
  if (name.size() < kNameWidth) text.append(kNameWidth - name.size(), ' ');
  text.append("\t").append(query).append("\t").append(value).append("\n");
}

std::string number(const eval::Evaluation::Column& column, double value) {
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), column.measure->is_count ? "%.0f" : "%6.4f", value);
  return text.data();
}

}  // namespace

std::string trec_eval_lines(const eval::Evaluation& evaluation, TrecEvalParts parts) {
  std::string text;
  if (parts.queries)
    for (const eval::QueryEvaluation& query : evaluation.queries)
      for (std::size_t i = 0; i < evaluation.columns.size(); ++i) {
        const auto& column = evaluation.columns[i];
        if (column.measure->shown == eval::Shown::kSummaryOnly) continue;
        const bool is_text = column.measure->shown == eval::Shown::kQueriesOnly;
        append_line(text, column.name, query.query.text(),
                    is_text ? "'" + query.grade_string + "'" : number(column, query.values[i]));
      }
  if (parts.summary)
    for (std::size_t i = 0; i < evaluation.columns.size(); ++i) {
      const auto& column = evaluation.columns[i];
      if (column.measure->shown == eval::Shown::kQueriesOnly) continue;
      append_line(text, column.name, "all",
                  column.name == "runid" ? evaluation.run_tag : number(column, evaluation.summary[i]));
    }
  return text;
}

}  // namespace heed::report
