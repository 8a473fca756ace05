#include "report/pair_tables.h"

namespace heed::report {

using eval::Evaluation;
using eval::PairEvaluation;

namespace {

/// A count as it is, any other value x100.
std::string cell(bool is_count, double value) {
  return is_count ? std::to_string(static_cast<long>(value)) : percent(value);
}

}  // namespace

Table measure_table(const PairEvaluation& pair) {
  Table table;
  table.columns = {{"measure", Table::Align::kLeft}, {"og"}, {"changed"}, {"paper: og"}, {"paper: changed"}};
  for (std::size_t i = 0; i < pair.og.columns.size(); ++i) {
    const auto& column = pair.og.columns[i];
    if (column.name == "runid" || column.measure->shown == eval::Shown::kQueriesOnly) continue;
    std::vector<std::string> cells = {column.name};
    for (const Evaluation* const evaluation : {&pair.og, &pair.changed, &pair.paper_og, &pair.paper_changed}) {
      const double value = evaluation->summary[i];
      cells.push_back(cell(column.measure->is_count, value));
    }
    table.rows.push_back(cells);
  }
  return table;
}

Table query_table(const PairEvaluation& pair, std::string_view measure) {
  Table table;
  const std::string name = spoken_measure(measure);
  table.columns = {
      {"query", Table::Align::kLeft}, {"p-MRR"}, {"changed judgments"}, {name + " og"}, {name + " changed"}};
  const std::size_t column = *pair.og.column(measure);
  const bool is_count = pair.og.columns[column].measure->is_count;
  for (std::size_t i = 0; i < pair.queries.size(); ++i) {
    const eval::QueryObedience& query = pair.queries[i];
    table.rows.push_back({query.query.str(), query.flipped.empty() ? "-" : signed_percent(query.p_mrr),
                          std::to_string(query.flipped.size()), cell(is_count, pair.og.queries[i].values[column]),
                          cell(is_count, pair.changed.queries[i].values[column])});
  }
  return table;
}

std::string p_mrr_sentence(const PairEvaluation& pair) {
  return p_mrr_sentence(obedience_of(pair));
}

std::string ties_sentence(const PairEvaluation& pair) {
  return ties_sentence(obedience_of(pair));
}

std::string verdict(std::string_view model, const PairEvaluation& pair) {
  return verdict(model, obedience_of(pair));
}

}  // namespace heed::report
