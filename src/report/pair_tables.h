#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/pairing.h"
#include "report/table.h"

namespace heed::report {

/// A judged task, as a column of the paper's table.
struct ReportedTask {
  std::string name;
  std::string headline;  ///< the measure of its MAP/nDCG column
  const eval::PairEvaluation* pair = nullptr;
};

/// Which pairing of runs and judgments stands first in a table.
enum class FirstRow { kCorrect, kPaper };

/// One model in the form of the paper's Table 2: for each task its MAP or nDCG and its p-MRR with the 95% interval,
/// then the averages where there are several tasks; one row with the right judgments and one with the paper's crossed
/// ones. Figures are x100. REQUIRES: each evaluation has its task's headline measure.
Table paper_table(std::string_view model, std::span<const ReportedTask> tasks, FirstRow first);

/// One judged pair: a row for each measure, columns for both runs under both pairings, x100.
Table measure_table(const eval::PairEvaluation& pair);

/// One judged pair: a row for each query. `measure` is the name of a value that its evaluations have.
Table query_table(const eval::PairEvaluation& pair, std::string_view measure);

/// An arm beside the pair.
struct ReportedArm {
  std::string name;
  const eval::Evaluation* correct = nullptr;
  const eval::Evaluation* paper = nullptr;
};

/// A row for each arm: MAP@1000 and nDCG@5 under both pairings, x100, and the headline's difference to the arm `none`
/// where that was run (the paper's figure 3).
Table arm_table(std::span<const ReportedArm> arms, std::string_view headline);

/// "p-MRR -30.0 (95% interval -36.1 to -23.6) over 60 queries and 895 changed judgments".
std::string p_mrr_sentence(const eval::PairEvaluation& pair);

/// How equal scores were ordered, and how many there were.
std::string ties_sentence(const eval::PairEvaluation& pair);

/// What a p-MRR says about a model, in one sentence, from the interval's sign.
std::string verdict(std::string_view model, const eval::PairEvaluation& pair);

}  // namespace heed::report
