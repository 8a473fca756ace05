#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "collection/run.h"
#include "eval/evaluation.h"

namespace heed::eval {

/// The queries that ask the same thing with different instructions, and how the worst of them fared.
struct RobustnessGroup {
  std::string name;
  long queries = 0;
  double worst = 0;
};

struct Robustness {
  double value = 0;                     ///< the mean of the worst over the groups, each weighing the same
  std::vector<RobustnessGroup> groups;  ///< in the order of their names
};

/// Robustness (Oh et al. 2024, InstructIR; there of ndcg_cut_10): the least value of the column in each group, averaged
/// over groups. `group_of` names each query's group. Throws BadInput for a judged query that it lacks.
Robustness robustness(const Evaluation& evaluation, std::size_t column,
                      const std::unordered_map<std::string, std::string>& group_of);

/// The run without the results whose document is the query itself, as InstructIR's evaluation has it; a note counts
/// them.
collection::Run without_own_documents(const collection::Run& run);

}  // namespace heed::eval
