#pragma once

#include <string>

#include "eval/evaluation.h"

namespace heed::report {

/// What trec_eval prints, byte for byte: `name TAB query TAB value`, the name padded to 22 places, real values with
/// four decimals; one line a value.
struct TrecEvalParts {
  bool queries = false;  ///< each query's values, before the summary (-q)
  bool summary = true;   ///< the line `all` of each value (not -n)
};
std::string trec_eval_lines(const eval::Evaluation& evaluation, TrecEvalParts parts);

}  // namespace heed::report
