#include "engine/learner.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <ATen/Parallel.h>

#include "base/error.h"
#include "base/parallel.h"
#include "engine/backward.h"
#include "engine/models.h"

namespace heed::engine {

using base::BadInput;
using infer::Lesson;
using infer::TokenId;
using Task = infer::Engine::Task;

namespace {

/// Work on batches, each on one thread, whatever the number of threads: how libtorch splits a product among threads is
/// seen in its last bits.
void for_each(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  base::parallel_for(count, threads, [&](int, std::size_t i) {
    if (at::get_num_threads() != 1) at::set_num_threads(1);  // setting it empties oneDNN's cache
    work(i);
  });
}

/// Lets the results of items that are worked on side by side be added up in their order. REQUIRES: items are begun in
/// order.
class InOrder {
 public:
  /// Calls `work` for item i when it was called for all before; not at all where one of those failed.
  void run(std::size_t i, const std::function<void()>& work) {
    std::unique_lock lock(mutex_);
    turn_.wait(lock, [&] { return next_ == i || has_failed_; });
    if (has_failed_) return;
    work();
    ++next_;
    turn_.notify_all();
  }
  void fail() {
    const std::lock_guard lock(mutex_);
    has_failed_ = true;
    turn_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  std::size_t next_ = 0;
  bool has_failed_ = false;
};

at::Tensor long_tensor(const std::vector<std::int64_t>& numbers) {
  return at::tensor(at::ArrayRef<std::int64_t>(numbers), at::kLong);
}

/// Sums of each sequence's rows.
void add_losses(const at::Tensor& rows, const LearningBatch& batch, const infer::Batch& members,
                std::vector<double>& losses) {
  const at::Tensor values = rows.to(at::kDouble).contiguous();
  const double* const value = values.data_ptr<double>();
  for (std::size_t k = 0; k < members.size(); ++k)
    for (std::int64_t row = batch.row_starts[k]; row < batch.row_starts[k + 1]; ++row) losses[members[k]] += value[row];
}

std::unique_ptr<LearningModel> learning_model(const infer::ModelFiles& files, Task task, Weights& weights,
                                              const infer::ModelConfig& config, Updates& updates) {
  if (task == Task::kAnswer) {
    if (const auto* decoder = std::get_if<infer::DecoderConfig>(&config))
      return learning_decoder(weights, *decoder, updates);
    throw BadInput(files.folder.string() + ": what learns to answer is llama or mistral, not " +
                   architecture_of(config));
  }
  if (const auto* bert = std::get_if<infer::BertConfig>(&config)) return learning_bert(weights, *bert, updates);
  if (const auto* t5 = std::get_if<infer::T5Config>(&config)) return learning_enc_t5(weights, *t5, updates);
  throw BadInput(files.folder.string() + ": a cross-encoder is bert or t5, not " + architecture_of(config));
}

Weights::Holding holding_of(const infer::LearnerSettings& settings, const infer::EngineOptions& options,
                            std::optional<at::ScalarType> type) {
  Weights::Holding holding{.type = type};
  if (settings.method == infer::Method::kLora) return holding;
  holding.copies = Weights::Holding::Copies::kOwned;
  // Values, their gradient, two moments; and what each thread is about to add, or a copy of the state that is saved.
  holding.times = 4 + std::max(options.threads, 3);
  holding.what = "the weights, their gradient and its moments";
  return holding;
}

}  // namespace

std::unique_ptr<ModelLearner> ModelLearner::open(const infer::ModelFiles& files, Task task,
                                                 const infer::LearnerSettings& settings, infer::EngineOptions options,
                                                 std::optional<at::ScalarType> type) {
  const infer::ModelConfig config = infer::read_model_config(files.folder);
  options.adapter_use = infer::AdapterUse::kMerged;
  if (settings.method == infer::Method::kFull) options.precision = infer::Precision::kFloat32;
  std::unique_ptr<ModelLearner> learner(new ModelLearner(settings, options, task));
  Weights weights(files, options, holding_of(settings, options, type));
  Updates updates(settings, wide_type(weights.type()), learner->learned_);
  learner->model_ = learning_model(files, task, weights, config, updates);
  weights.finish();
  updates.finish();
  for (const Weights::Owned& owned : weights.owned()) learner->learned_.add(owned.name, owned.tensor);
  learner->targets_ = updates.targets();
  learner->facts_ = weights.facts(config, options);
  if (task == Task::kClassify) learner->labels_ = weights.rows_of("/classifier.weight");
  return learner;
}

void ModelLearner::check_lessons(Lessons lessons) const {
  for (const Lesson& lesson : lessons) {
    check_sequence(lesson.ids, facts_);
    base::check(lesson.type_ids.empty() || lesson.type_ids.size() == lesson.ids.size());
    if (model_->segments() == 0) continue;
    for (const TokenId type : lesson.type_ids)
      if (type < 0 || type >= model_->segments())
        throw BadInput("the tokenizer marks tokens with segment " + std::to_string(type) +
                       ", but the model has the segments 0 to " + std::to_string(model_->segments() - 1));
  }
}

void ModelLearner::check_answer(const Lesson& lesson) const {
  if (is_decoder()) {
    if (lesson.answer < 1 || lesson.answer >= lesson.ids.size())
      throw BadInput("of " + std::to_string(lesson.ids.size()) + " tokens the last " + std::to_string(lesson.answer) +
                     " are to be the answer; it has at least one, and so has the prompt");
    return;
  }
  base::check(lesson.answer == 0);
  if (lesson.label < 0 || lesson.label >= labels_) {
    throw BadInput("label " + std::to_string(lesson.label) + ", but the model has the labels 0 to " +
                   std::to_string(labels_ - 1));
  }
}

/// A decoder's last token is only to be predicted: nothing is asked of it.
std::vector<infer::Batch> ModelLearner::batches_of(Lessons lessons) const {
  std::vector<std::size_t> lengths;
  for (const Lesson& lesson : lessons)
    lengths.push_back(lesson.ids.size() - (is_decoder() && lesson.answer > 0 ? 1 : 0));
  return infer::batches_by_length(lengths, options_.batch_tokens);
}

LearningBatch ModelLearner::batch_of(Lessons lessons, const infer::Batch& members) const {
  std::vector<std::span<const TokenId>> sequences;
  std::vector<std::int64_t> types, rows, targets, signs;
  LearningBatch batch;
  batch.row_starts = {0};
  std::int64_t end = 0;
  for (const std::size_t member : members) {
    const Lesson& lesson = lessons[member];
    const std::size_t tokens = lesson.ids.size() - (lesson.answer > 0 ? 1 : 0);
    sequences.push_back(lesson.ids.first(tokens));
    if (is_decoder()) {  // each row from the prompt's last on predicts the token behind it
      for (std::size_t i = lesson.ids.size() - std::max<std::size_t>(lesson.answer, 1); i < lesson.ids.size(); ++i) {
        rows.push_back(end + static_cast<std::int64_t>(i) - (lesson.answer > 0 ? 1 : 0));
        targets.push_back(lesson.ids[i]);
      }
    } else {
      rows.push_back(end);
      targets.push_back(lesson.label);
      signs.push_back(lesson.loss == Lesson::Loss::kSoftmax ? 0 : lesson.is_true ? 1 : -1);
      if (lesson.type_ids.empty()) types.resize(types.size() + tokens, 0);
      types.insert(types.end(), lesson.type_ids.begin(), lesson.type_ids.end());
    }
    end += static_cast<std::int64_t>(tokens);
    batch.row_starts.push_back(static_cast<std::int64_t>(rows.size()));
  }
  batch.packed = pack(sequences);
  batch.rows = long_tensor(rows);
  batch.targets = long_tensor(targets);
  if (!is_decoder()) {
    batch.type_ids = long_tensor(types);
    batch.signs = long_tensor(signs);
  }
  model_->prepare(batch);
  return batch;
}

std::vector<double> ModelLearner::learn(Lessons lessons, double scale) {
  check_lessons(lessons);
  for (const Lesson& lesson : lessons) check_answer(lesson);
  const auto batches = batches_of(lessons);
  const auto values = learned_.values();
  std::vector<double> losses(lessons.size());
  InOrder in_order;
  const auto learn_batch = [&](std::size_t i) {
    try {
      const LearningBatch batch = batch_of(lessons, batches[i]);
      const Backward result = backward(*model_, batch, scale, values, settings_.activations);
      add_losses(result.losses, batch, batches[i], losses);
      in_order.run(i, [&] { learned_.accumulate(result.gradients); });
    } catch (...) {
      in_order.fail();
      throw;
    }
  };
  try {
    for_each(batches.size(), options_.threads, learn_batch);
  } catch (...) {
    learned_.clear_gradient();  // how much of the batch is in it is chance
    throw;
  }
  return losses;
}

double ModelLearner::step(double rate) {
  const AdamW optimizer{settings_.beta1, settings_.beta2, settings_.epsilon, settings_.weight_decay};
  return learned_.step(optimizer, rate, settings_.clip, options_.threads);
}

std::vector<double> ModelLearner::losses(Lessons lessons) {
  check_lessons(lessons);
  for (const Lesson& lesson : lessons) check_answer(lesson);
  const auto batches = batches_of(lessons);
  std::vector<double> losses(lessons.size());
  for_each(batches.size(), options_.threads, [&](std::size_t i) {
    const at::NoGradGuard values_only;
    const LearningBatch batch = batch_of(lessons, batches[i]);
    add_losses(row_losses(forward(*model_, batch), batch), batch, batches[i], losses);
  });
  return losses;
}

std::vector<std::vector<float>> ModelLearner::logits(Lessons prompts, std::span<const TokenId> answers) {
  std::vector<Lesson> whole(prompts.begin(), prompts.end());
  for (Lesson& prompt : whole) prompt.answer = 0;
  check_lessons(whole);
  for (const TokenId answer : answers)
    if (is_decoder()) check_sequence(std::span(&answer, 1), facts_);
  const auto batches = batches_of(whole);
  const at::Tensor wanted = long_tensor({answers.begin(), answers.end()});
  std::vector<std::vector<float>> logits(prompts.size());
  for_each(batches.size(), options_.threads, [&](std::size_t i) {
    const at::NoGradGuard values_only;
    LearningBatch batch = batch_of(whole, batches[i]);
    if (is_decoder()) batch.answers = wanted;
    const at::Tensor rows = forward(*model_, batch).to(at::kFloat).contiguous();
    for (std::size_t k = 0; k < batches[i].size(); ++k) logits[batches[i][k]] = finite_row(rows, k);
  });
  return logits;
}

std::unique_ptr<infer::Learner> open_learner(const infer::ModelFiles& files, Task task,
                                             const infer::LearnerSettings& settings,
                                             const infer::EngineOptions& options) {
  return ModelLearner::open(files, task, settings, options, {});
}

}  // namespace heed::engine
