#pragma once

#include <string>
#include <string_view>

#include "eval/pairing.h"
#include "report/sentences.h"
#include "report/table.h"

namespace heed::report {

/// One judged pair: a row for each measure, columns for both runs under both pairings, x100.
Table measure_table(const eval::PairEvaluation& pair);

/// One judged pair: a row for each query. `measure` is the name of a value that its evaluations have.
Table query_table(const eval::PairEvaluation& pair, std::string_view measure);

/// The sentences of sentences.h about a judged pair.
std::string p_mrr_sentence(const eval::PairEvaluation& pair);
std::string ties_sentence(const eval::PairEvaluation& pair);
std::string verdict(std::string_view model, const eval::PairEvaluation& pair);

}  // namespace heed::report
