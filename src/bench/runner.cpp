#include "bench/runner.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/parallel.h"
#include "bench/arm_jobs.h"
#include "bench/collection_search.h"

namespace heed::bench {

using base::BadInput;
using base::check;
using collection::Arm;
using collection::Document;
using collection::InstructionTopic;
using collection::Need;
using retrieve::Model;
using retrieve::Reranker;

namespace {

/// Texts that are embedded before they are let out of memory, where the store has them.
constexpr std::size_t kSlice = 4096;
/// Scores of a whole corpus that are in memory at once.
constexpr std::size_t kMostScores = std::size_t{1} << 25;

/// What the model does not read of the need, as a sentence; none where it reads all.
std::optional<std::string> shortfall(Reranker& reranker, const InstructionTopic& topic, Arm arm) {
  const std::string who = "topic " + std::string(topic.id.text()) + " (" + std::string(name_of(arm)) + ")";
  try {
    const auto shortfall = reranker.shortfall(*topic.need(arm));
    return shortfall ? std::optional(who + " " + *shortfall) : std::nullopt;
  } catch (const BadInput& bad) {
    throw BadInput(who + ": " + bad.what());
  }
}

/// Says in the run's notes which needs the model does not read whole: the first, and how many there are.
void note_shortfalls(const Task& task, Reranker& reranker, ArmRun& run) {
  std::string first;
  long others = -1;
  for (const InstructionTopic& topic : task.data.topics) {
    const auto one = shortfall(reranker, topic, run.arm);
    if (one && ++others == 0) first = *one;
  }
  if (others > 0) first += "; likewise " + base::counted(others, "other topic", "other topics");
  if (others >= 0) run.run.notes.push_back(first);
}

/// A document of the corpus, by its position, and its score.
struct Found {
  std::uint32_t document;
  double score;
};

/// The documents of the corpus with the best scores for each need, in the product's order of ranks.
std::vector<std::vector<Found>> best_of_corpus(Reranker& reranker, std::span<const Need> needs,
                                               const collection::Corpus& corpus, std::size_t kept,
                                               const std::function<void(long needs)>& done) {
  const auto documents = corpus.documents();
  std::vector<std::vector<Found>> all;
  const std::size_t chunk = std::max<std::size_t>(1, kMostScores / documents.size());
  for (std::size_t begin = 0; begin < needs.size(); begin += chunk) {
    const auto part = needs.subspan(begin, std::min(chunk, needs.size() - begin));
    const auto scores = reranker.score(part, documents);
    check(scores.size() == part.size());
    for (const std::vector<double>& one : scores) {
      check(one.size() == documents.size() && std::ranges::all_of(one, [](double s) { return std::isfinite(s); }));
      std::vector<Found> found;
      for (std::uint32_t d = 0; d < one.size(); ++d) found.push_back({d, one[d]});
      const auto before = [&](const Found& a, const Found& b) {
        return a.score != b.score ? a.score > b.score : documents[a.document].id > documents[b.document].id;
      };
      const std::size_t size = std::min(kept, found.size());
      std::ranges::partial_sort(found, found.begin() + static_cast<long>(size), before);
      found.resize(size);
      all.push_back(std::move(found));
    }
    done(static_cast<long>(begin + part.size()));
  }
  return all;
}

/// Thrown by a measurement when it has seen enough.
struct Enough {};

/// A task that a model is to rank, up to the point where all is known that has to be computed; then the ranking.
class Work {
 public:
  Work(const RankingRequest& request, ScoreStore& store, const RunnerOptions& options)
      : task_(request.task),
        model_(request.model),
        options_(options),
        identity_(model_.identity()),
        vectors_(store.vectors(identity_)),
        first_(model_.open(vectors_.get())),
        topics_(task_.data.topics),
        ranks_corpus_(task_.data.ranks_corpus) {
    begin_runs(request.arms);
    if (ranks_corpus_ && model_.scores_each_document_alone && !model_.makes_vectors) take_first_stage();
    if (!ranks_corpus_) {
      jobs_ = jobs_of(topics_, request.arms);
      const std::size_t block = options.block != 0 ? options.block : model_.block;
      scores_.emplace(task_.data.corpus, jobs_,
                      JobScores::Shape{identity_, model_.scores_each_document_alone, model_.takes_one_need, block},
                      store);
    }
    make_plan();
  }

  const Plan& plan() const { return plan_; }
  ArmRuns run();
  /// Computes and keeps a first batch; the seconds that the rest takes by it.
  std::optional<double> measure();

 private:
  void begin_runs(std::span<const Arm> arms);
  void take_first_stage();
  void make_plan();
  std::vector<Need> needs() const;
  std::vector<Document> documents() const;
  std::string ranked() const;
  void embed(const Reranker::Progress& progress);
  void score_piece(const Piece& piece, Reranker& reranker);
  long characters_of(const Piece& piece) const;
  int instances() const;
  void score_pieces();
  void rank_corpus();
  void add_to_runs();
  void report(std::string_view step, long done, long total, long found) const {
    if (options_.progress) options_.progress({step, done, total, found});
  }

  const Task& task_;
  const Model& model_;
  const RunnerOptions& options_;
  std::string identity_;
  std::unique_ptr<retrieve::VectorStore> vectors_;
  std::unique_ptr<Reranker> first_;  // of the model's instances
  std::vector<InstructionTopic> topics_with_candidates_;
  std::span<const InstructionTopic> topics_;  // the task's, or those with candidates of a first stage
  bool ranks_corpus_;
  std::vector<ArmRun> runs_;
  std::vector<Job> jobs_;
  std::optional<JobScores> scores_;
  Plan plan_;
};

void Work::begin_runs(std::span<const Arm> arms) {
  for (const Arm arm : arms) {
    require_arm(task_, arm);
    runs_.push_back({arm, {}});
    runs_.back().run.tag = model_.name;
  }
  for (ArmRun& run : runs_) note_shortfalls(task_, *first_, run);
}

void Work::take_first_stage() {
  topics_with_candidates_.assign(topics_.begin(), topics_.end());
  topics_ = topics_with_candidates_;
  ranks_corpus_ = false;
  std::vector<Need> asked;
  for (const InstructionTopic& topic : topics_)
    asked.push_back(topic.need(Arm::kOg) ? *topic.need(Arm::kOg) : *topic.need(Arm::kNone));
  const auto bm25 = retrieve::model_named("bm25").open(nullptr);
  const auto best = best_of_corpus(*bm25, asked, task_.data.corpus, options_.first_stage, [](long) {});
  for (std::size_t i = 0; i < best.size(); ++i) {
    for (const Found& found : best[i]) topics_with_candidates_[i].candidates_og.push_back(found.document);
    topics_with_candidates_[i].candidates_changed = topics_with_candidates_[i].candidates_og;
  }
}

/// Each once, in the order of the topics and arms.
std::vector<Need> Work::needs() const {
  std::vector<Need> all;
  for (const InstructionTopic& topic : topics_)
    for (const ArmRun& run : runs_) all.push_back(*topic.need(run.arm));
  return all;
}

/// All that some topic ranks, each once, in the order in which topics come to them.
std::vector<Document> Work::documents() const {
  const auto corpus = task_.data.corpus.documents();
  if (ranks_corpus_) return {corpus.begin(), corpus.end()};
  std::vector<Document> all;
  std::vector<bool> seen(corpus.size());
  for (const Job& job : jobs_)
    for (const std::uint32_t candidate : *job.candidates) {
      if (!seen[candidate]) all.push_back(corpus[candidate]);
      seen[candidate] = true;
    }
  return all;
}

std::string Work::ranked() const {
  if (ranks_corpus_) return "the whole corpus";
  if (task_.data.ranks_corpus) return "the first " + std::to_string(options_.first_stage) + " of BM25";
  return "the candidates of the data set";
}

void Work::make_plan() {
  if (ranks_corpus_) {
    plan_.scores = static_cast<long>(topics_.size() * runs_.size() * task_.data.corpus.documents().size());
    plan_.missing.pairs = plan_.scores;
    plan_.missing.requests = 1;
    plan_.keeps_scores = false;
  } else {
    plan_.scores = scores_->total();
    plan_.found = scores_->found();
    plan_.missing.pairs = plan_.scores - plan_.found - scores_->copies();
    for (const Piece& piece : scores_->missing()) {
      plan_.missing.requests += 1;
      plan_.missing.pair_characters += characters_of(piece);
    }
  }
  if (plan_.missing.pairs > 0) plan_.missing.texts = first_->unprepared(needs(), documents());
  if (const auto embedded = first_->embedded(needs(), documents()))
    plan_.vectors = embedded->queries + embedded->documents - plan_.missing.texts.texts;
  if (plan_.missing.pairs > 0) plan_.bill = first_->bill(plan_.missing);
}

/// In slices, so that memory need not hold all of them.
void Work::embed(const Reranker::Progress& progress) {
  const auto asked = needs();
  const auto texts = documents();
  const long total = plan_.vectors + plan_.missing.texts.texts;
  long before = 0, now = 0;
  const auto told = [&](long done, long) {
    now = done;
    progress(std::min(before + done, total), total);  // slices may have texts in common
  };
  first_->prepare(asked, {}, told);
  for (std::size_t begin = 0; begin < texts.size(); begin += kSlice) {
    before += std::exchange(now, 0);
    first_->prepare({}, std::span(texts).subspan(begin, std::min(kSlice, texts.size() - begin)), told);
  }
}

void Work::score_piece(const Piece& piece, Reranker& reranker) {
  const Job& job = jobs_[piece.job];
  std::vector<Need> asked;
  std::vector<Document> texts;
  for (const std::size_t member : piece.members) asked.push_back(job.members[member].need);
  for (const std::size_t candidate : piece.candidates) texts.push_back(task_.data.corpus[(*job.candidates)[candidate]]);
  scores_->put(piece, reranker.score(asked, texts));
}

long Work::characters_of(const Piece& piece) const {
  const Job& job = jobs_[piece.job];
  long need_characters = 0, document_characters = 0;
  for (const std::size_t member : piece.members) {
    const Need& need = job.members[member].need;
    need_characters += static_cast<long>(need.query.size() + need.instruction.size());
  }
  for (const std::size_t candidate : piece.candidates) {
    const Document& document = task_.data.corpus[(*job.candidates)[candidate]];
    document_characters += static_cast<long>(document.title.size() + document.text.size());
  }
  return need_characters * static_cast<long>(piece.candidates.size()) +
         document_characters * static_cast<long>(piece.members.size());
}

/// How many rerankers work at once.
int Work::instances() const {
  const int wanted = model_.instances > 0 ? model_.instances : model_.uses_all_threads ? 1 : options_.threads;
  return std::max(1, std::min(wanted, static_cast<int>(scores_->missing().size())));
}

void Work::score_pieces() {
  const auto& pieces = scores_->missing();
  const int threads = instances();
  std::vector<std::unique_ptr<Reranker>> others;
  for (int i = 1; i < threads; ++i) others.push_back(model_.open(vectors_.get()));
  std::mutex lock;
  const long found = scores_->found() + scores_->copies();
  long done = found;
  if (done > 0) report("scored", done, scores_->total(), found);
  base::parallel_for(pieces.size(), threads, [&](int worker, std::size_t i) {
    score_piece(pieces[i], worker == 0 ? *first_ : *others[static_cast<std::size_t>(worker - 1)]);
    const std::lock_guard guard(lock);
    done += static_cast<long>(pieces[i].members.size() * pieces[i].candidates.size());
    report("scored", done, scores_->total(), found);
  });
  add_to_runs();
}

/// Every score becomes a result, in the order of the candidates.
void Work::add_to_runs() {
  const auto& scores = scores_->all();
  for (std::size_t j = 0; j < jobs_.size(); ++j)
    for (std::size_t m = 0; m < jobs_[j].members.size(); ++m) {
      const auto run = std::ranges::find(runs_, jobs_[j].members[m].arm, &ArmRun::arm);
      const auto& candidates = *jobs_[j].candidates;
      for (std::size_t c = 0; c < candidates.size(); ++c)
        check(run->run.add(jobs_[j].topic->id.text(), task_.data.corpus[candidates[c]].id.text(), scores[j][m][c]));
    }
}

void Work::rank_corpus() {
  const auto asked = needs();
  const auto per_need = static_cast<long>(task_.data.corpus.documents().size());
  const auto best = best_of_corpus(*first_, asked, task_.data.corpus, options_.kept, [&](long done) {
    report("scored", done * per_need, static_cast<long>(asked.size()) * per_need, 0);
  });
  std::size_t next = 0;
  for (const InstructionTopic& topic : topics_)
    for (ArmRun& run : runs_)
      for (const auto& list = best[next++]; const Found& found : list)
        check(run.run.add(topic.id.text(), task_.data.corpus[found.document].id.text(), found.score));
}

ArmRuns Work::run() {
  if (options_.planned) options_.planned(plan_);
  if (plan_.missing.pairs > 0 && model_.makes_vectors)
    embed([&](long done, long total) { report("embedded", done, total, plan_.vectors); });
  if (ranks_corpus_)
    rank_corpus();
  else
    score_pieces();
  ArmRuns result;
  result.pairs = plan_.scores;
  result.ranked = ranked();
  result.embedded = first_->embedded(needs(), documents());
  result.runs = std::move(runs_);
  return result;
}

std::optional<double> Work::measure() {
  constexpr double kEnoughSeconds = 1;
  if (plan_.bill || plan_.is_nothing()) return std::nullopt;
  const auto begin = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
  long all = plan_.missing.texts.characters, computed = 0;
  double seconds = 0;
  if (model_.makes_vectors) {
    try {  // of documents: they are most of the work, and of another length than queries
      const auto texts = documents();
      first_->prepare({}, std::span(texts).first(std::min(kSlice, texts.size())), [&](long, long) {
        if (elapsed() > kEnoughSeconds) throw Enough();
      });
    } catch (const Enough&) {
    }
    seconds = elapsed();
    computed = all - first_->unprepared(needs(), documents()).characters;
  } else if (!ranks_corpus_) {
    all = plan_.missing.pair_characters;
    for (const Piece& piece : scores_->missing()) {
      score_piece(piece, *first_);
      computed += characters_of(piece);
      if (elapsed() > kEnoughSeconds) break;
    }
    seconds = elapsed();
  }
  if (computed == 0) return std::nullopt;
  const int at_once = model_.makes_vectors ? 1 : instances();
  return seconds / at_once * static_cast<double>(all - computed) / static_cast<double>(computed);
}

}  // namespace

void require_arm(const Task& task, Arm arm) {
  const auto available = task.data.arms();
  if (std::ranges::find(available, arm) == available.end())
    throw BadInput("task " + task.name + " has no text for the arm " + std::string(name_of(arm)));
}

ArmRuns run_arms(const RankingRequest& request, ScoreStore& store, const RunnerOptions& options) {
  return Work(request, store, options).run();
}

DryRun dry_run(const RankingRequest& request, ScoreStore& store, const RunnerOptions& options) {
  Work work(request, store, options);
  return {work.plan(), work.measure()};
}

const collection::Run* TaskResult::run(Arm arm) const {
  const auto found = std::ranges::find(runs, arm, &ArmRun::arm);
  return found == runs.end() ? nullptr : &found->run;
}

namespace {

/// What the data and the model say of the task, before it is judged.
TaskResult described(const Task& task, const Model& model, const EvaluationRecipe& recipe) {
  TaskResult result;
  result.task = task.name;
  result.model = model.name;
  result.model_identity = model.identity();
  result.dtype = model.dtype;
  result.layout = task.data.layout;
  result.kind = task.data.kind;
  result.recipe = recipe.name;
  result.data = task.data.fingerprint();
  result.topics = static_cast<long>(task.data.topics.size());
  result.documents = static_cast<long>(task.data.corpus.documents().size());
  for (const InstructionTopic& topic : task.data.topics)
    result.candidates += static_cast<long>(task.data.ranks_corpus ? result.documents : topic.candidates_og.size());
  result.notes = task.data.notes;
  return result;
}

void judge_pair(const Task& task, const TaskJudging& judging, TaskResult& result) {
  const collection::Run *const og = result.run(Arm::kOg), *const changed = result.run(Arm::kChanged);
  if (og == nullptr || changed == nullptr) return;
  const eval::RunPair pair{task.data.judgments_og, task.data.judgments_changed, *og, *changed};
  try {
    result.pair = eval::evaluate_pair(pair, judging.measures, judging.pair);
  } catch (const BadInput& bad) {  // the files have long been read: the task is what a person knows
    throw BadInput("task " + task.name + ": " + bad.what());
  }
  result.notes.insert(result.notes.end(), result.pair->notes.begin(), result.pair->notes.end());
}

void judge_arms(const Task& task, const TaskJudging& judging, int threads, TaskResult& result) {
  const auto evaluated = [&](const collection::Judgments& judgments, const collection::Run& run) {
    return eval::evaluate(judgments, run, judging.measures, judging.pair.judging, threads);
  };
  for (const ArmRun& run : result.runs) {
    const bool is_changed = run.arm == Arm::kChanged;
    if (result.pair && (is_changed || run.arm == Arm::kOg)) continue;
    const auto &og = task.data.judgments_og, &changed = task.data.judgments_changed;
    result.arms.push_back({run.arm, evaluated(is_changed ? changed : og, run.run), std::nullopt});
    if (task.data.kind == TaskKind::kInstruction)
      result.arms.back().paper = evaluated(is_changed ? og : changed, run.run);
  }
}

/// Robustness@10 of the arm og, or of the query alone where there are no instructions (Oh et al. 2024).
void judge_robustness(const Task& task, TaskResult& result) {
  if (task.data.kind != TaskKind::kRobustness) return;
  const collection::Run* const run = result.run(Arm::kOg) != nullptr ? result.run(Arm::kOg) : result.run(Arm::kNone);
  if (run == nullptr) return;
  std::unordered_map<std::string, std::string> group_of;
  for (const InstructionTopic& topic : task.data.topics) group_of[topic.id.str()] = std::string(topic.group);
  const std::vector<std::string> measure = {"ndcg_cut.10"};
  const collection::Run others = eval::without_own_documents(*run);
  const auto evaluation = eval::evaluate(task.data.judgments_og, others, eval::select_measures(measure), {});
  result.robustness = eval::robustness(evaluation, *evaluation.column("ndcg_cut_10"), group_of);
  result.notes.insert(result.notes.end(), others.notes.begin(), others.notes.end());
}

}  // namespace

TaskResult run_task(const RankingRequest& request, const TaskJudging& judging, ScoreStore& store,
                    const RunnerOptions& options) {
  const Task& task = request.task;
  TaskResult result = described(task, request.model, judging.recipe);
  ArmRuns ran =
      request.search != nullptr ? search_arms(request, *request.search, options) : run_arms(request, store, options);
  result.runs = std::move(ran.runs);
  result.pairs = ran.pairs;
  result.ranked = std::move(ran.ranked);
  if (request.search != nullptr) result.collection = request.search->documents;
  result.embedded = ran.embedded;
  for (const ArmRun& run : result.runs)
    result.notes.insert(result.notes.end(), run.run.notes.begin(), run.run.notes.end());
  TaskJudging how = judging;
  if (request.search != nullptr) {  // it may find nothing
    how.pair.missing = eval::Missing::kZero;
    how.pair.judging.all_judged_queries = true;
  }
  judge_pair(task, how, result);
  judge_arms(task, how, options.threads, result);
  judge_robustness(task, result);
  return result;
}

}  // namespace heed::bench
