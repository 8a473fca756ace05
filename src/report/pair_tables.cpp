#include "report/pair_tables.h"

#include <algorithm>

#include "base/error.h"

namespace heed::report {

using eval::Evaluation;
using eval::PairEvaluation;

namespace {

double value_of(const Evaluation& evaluation, std::string_view name) {
  const auto column = evaluation.column(name);
  base::check(column.has_value());
  return evaluation.summary[*column];
}

/// How people call a measure: trec_eval's names, but for the paper's two.
std::string spoken(std::string_view measure) {
  if (measure == "map_cut_1000") return "MAP@1000";
  if (measure == "ndcg_cut_5") return "nDCG@5";
  return std::string(measure);
}

/// A count as it is, any other value x100.
std::string cell(bool is_count, double value) {
  return is_count ? std::to_string(static_cast<long>(value)) : percent(value);
}

std::string with_interval(double value, eval::Interval interval) {
  return signed_percent(value) + " [" + signed_percent(interval.low) + ", " + signed_percent(interval.high) + "]";
}

}  // namespace

Table paper_table(std::string_view model, std::span<const ReportedTask> tasks, FirstRow first) {
  Table table;
  table.columns = {{"Model", Table::Align::kLeft}, {"judgments", Table::Align::kLeft}};
  for (const ReportedTask& task : tasks) {
    table.columns.push_back({task.name + " " + spoken(task.headline)});
    table.columns.push_back({"p-MRR [95% interval]"});
  }
  if (tasks.size() > 1) {
    table.columns.push_back({"Average score"});
    table.columns.push_back({"p-MRR"});
  }
  const auto row = [&](const char* judgments, Evaluation PairEvaluation::*og) {
    std::vector<std::string> cells = {std::string(model), judgments};
    double score_sum = 0, p_mrr_sum = 0;
    for (const ReportedTask& task : tasks) {
      const double score = value_of(task.pair->*og, task.headline);
      cells.push_back(percent(score));
      cells.push_back(with_interval(task.pair->p_mrr, task.pair->p_mrr_interval));
      score_sum += score;
      p_mrr_sum += task.pair->p_mrr;
    }
    if (tasks.size() > 1) {
      cells.push_back(percent(score_sum / static_cast<double>(tasks.size())));
      cells.push_back(signed_percent(p_mrr_sum / static_cast<double>(tasks.size())));
    }
    table.rows.push_back(cells);
  };
  row("correct", &PairEvaluation::og);
  row("paper", &PairEvaluation::paper_og);
  if (first == FirstRow::kPaper) std::swap(table.rows[0], table.rows[1]);
  table.remarks = {
      "Scores are those of the original instruction's run, x100. correct: judged by its own judgments. paper: by the "
      "altered instruction's, as the published tables are; p-MRR is the same either way."};
  return table;
}

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
  const std::string name = spoken(measure);
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

Table arm_table(std::span<const ReportedArm> arms, std::string_view headline) {
  Table table;
  table.columns = {{"arm", Table::Align::kLeft}, {"MAP@1000"}, {"nDCG@5"}, {"paper: MAP@1000"}, {"paper: nDCG@5"}};
  const auto none = std::ranges::find(arms, "none", &ReportedArm::name);
  if (none != arms.end()) table.columns.push_back({spoken(headline) + " against none"});
  for (const ReportedArm& arm : arms) {
    std::vector<std::string> cells = {arm.name};
    for (const Evaluation* const evaluation : {arm.correct, arm.paper})
      for (const char* const measure : {"map_cut_1000", "ndcg_cut_5"})
        cells.push_back(percent(value_of(*evaluation, measure)));
    if (none != arms.end())
      cells.push_back(arm.name == "none"
                          ? ""
                          : signed_percent(value_of(*arm.correct, headline) - value_of(*none->correct, headline)));
    table.rows.push_back(cells);
  }
  return table;
}

std::string p_mrr_sentence(const PairEvaluation& pair) {
  const auto queries = static_cast<long>(pair.p_mrr_by_query().size());
  return "p-MRR " + signed_percent(pair.p_mrr) + " (95% interval " + signed_percent(pair.p_mrr_interval.low) + " to " +
         signed_percent(pair.p_mrr_interval.high) + ") over " + base::counted(queries, "query", "queries") + " and " +
         base::counted(pair.changed_pairs, "changed judgment", "changed judgments");
}

std::string ties_sentence(const PairEvaluation& pair) {
  const char* const order = pair.ties == eval::Ties::kDocumentId ? "by document id, descending"
                            : pair.ties == eval::Ties::kInput    ? "in the order of the input"
                                                                 : "every way, and the mean taken";
  return "ties (" + std::string(name_of(pair.ties)) + "): equal scores are ordered " + order + "; " +
         base::counted(pair.tied_documents, "result shares", "results share") + " a score with another, " +
         std::to_string(pair.tied_flipped) + " of the changed judgments among them";
}

std::string verdict(std::string_view model, const PairEvaluation& pair) {
  constexpr std::size_t kFewQueries = 5;  // an interval from fewer says little
  const std::string subject(model);
  if (const std::size_t queries = pair.p_mrr_by_query().size(); queries < kFewQueries)
    return subject + ": too few topics to tell (p-MRR " + signed_percent(pair.p_mrr) + " over " +
           base::counted(static_cast<long>(queries), "topic", "topics") + ").";
  if (pair.p_mrr_interval.high < 0)
    return subject +
           " does not obey: documents that the altered instruction excludes rise in its ranking "
           "(p-MRR " +
           signed_percent(pair.p_mrr) + ", below 0 beyond chance).";
  if (pair.p_mrr_interval.low > 0)
    return subject +
           " obeys: documents that the altered instruction excludes sink in its ranking "
           "(p-MRR " +
           signed_percent(pair.p_mrr) + ", above 0 beyond chance).";
  return subject + " neither obeys nor disobeys beyond chance (p-MRR " + signed_percent(pair.p_mrr) + ").";
}

}  // namespace heed::report
