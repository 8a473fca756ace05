#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bench/score_store.h"
#include "bench/task.h"
#include "collection/run.h"
#include "eval/pairing.h"
#include "eval/robustness.h"
#include "retrieve/models.h"

namespace heed::bench {

/// How far a step of the work is.
struct ProgressReport {
  std::string_view step;  ///< "embedded" (texts) or "scored" (pairs of need and document)
  long done = 0, total = 0;
  long found = 0;  ///< of `done`: there before the step began
};

/// Called as work is done, from one thread at a time, when what it counts is in the store. What it throws ends the
/// work, of which nothing is lost.
using Progress = std::function<void(const ProgressReport&)>;

/// What a run is about to do.
struct Plan {
  long scores = 0;                  ///< pairs of need and document
  long found = 0;                   ///< of them, in the store
  long vectors = 0;                 ///< of texts, that are in the store
  retrieve::Workload missing;       ///< the rest
  std::optional<std::string> bill;  ///< what it costs, where it costs money
  bool keeps_scores = true;         ///< not those of a whole corpus, which vectors and BM25 give anew each time
  /// Whether the store has all that it keeps of the work.
  bool is_nothing() const { return (missing.pairs == 0 || !keeps_scores) && missing.texts.texts == 0; }
};

struct RunnerOptions {
  int threads = 1;  ///< changes only the time
  /// Documents that are scored, and their scores stored, at a time; 0: as the model's row says.
  std::size_t block = 0;
  /// Of a task that ranks its whole corpus: how many of BM25's first documents a model that reads pairs ranks, and how
  /// many results of a topic are kept.
  std::size_t first_stage = 100, kept = 1000;
  Progress progress{};
  /// Called once the plan is made, before anything is computed.
  std::function<void(const Plan&)> planned{};
};

struct CollectionSearch;

/// What a model is to rank. It borrows all of it.
struct RankingRequest {
  const Task& task;
  const retrieve::Model& model;
  std::span<const collection::Arm> arms;  ///< each once
  /// A whole collection in place of the task's candidates, and of what the model would do with them; null: none.
  const CollectionSearch* search = nullptr;
};

/// Throws BadInput, naming the task, where its data lacks the arm.
void require_arm(const Task& task, collection::Arm arm);

/// An arm's results, in the data set's order of topics and candidates, under the model's name.
struct ArmRun {
  collection::Arm arm;
  collection::Run run;
};

/// What run_arms gives, beside the runs.
struct ArmRuns {
  std::vector<ArmRun> runs;
  long pairs = 0;      ///< of need and document that were ranked
  std::string ranked;  ///< what each topic's documents were, as the end of a sentence: "the candidates of the data set"
  std::optional<retrieve::Embedded> embedded{};
};

/// Ranks every topic's candidates in each arm. What the store holds is not computed again; what is computed is in the
/// store before this returns, or throws. Where the data has no candidates, its whole corpus is ranked by BM25 and by
/// vectors, whose scores are not stored as they cost little; a model that reads pairs ranks BM25's first documents (for
/// the query with its original instruction, or the query alone where there is none). Throws BadInput where the data
/// lacks an arm, Bug where the model gives a score that is not finite.
ArmRuns run_arms(const RankingRequest& request, ScoreStore& store, const RunnerOptions& options);

/// What run_arms would do, and how long that takes by a first batch, which is computed and kept; nothing is computed
/// where it costs money.
struct DryRun {
  Plan plan;
  std::optional<double> seconds;  ///< for what is missing after the batch; none where nothing was measured
};
DryRun dry_run(const RankingRequest& request, ScoreStore& store, const RunnerOptions& options);

/// How one arm beside the pair retrieved: with the original judgments, and, as the paper's harness had it, with the
/// changed ones, where the data has any.
struct ArmEvaluation {
  collection::Arm arm;
  eval::Evaluation correct;
  std::optional<eval::Evaluation> paper;
};

/// A task, run and judged. The ids in its evaluations borrow from the task's data, which has to outlive it.
struct TaskResult {
  std::string task, model, model_identity, dtype, layout;
  TaskKind kind = TaskKind::kInstruction;
  std::string_view recipe;
  base::Fingerprint data;
  long topics = 0, documents = 0, candidates = 0, pairs = 0;
  std::string ranked;
  std::optional<std::uint64_t> collection{};  ///< of a search: the documents of the collection
  std::optional<retrieve::Embedded> embedded;
  std::vector<ArmRun> runs;
  std::optional<eval::PairEvaluation> pair;    ///< where both og and changed were run
  std::vector<ArmEvaluation> arms;             ///< of the arms that are not in the pair
  std::optional<eval::Robustness> robustness;  ///< of nDCG@10 in the arm og, where queries stand in groups
  std::vector<std::string> notes;

  const collection::Run* run(collection::Arm arm) const;
};

/// How a task is judged.
struct TaskJudging {
  const EvaluationRecipe& recipe;
  std::span<const eval::SelectedMeasure> measures;  ///< of every evaluation
  eval::PairOptions pair{};
};

/// Runs the model, or searches the request's collection, and judges what came of it. In a search a query for which
/// nothing is found counts as one with an empty ranking.
TaskResult run_task(const RankingRequest& request, const TaskJudging& judging, ScoreStore& store,
                    const RunnerOptions& options);

}  // namespace heed::bench
