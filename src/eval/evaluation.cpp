#include "eval/evaluation.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "eval/rank_measures.h"

namespace heed::eval {

using collection::JudgedList;
using collection::Judgments;
using collection::QueryId;
using collection::Run;

namespace {

/// What trec_eval does to the values of a query that the run lacks, which it judges by a stand-in document: the
/// values that the stand-in spoils become 0. It goes by the values' names, so `utility` is mended, but
/// `utility_2,-1,0,0` is not.
void mend_missing(QueryEvaluation& query, std::span<const Evaluation::Column> columns) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string& name = columns[i].name;
    if (name == "num_ret" || name == "utility" || name == "rbp_resid" || name.starts_with("unj")) query.values[i] = 0;
    if (name == "relstring") query.grade_string.clear();
  }
}

QueryEvaluation evaluate_query(const JudgedList& judged, const collection::RankedList* list,
                               std::span<const SelectedMeasure> measures, const JudgingOptions& options,
                               std::span<const Evaluation::Column> columns) {
  QueryEvaluation result{judged.query(), std::vector<double>(columns.size()), ""};
  const JudgedRanking ranking = list != nullptr ? judge(*list, judged, options) : judge_missing(judged, options);
  std::size_t at = 0;
  for (const SelectedMeasure& selected : measures) {
    const std::size_t count = selected.value_names.size();
    if (selected.measure->compute != nullptr)
      selected.measure->compute(ranking, selected.parameters, std::span(result.values).subspan(at, count));
    else if (selected.measure->shown == Shown::kQueriesOnly)
      result.grade_string = grade_string(ranking, selected.parameters);
    at += count;
  }
  if (list == nullptr) mend_missing(result, columns);
  return result;
}

double summarize(const Evaluation& evaluation, std::size_t column) {
  const auto count = static_cast<double>(evaluation.queries.size());
  double sum = 0;
  for (const QueryEvaluation& query : evaluation.queries) sum += query.values[column];
  switch (evaluation.columns[column].measure->average) {
    case Average::kMean:
      return sum / count;
    case Average::kSum:
      return sum;
    case Average::kGeometric:
      return std::exp(sum / count);
    case Average::kNone:
      break;
  }
  return count;  // num_q; the others are no numbers
}

/// With trec_eval's -c the summary's num_rel counts grades above 0 whatever the relevance level is.
double relevant_of_all(const Judgments& judgments) {
  long count = 0;
  for (const JudgedList& list : judgments.lists())
    count += std::ranges::count_if(list.entries(), [](const auto& entry) { return entry.value > 0; });
  return static_cast<double>(count);
}

/// The judged queries that count, in the order of their ids.
std::vector<QueryId> queries_to_judge(const Judgments& judgments, const Run& run, bool all,
                                      std::vector<std::string>& notes) {
  std::vector<QueryId> queries;
  long missing = 0, common = 0;
  for (const JudgedList& list : judgments.lists()) {
    const bool is_in_run = run.find(list.query()) != nullptr;
    ++(is_in_run ? common : missing);
    if (is_in_run || all) queries.push_back(list.query());
  }
  if (common == 0) throw base::BadInput("the run and the judgments have no query in common");
  const long unjudged = static_cast<long>(run.lists().size()) - common;
  if (missing > 0)
    notes.push_back(base::counted(missing, "judged query is", "judged queries are") + " not in the run: " +
                    (all ? "counted as having found nothing" : "left out of the averages (-c counts them)"));
  if (unjudged > 0)
    notes.push_back(base::counted(unjudged, "query of the run has", "queries of the run have") +
                    " no judgments: left out");
  std::ranges::sort(queries);
  return queries;
}

}  // namespace

std::optional<std::size_t> Evaluation::column(std::string_view name) const {
  const auto found = std::ranges::find(columns, name, &Column::name);
  return found == columns.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - columns.begin()));
}

Evaluation evaluate_queries(std::span<const QueryId> queries, const Judgments& judgments, const Run& run,
                            std::span<const SelectedMeasure> measures, const JudgingOptions& options, int threads) {
  base::check(!queries.empty());
  Evaluation result;
  result.run_tag = run.tag;
  for (const SelectedMeasure& selected : measures)
    for (const std::string& name : selected.value_names) result.columns.push_back({name, selected.measure});
  result.queries.resize(queries.size());
  base::parallel_for(queries.size(), threads, [&](int, std::size_t i) {
    const JudgedList* const judged = judgments.find(queries[i]);
    base::check(judged != nullptr);
    result.queries[i] = evaluate_query(*judged, run.find(queries[i]), measures, options, result.columns);
  });
  for (std::size_t i = 0; i < result.columns.size(); ++i) result.summary.push_back(summarize(result, i));
  return result;
}

Evaluation evaluate(const Judgments& judgments, const Run& run, std::span<const SelectedMeasure> measures,
                    const JudgingOptions& options, int threads) {
  std::vector<std::string> notes;
  const auto queries = queries_to_judge(judgments, run, options.all_judged_queries, notes);
  Evaluation result = evaluate_queries(queries, judgments, run, measures, options, threads);
  result.notes = std::move(notes);
  if (const auto column = result.column("num_rel"); column && options.all_judged_queries)
    result.summary[*column] = relevant_of_all(judgments);
  return result;
}

}  // namespace heed::eval
