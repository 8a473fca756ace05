#pragma once

#include <span>
#include <vector>

#include "collection/judgments.h"
#include "collection/run.h"

namespace heed::eval {

/// How a run is judged; the options of trec_eval that change figures.
struct JudgingOptions {
  int relevance_level = 1;   ///< the least grade that counts as relevant (-l)
  long max_retrieved = -1;   ///< judge only the first so many documents of a query; -1: all (-M)
  bool judged_only = false;  ///< leave documents without a judgment out of the ranking (-J)
  bool all_judged_queries =
      false;                 ///< average over all judged queries; those not in the run count as found nothing (-c)
  long collection_size = 0;  ///< documents in the collection; only `utility` asks (-N)
};

/// Stands for the grade of a document that has none.
inline constexpr int kNotInPool = -1;     ///< the judgments do not mention it
inline constexpr int kLeftUnjudged = -2;  ///< the judgments mention it with a negative grade

/// One query's ranking as the judgments see it: all that a measure may know.
struct JudgedRanking {
  std::vector<int> grades;        ///< by rank; grades, kNotInPool or kLeftUnjudged
  std::vector<long> judged_with;  ///< [g]: how many documents the judgments give grade g, retrieved or not
  long relevant = 0;              ///< judged documents of at least the relevance level (R)
  long relevant_retrieved = 0;
  long not_in_pool = 0;    ///< retrieved documents of that kind
  long left_unjudged = 0;  ///< retrieved documents of that kind
  int relevance_level = 1;
  long collection_size = 0;

  long retrieved() const { return static_cast<long>(grades.size()); }
  bool is_relevant(int grade) const { return grade >= 0 && grade >= relevance_level; }
};

/// Ranks the list by ranks_before and looks up each document's grade.
JudgedRanking judge(const collection::RankedList& list, const collection::JudgedList& judgments,
                    const JudgingOptions& options);

/// What trec_eval judges in place of a query that the run lacks: one document that nobody judged
/// (which judged_only and a max_retrieved of 0 leave out as they do any other).
JudgedRanking judge_missing(const collection::JudgedList& judgments, const JudgingOptions& options);

}  // namespace heed::eval
