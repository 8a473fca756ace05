#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/score_store.h"
#include "bench/task.h"
#include "collection/run.h"
#include "eval/pairing.h"
#include "retrieve/models.h"

namespace heed::bench {

/// Called as work is done, from one thread at a time: how many of all scores exist now.
using Progress = std::function<void(long done, long total)>;

struct RunnerOptions {
  int threads = 1;  ///< changes only the time
  /// Documents scored and stored at a time, for models that score each document alone: what a crash can cost.
  std::size_t block = 64;  ///< at least 1
  Progress progress;
};

/// An arm's results, in the data set's order of topics and candidates, under the model's name.
struct ArmRun {
  collection::Arm arm;
  collection::Run run;
};

/// Ranks every topic's candidates in each arm. What the store holds is not computed again; what is computed is in the
/// store before this returns, or throws. REQUIRES: each arm once. Throws BadInput where the data lacks an arm, Bug
/// where the model gives a score that is not finite.
std::vector<ArmRun> run_arms(const Task& task, const retrieve::Model& model, std::span<const collection::Arm> arms,
                             ScoreStore& store, const RunnerOptions& options);

/// How one arm beside the pair retrieved: with the original judgments, and, as the paper's harness had it, with the
/// changed ones.
struct ArmEvaluation {
  collection::Arm arm;
  eval::Evaluation correct, paper;
};

/// A task, run and judged. The ids in its evaluations borrow from the task's data, which has to outlive it.
struct TaskResult {
  std::string task, model, model_identity, dtype, layout;
  std::string_view recipe;
  base::Fingerprint data;
  long topics = 0, documents = 0, candidates = 0;
  std::vector<ArmRun> runs;
  std::optional<eval::PairEvaluation> pair;  ///< where both og and changed were run
  std::vector<ArmEvaluation> arms;           ///< of the arms that are not in the pair
  std::vector<std::string> notes;

  const collection::Run* run(collection::Arm arm) const;
};

/// Runs the model and judges what it gave. `measures` are those of every evaluation.
TaskResult run_task(const Task& task, const retrieve::Model& model, const EvaluationRecipe& recipe,
                    std::span<const collection::Arm> arms, std::span<const eval::SelectedMeasure> measures,
                    const eval::PairOptions& judging, ScoreStore& store, const RunnerOptions& options);

}  // namespace heed::bench
