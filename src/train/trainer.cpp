#include "train/trainer.h"

#include <chrono>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace heed::train {

using base::BadInput;
using format::Json;

namespace {

constexpr std::size_t kNamedRows = 8;

std::string with_rows(std::string text, const TrainerWork& work, std::span<const std::size_t> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == kNamedRows) return text + " and " + std::to_string(rows.size() - i) + " more";
    text += (i == 0 ? "" : ", ") + work.name_of(rows[i]);
  }
  return text;
}

Json to_json(const StepReport& report) {
  return {{"step", report.step},
          {"lr", report.rate},
          {"loss", report.loss},
          {"grad_norm", report.gradient_norm},
          {"tokens_per_second", report.tokens_per_second},
          {"epoch", report.epoch}};
}

}  // namespace

Trainer::Trainer(infer::Learner& learner, TrainerWork work, TrainerSettings settings, TrainerHooks hooks)
    : learner_(learner), work_(std::move(work)), settings_(settings), hooks_(std::move(hooks)) {
  base::check(!work_.examples.empty() && settings_.save_every >= 1 && settings_.validate_every >= 1);
}

void Trainer::begin() {
  expect_own_log(work_.log, work_.folder.identity(), LogThere::kThisRuns);
  work_.folder.remove_left_overs();
  work_.folder.announce(work_.log.path(), files_of(work_.output));
  if (auto checkpoint = work_.folder.read_checkpoint()) {
    position_ = checkpoint->position;
    learner_.restore(checkpoint->state, (work_.folder.path() / "checkpoint.safetensors").string());
    if (position_.log_length > work_.log.length())
      throw BadInput(work_.log.path().string() + ": has " + std::to_string(work_.log.length()) +
                     " bytes, but the checkpoint was written at " + std::to_string(position_.log_length) +
                     "; give --log as before, or --restart");
    work_.log.cut(position_.log_length);
    return;
  }
  const Example& first = work_.examples.front();
  if (work_.lessons.task() == infer::Engine::Task::kClassify) {
    const infer::Lesson lesson = work_.lessons.lesson(first);
    work_.lessons.expect_labels(learner_.logits({&lesson, 1}, {}).front().size());
  }
  work_.log.cut(0);
  work_.log.add({{"kind", format::kTrainingLogKind},
                 {"version", 1},
                 {"heed_version", HEED_VERSION},
                 {"steps", settings_.rates.steps},
                 {"rows", work_.examples.size()},
                 {"learned_parameters", learner_.learned_parameters()},
                 {"device", learner_.facts().device},
                 {"settings", work_.folder.identity()}});
}

bool Trainer::is_validation_due() const {
  if (work_.validation == nullptr || position_.is_validated) return false;
  return position_.step % settings_.validate_every == 0 || position_.step == settings_.rates.steps;
}

void Trainer::fail(const StepReport& report, const std::string& what, std::span<const std::size_t> batch) {
  work_.log.add(to_json(report));  // what is no number is null
  throw BadInput(with_rows("step " + std::to_string(position_.step) + ": " + what + ", rows ", work_, batch) +
                 ": training stops; the log and what was saved before stay in " + work_.folder.path().string() +
                 " (a smaller --lr may help; or the weights are damaged)");
}

void Trainer::take_step() {
  const auto start = std::chrono::steady_clock::now();
  const std::vector<std::size_t> batch = work_.order.batch(position_.step);
  std::vector<infer::Lesson> lessons;
  std::size_t terms = 0, tokens = 0;
  for (const std::size_t i : batch) {
    lessons.push_back(work_.lessons.lesson(work_.examples[i]));
    terms += lessons.back().terms();
    tokens += lessons.back().ids.size();
  }
  const auto losses = learner_.learn(lessons, 1 / static_cast<double>(terms));
  base::check(losses.size() == batch.size());
  double sum = 0;
  std::vector<std::size_t> broken;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    sum += losses[i];
    if (!std::isfinite(losses[i])) broken.push_back(batch[i]);
  }
  StepReport report{
      .step = position_.step, .rate = settings_.rates.at(position_.step), .loss = sum / static_cast<double>(terms)};
  report.epoch = static_cast<double>(position_.step + 1) / static_cast<double>(work_.order.batches());
  report.gradient_norm = std::numeric_limits<double>::quiet_NaN();
  if (!broken.empty()) fail(report, "the loss is not a finite number", broken);
  report.gradient_norm = learner_.step(report.rate);
  if (!std::isfinite(report.gradient_norm)) fail(report, "the gradient is not finite", batch);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  report.tokens_per_second = static_cast<double>(tokens) / std::max(seconds.count(), 1e-9);
  ++position_.step;
  position_.is_validated = false;
  work_.log.add(to_json(report));
  if (hooks_.stepped) hooks_.stepped(report);
}

void Trainer::write_learned(const std::filesystem::path& folder) const {
  write_trained(folder, work_.output, learner_.learned());
}

/// False where it was told to stop.
bool Trainer::validate() {
  const auto validation = work_.validation->measure(learner_, work_.lessons, {hooks_.validating, hooks_.wants_stop});
  if (!validation) return false;
  position_.is_validated = true;
  work_.log.add({{"step", position_.step}, {"validation", train::to_json(*validation)}});
  if (position_.step == 0) position_.before = validation;
  if (position_.step > 0 && settings_.best_by != BestBy::kLast) {
    const bool is_p_mrr = settings_.best_by == BestBy::kPMrr;
    const auto value = is_p_mrr ? validation->p_mrr : validation->loss;
    base::check(value.has_value());
    const bool is_better =
        !position_.best || (is_p_mrr ? *value > position_.best->value : *value < position_.best->value);
    if (is_better) {
      write_learned(work_.folder.path());
      position_.best = Best{position_.step, *value};
    }
  }
  if (hooks_.validated) hooks_.validated(position_.step, *validation);
  return true;
}

void Trainer::save() const {
  work_.log.flush();
  Position position = position_;
  position.log_length = work_.log.length();
  work_.folder.write_checkpoint(position, learner_.state());
}

void Trainer::finish() {
  work_.log.flush();
  const bool keeps_best = settings_.best_by != BestBy::kLast;
  write_learned(keeps_best ? work_.folder.path() / "last" : work_.folder.path());
  Json result = {{"steps", position_.step}};
  if (position_.best) result["best"] = {{"step", position_.best->step}, {"value", position_.best->value}};
  work_.folder.finish(work_.log.path(), result);
}

TrainerResult Trainer::run() {
  begin();
  const auto wants_stop = [this] { return hooks_.wants_stop && hooks_.wants_stop(); };
  long saved = position_.step;
  bool is_stopped = false;
  while (!is_stopped) {
    if (is_validation_due() && !validate()) {
      is_stopped = true;
      break;
    }
    if (position_.step == settings_.rates.steps) break;
    if (position_.step != saved && position_.step % settings_.save_every == 0) {
      save();
      saved = position_.step;
    }
    is_stopped = wants_stop();
    if (!is_stopped) take_step();
  }
  if (is_stopped)
    save();
  else
    finish();
  return {!is_stopped, position_.step, position_.before, position_.best};
}

}  // namespace heed::train
