#pragma once

#include <span>
#include <string>

#include "eval/measure.h"

// The measures over one judged ranking. Each fills `values` (one for each cutoff or fraction, or one) from 0, and
// computes in the order of operations of trec_eval 10, so that the printed figures are the same. docs/measures.md has
// each formula with its edge cases.
namespace heed::eval {

using Values = std::span<double>;

void retrieved(const JudgedRanking&, const Parameters&, Values);
void relevant(const JudgedRanking&, const Parameters&, Values);
void relevant_retrieved(const JudgedRanking&, const Parameters&, Values);
void nonrelevant_judged_retrieved(const JudgedRanking&, const Parameters&, Values);

void average_precision(const JudgedRanking&, const Parameters&, Values);
void log_average_precision(const JudgedRanking&, const Parameters&, Values);
void average_precision_at(const JudgedRanking&, const Parameters&, Values);
void inferred_average_precision(const JudgedRanking&, const Parameters&, Values);
void r_precision(const JudgedRanking&, const Parameters&, Values);
void r_precision_multiples(const JudgedRanking&, const Parameters&, Values);
void bpref(const JudgedRanking&, const Parameters&, Values);
void log_bpref(const JudgedRanking&, const Parameters&, Values);
void reciprocal_rank(const JudgedRanking&, const Parameters&, Values);
void interpolated_precision(const JudgedRanking&, const Parameters&, Values);
void mean_interpolated_precision(const JudgedRanking&, const Parameters&, Values);

void precision_at(const JudgedRanking&, const Parameters&, Values);
void recall_at(const JudgedRanking&, const Parameters&, Values);
void relative_precision_at(const JudgedRanking&, const Parameters&, Values);
void success_at(const JudgedRanking&, const Parameters&, Values);
void unjudged_at(const JudgedRanking&, const Parameters&, Values);

void set_precision(const JudgedRanking&, const Parameters&, Values);
void set_recall(const JudgedRanking&, const Parameters&, Values);
void set_relative_precision(const JudgedRanking&, const Parameters&, Values);
void set_average_precision(const JudgedRanking&, const Parameters&, Values);
void set_f(const JudgedRanking&, const Parameters&, Values);
void utility(const JudgedRanking&, const Parameters&, Values);

void ndcg(const JudgedRanking&, const Parameters&, Values);
void ndcg_at(const JudgedRanking&, const Parameters&, Values);
void ndcg_at_relevant(const JudgedRanking&, const Parameters&, Values);
void ndcg_at_boundaries(const JudgedRanking&, const Parameters&, Values);
void binary_g(const JudgedRanking&, const Parameters&, Values);
void g(const JudgedRanking&, const Parameters&, Values);
void rank_biased_precision(const JudgedRanking&, const Parameters&, Values);
void rank_biased_precision_residual(const JudgedRanking&, const Parameters&, Values);

/// The grades of the first documents, a character each: 0-9; `>` above 9; `-` not in the pool; `.` left unjudged.
std::string grade_string(const JudgedRanking& ranking, const Parameters& parameters);

}  // namespace heed::eval
