#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infer/learner.h"
#include "train/batch_order.h"
#include "train/lessons.h"
#include "train/run_folder.h"
#include "train/schedule.h"
#include "train/trained_model.h"
#include "train/validation.h"

namespace heed::train {

/// Which of the adapters that were validated is kept.
enum class BestBy { kLast, kLoss, kPMrr };

struct TrainerSettings {
  RatePlan rates;  ///< and how many steps there are
  long save_every = 100;
  long validate_every = 1;  ///< steps; the first and the last are validated too
  BestBy best_by = BestBy::kLast;
};

/// What is learned from, and where it goes. Borrowed; all of it outlives the trainer.
struct TrainerWork {
  const Lessons& lessons;
  std::span<const Example> examples;
  /// How people know an example: "rows.jsonl:12".
  std::function<std::string(std::size_t example)> name_of;
  BatchOrder order;
  const ValidationSet* validation = nullptr;
  const RunFolder& folder;
  format::JsonJournal& log;
  TrainedModel output;
};

/// One step of a run.
struct StepReport {
  long step = 0;  ///< from 0
  double rate = 0, loss = 0, gradient_norm = 0, tokens_per_second = 0, epoch = 0;
};

struct TrainerHooks {
  std::function<void(const StepReport&)> stepped{};
  std::function<void(long step, const Validation&)> validated{};
  std::function<void(long done, long total)> validating{};
  /// Asked between steps, and between a validation's batches.
  std::function<bool()> wants_stop{};
};

/// How a run ended.
struct TrainerResult {
  bool is_finished = false;
  long steps = 0;  ///< made, also by the run that this one went on from
  std::optional<Validation> before{};
  std::optional<Best> best{};
};

/// Teaches: epochs of batches, one step of the learner for each, with a line of the log; validates, keeps the best, and
/// saves where it is, so that it goes on from there bit for bit as if it had not been stopped.
class Trainer {
 public:
  Trainer(infer::Learner& learner, TrainerWork work, TrainerSettings settings, TrainerHooks hooks);

  /// From the folder's checkpoint, or from the beginning. The loss of a step is the mean over the terms of its batch.
  /// Throws BadInput, naming step and rows, where a loss or a gradient is not finite: the log has that step, and what
  /// was saved before stays; also where the log has something else in it than this run.
  TrainerResult run();

 private:
  void begin();
  void take_step();
  bool is_validation_due() const;
  bool validate();
  void save() const;
  void write_learned(const std::filesystem::path& folder) const;
  void finish();
  [[noreturn]] void fail(const StepReport& report, const std::string& what, std::span<const std::size_t> batch);

  infer::Learner& learner_;
  TrainerWork work_;
  TrainerSettings settings_;
  TrainerHooks hooks_;
  Position position_;
};

}  // namespace heed::train
