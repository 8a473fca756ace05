#include "bench/runner.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/parallel.h"

namespace heed::bench {

using base::BadInput;
using base::check;
using collection::Arm;
using collection::Document;
using collection::InstructionTopic;
using collection::Need;

namespace {

/// The arms of one topic that rank the same candidates, and so are scored together.
struct Job {
  const InstructionTopic* topic = nullptr;
  const std::vector<std::uint32_t>* candidates = nullptr;
  std::vector<Arm> arms;
};

std::vector<Job> jobs_of(const collection::InstructionDataset& data, std::span<const Arm> arms) {
  std::vector<Job> jobs;
  for (const InstructionTopic& topic : data.topics) {
    const std::size_t first = jobs.size();
    for (const Arm arm : arms) {
      const auto& candidates = topic.candidates(arm);
      const auto same = std::find_if(jobs.begin() + static_cast<long>(first), jobs.end(),
                                     [&](const Job& job) { return *job.candidates == candidates; });
      if (same != jobs.end())
        same->arms.push_back(arm);
      else
        jobs.push_back({&topic, &candidates, {arm}});
    }
  }
  return jobs;
}

/// Scores jobs, one thread an instance, through the store.
class Scorer {
 public:
  Scorer(const collection::InstructionDataset& data, std::span<const base::Fingerprint> fingerprints,
         const retrieve::Model& model, ScoreStore& store)
      : data_(data),
        fingerprints_(fingerprints),
        model_(model),
        identity_(model.identity()),
        store_(store),
        reranker_(model.open(nullptr)) {}

  /// What the model does not read of the need, as a sentence; none where it reads all.
  std::optional<std::string> shortfall(const InstructionTopic& topic, Arm arm) {
    const std::string who = "topic " + std::string(topic.id.text()) + " (" + std::string(name_of(arm)) + ")";
    try {
      const auto shortfall = reranker_->shortfall(*topic.need(arm));
      return shortfall ? std::optional(who + " " + *shortfall) : std::nullopt;
    } catch (const BadInput& bad) {
      throw BadInput(who + ": " + bad.what());
    }
  }

  /// result[i][j]: arm i of the job, candidate j. `done` is told of each block's scores.
  std::vector<std::vector<double>> score(const Job& job, std::size_t block, const std::function<void(long)>& done) {
    std::vector<std::vector<double>> scores(job.arms.size());
    const auto& candidates = *job.candidates;
    if (!model_.scores_each_document_alone) block = candidates.size();
    for (std::size_t begin = 0; begin < candidates.size(); begin += block) {
      const auto part = std::span(candidates).subspan(begin, std::min(block, candidates.size() - begin));
      const auto block_scores = score_block(job, part);
      for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i].insert(scores[i].end(), block_scores[i].begin(), block_scores[i].end());
      done(static_cast<long>(part.size() * scores.size()));
    }
    return scores;
  }

 private:
  std::vector<std::vector<double>> score_block(const Job& job, std::span<const std::uint32_t> candidates) {
    std::vector<std::vector<double>> scores(job.arms.size());
    const base::Fingerprint documents = fingerprint_of(candidates);
    std::vector<std::size_t> missing;  // positions in job.arms
    std::vector<Need> needs;
    for (std::size_t i = 0; i < job.arms.size(); ++i) {
      const Need& need = *job.topic->need(job.arms[i]);
      if (auto found = store_.find({identity_, need.query, need.instruction, documents});
          found && found->size() == candidates.size()) {
        scores[i] = std::move(*found);
      } else {
        missing.push_back(i);
        needs.push_back(need);
      }
    }
    if (missing.empty()) return scores;
    std::vector<Document> texts;
    for (const std::uint32_t candidate : candidates) texts.push_back(data_.corpus[candidate]);
    auto computed = reranker_->score(needs, texts);
    check(computed.size() == needs.size());
    for (std::size_t k = 0; k < missing.size(); ++k) {
      check(computed[k].size() == candidates.size() &&
            std::ranges::all_of(computed[k], [](double s) { return std::isfinite(s); }));
      store_.put({identity_, needs[k].query, needs[k].instruction, documents}, computed[k]);
      scores[missing[k]] = std::move(computed[k]);
    }
    return scores;
  }

  base::Fingerprint fingerprint_of(std::span<const std::uint32_t> candidates) const {
    base::Digest digest;
    for (const std::uint32_t candidate : candidates) digest.add(fingerprints_[candidate].raw());
    return digest.finish();
  }

  const collection::InstructionDataset& data_;
  std::span<const base::Fingerprint> fingerprints_;  // of the corpus's documents
  const retrieve::Model& model_;
  std::string identity_;
  ScoreStore& store_;
  std::unique_ptr<retrieve::Reranker> reranker_;
};

std::vector<base::Fingerprint> fingerprints_of(const collection::Corpus& corpus) {
  std::vector<base::Fingerprint> all;
  for (const Document& document : corpus.documents())
    all.push_back(base::Digest().add_field(document.title).add_field(document.text).finish());
  return all;
}

/// Puts one job's scores into the runs of its arms.
void add_to_runs(const collection::InstructionDataset& data, const Job& job,
                 const std::vector<std::vector<double>>& scores, std::vector<ArmRun>& runs) {
  for (std::size_t i = 0; i < job.arms.size(); ++i) {
    const auto run = std::ranges::find(runs, job.arms[i], &ArmRun::arm);
    for (std::size_t c = 0; c < job.candidates->size(); ++c)
      check(run->run.add(job.topic->id.text(), data.corpus[(*job.candidates)[c]].id.text(), scores[i][c]));
  }
}

/// Says in the run's notes which needs the model does not read whole: the first, and how many there are.
void note_shortfalls(std::span<const Job> jobs, Scorer& scorer, ArmRun& run) {
  std::string first;
  long others = -1;
  for (const Job& job : jobs) {
    if (std::ranges::find(job.arms, run.arm) == job.arms.end()) continue;
    const auto shortfall = scorer.shortfall(*job.topic, run.arm);
    if (shortfall && ++others == 0) first = *shortfall;
  }
  if (others > 0) first += "; likewise " + base::counted(others, "other topic", "other topics");
  if (others >= 0) run.run.notes.push_back(first);
}

}  // namespace

std::vector<ArmRun> run_arms(const Task& task, const retrieve::Model& model, std::span<const Arm> arms,
                             ScoreStore& store, const RunnerOptions& options) {
  const auto available = task.data.arms();
  std::vector<ArmRun> runs;
  for (const Arm arm : arms) {
    if (std::ranges::find(available, arm) == available.end())
      throw BadInput("task " + task.name + " has no text for the arm " + std::string(name_of(arm)));
    runs.push_back({arm, {}});
    runs.back().run.tag = model.name;
  }
  check(options.block >= 1);
  const auto jobs = jobs_of(task.data, arms);
  const auto fingerprints = fingerprints_of(task.data.corpus);
  const int wanted = model.uses_all_threads ? 1 : options.threads;
  const int threads = std::max(1, std::min(wanted, static_cast<int>(jobs.size())));
  std::vector<Scorer> scorers;  // one for each thread
  for (int i = 0; i < threads; ++i) scorers.emplace_back(task.data, fingerprints, model, store);
  for (ArmRun& run : runs) note_shortfalls(jobs, scorers.front(), run);
  long done = 0, total = 0;
  for (const Job& job : jobs) total += static_cast<long>(job.arms.size() * job.candidates->size());
  std::mutex progress_lock;
  const auto advance = [&](long count) {
    const std::lock_guard guard(progress_lock);
    done += count;
    if (options.progress) options.progress(done, total);
  };
  std::vector<std::vector<std::vector<double>>> scores(jobs.size());
  base::parallel_for(jobs.size(), threads, [&](int worker, std::size_t i) {
    scores[i] = scorers[static_cast<std::size_t>(worker)].score(jobs[i], options.block, advance);
  });
  for (std::size_t i = 0; i < jobs.size(); ++i) add_to_runs(task.data, jobs[i], scores[i], runs);
  return runs;
}

const collection::Run* TaskResult::run(Arm arm) const {
  const auto found = std::ranges::find(runs, arm, &ArmRun::arm);
  return found == runs.end() ? nullptr : &found->run;
}

TaskResult run_task(const Task& task, const retrieve::Model& model, const EvaluationRecipe& recipe,
                    std::span<const Arm> arms, std::span<const eval::SelectedMeasure> measures,
                    const eval::PairOptions& judging, ScoreStore& store, const RunnerOptions& options) {
  TaskResult result;
  result.task = task.name;
  result.model = model.name;
  result.model_identity = model.identity();
  result.dtype = model.dtype;
  result.layout = task.data.layout;
  result.recipe = recipe.name;
  result.data = task.data.fingerprint();
  result.topics = static_cast<long>(task.data.topics.size());
  result.documents = static_cast<long>(task.data.corpus.documents().size());
  for (const InstructionTopic& topic : task.data.topics)
    result.candidates += static_cast<long>(topic.candidates_og.size());
  result.notes = task.data.notes;
  result.runs = run_arms(task, model, arms, store, options);
  for (const ArmRun& run : result.runs)
    result.notes.insert(result.notes.end(), run.run.notes.begin(), run.run.notes.end());
  const collection::Run *const og = result.run(Arm::kOg), *const changed = result.run(Arm::kChanged);
  if (og != nullptr && changed != nullptr) {
    const eval::RunPair pair{task.data.judgments_og, task.data.judgments_changed, *og, *changed};
    try {
      result.pair = eval::evaluate_pair(pair, measures, judging);
    } catch (const BadInput& bad) {  // the files have long been read: the task is what a person knows
      throw BadInput("task " + task.name + ": " + bad.what());
    }
    result.notes.insert(result.notes.end(), result.pair->notes.begin(), result.pair->notes.end());
  }
  for (const ArmRun& run : result.runs) {
    const bool is_changed = run.arm == Arm::kChanged;
    if (result.pair && (is_changed || run.arm == Arm::kOg)) continue;
    const auto& correct = is_changed ? task.data.judgments_changed : task.data.judgments_og;
    const auto& crossed = is_changed ? task.data.judgments_og : task.data.judgments_changed;
    result.arms.push_back({run.arm, eval::evaluate(correct, run.run, measures, judging.judging, options.threads),
                           eval::evaluate(crossed, run.run, measures, judging.judging, options.threads)});
  }
  return result;
}

}  // namespace heed::bench
