#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/known_tasks.h"
#include "collection/dataset.h"
#include "eval/p_mrr.h"

namespace heed::bench {

/// One data set under the name that its results go by.
struct Task {
  std::string name;
  collection::InstructionDataset data;
};

/// Reads the data set that `argument` names: a folder, or NAME=FOLDER. Without a name the task is called as the
/// folder is. A folder in BEIR's layout whose task's name begins with InstructIR (in any case) is a robustness
/// benchmark, each query its own group. Throws BadInput as read_benchmark does, BadUsage for a name that no file could
/// have.
Task open_task(const std::string& argument);

/// The measure that stands for a task: of an instruction benchmark nDCG@5 for News21 (in any spelling of the name that
/// has those letters), MAP@1000 for the others (Weller et al. 2024, table 2); nDCG@10 else (tables 3 and 4).
std::string_view headline_measure(std::string_view task, TaskKind kind = TaskKind::kInstruction);

/// How a benchmark is run and judged: two of them, each a name for settings that go together.
struct EvaluationRecipe {
  std::string_view name;
  std::string_view explanation;
  eval::Ties ties = eval::Ties::kDocumentId;
  /// The published pairing of runs and judgments comes first in tables; both are always shown.
  bool shows_paper_pairing_first = false;
};

std::span<const EvaluationRecipe> recipes();
/// Throws BadUsage, with the known names, where there is none of that name.
const EvaluationRecipe& recipe_named(std::string_view name);

}  // namespace heed::bench
