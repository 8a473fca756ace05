#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/evaluation.h"
#include "eval/p_mrr.h"
#include "eval/statistics.h"

namespace heed::eval {

/// What becomes of a query that is judged, but missing from one of the two runs.
enum class Missing {
  kError,  ///< BadInput
  kSkip,   ///< it is left out of every average
  kZero,  ///< its p-MRR is 0; the run that lacks it counts as having found nothing (JudgingOptions::all_judged_queries)
};

struct PairOptions {
  Ties ties = Ties::kDocumentId;
  Missing missing = Missing::kError;
  JudgingOptions judging{};
  BootstrapOptions bootstrap{};
  int threads = 1;  ///< changes only the time
};

/// A pair of runs, one under each instruction, with the judgments under each.
struct RunPair {
  const collection::Judgments& judgments_og;
  const collection::Judgments& judgments_changed;
  const collection::Run& run_og;
  const collection::Run& run_changed;
};

/// How well a system obeyed, and how well it retrieved. Its ids borrow from the judgments, which have to outlive it.
struct PairEvaluation {
  Ties ties = Ties::kDocumentId;
  double p_mrr = 0;  ///< the mean over the queries with a changed judgment, each weighing the same
  Interval p_mrr_interval;
  std::vector<QueryObedience> queries;  ///< in the order of their ids, also those without a changed judgment
  long changed_pairs = 0;               ///< flipped documents, over all queries
  long tied_documents = 0;              ///< results of both runs that share their score with another of the same query
  long tied_flipped = 0;                ///< flipped documents among them

  /// Each run with its own judgments.
  Evaluation og, changed;
  /// The published pairing (RunPair crossed): the original run with the changed judgments, the changed run with the
  /// original ones. mteb 1.x filled the two sets of judgments the wrong way round, and the paper's MAP and nDCG columns
  /// are these. p-MRR is the same either way.
  Evaluation paper_og, paper_changed;

  std::vector<std::string> notes;

  const QueryObedience* find(collection::QueryId query) const;
  /// The p-MRR of the queries that have one, in the order of their ids.
  std::vector<double> p_mrr_by_query() const;
};

/// Judges a pair of runs. Throws BadInput where the two sets judge different queries or a run lacks a judged query
/// (unless options.missing says otherwise), where nothing is left to judge, where no judgment changes at all.
PairEvaluation evaluate_pair(const RunPair& pair, std::span<const SelectedMeasure> measures,
                             const PairOptions& options);

}  // namespace heed::eval
