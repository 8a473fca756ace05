#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/measure.h"

namespace heed::eval {

/// The values of one query: a number for each column, 0 where the column is a string.
struct QueryEvaluation {
  collection::QueryId query;
  std::vector<double> values;
  std::string grade_string;  ///< the value of `relstring`
};

/// A run, judged. Its ids borrow from the judgments, which have to outlive it. The columns of `values` go with
/// `columns`.
struct Evaluation {
  struct Column {
    std::string name;
    const Measure* measure = nullptr;
  };
  std::vector<Column> columns;
  std::vector<QueryEvaluation> queries;  ///< in the order of their ids
  std::vector<double> summary;
  std::string run_tag;
  std::vector<std::string> notes;  ///< queries that were left out, as sentences for the reader

  /// The column's position, or nothing.
  std::optional<std::size_t> column(std::string_view name) const;
};

/// Judges the run as trec_eval 10 does. A query that is judged but not in the run is left out of all averages, or,
/// with options.all_judged_queries, counted as having found nothing; a query of the run that nobody judged is left
/// out; the notes count both. `threads` changes only the time. Throws BadInput where run and judgments have no query
/// in common.
Evaluation evaluate(const collection::Judgments& judgments, const collection::Run& run,
                    std::span<const SelectedMeasure> measures, const JudgingOptions& options, int threads = 1);

/// Judges these queries and no others, in this order; one that the run lacks counts as having found nothing.
/// REQUIRES: at least one query; the judgments have each.
Evaluation evaluate_queries(std::span<const collection::QueryId> queries, const collection::Judgments& judgments,
                            const collection::Run& run, std::span<const SelectedMeasure> measures,
                            const JudgingOptions& options, int threads = 1);

}  // namespace heed::eval
