#pragma once

#include <string>
#include <string_view>

#include "eval/pairing.h"

namespace heed::report {

/// What is said about a pair of runs: its p-MRR as a fraction, over how much, and its ties.
struct Obedience {
  double p_mrr = 0;
  eval::Interval interval{};
  long queries = 0;        ///< those with a changed judgment
  long changed_pairs = 0;  ///< changed judgments
  std::string ties{};      ///< how equal scores are ordered: docid, input or expected
  long tied_documents = 0;
  long tied_flipped = 0;
};

Obedience obedience_of(const eval::PairEvaluation& pair);

/// "p-MRR -30.0 (95% interval -36.1 to -23.6) over 60 queries and 895 changed judgments".
std::string p_mrr_sentence(const Obedience& obedience);

/// How equal scores were ordered, and how many there were.
std::string ties_sentence(const Obedience& obedience);

/// "4", or, where it was tied, "4-6".
std::string spelled_rank(eval::RankRange range);

/// What a p-MRR says about a model, in one sentence, from the interval's sign.
std::string verdict(std::string_view model, const Obedience& obedience);

}  // namespace heed::report
