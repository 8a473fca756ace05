#include <memory>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "cli/commands/curate/steps.h"
#include "cli/interrupt.h"
#include "cli/model_options.h"
#include "cli/progress.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "collection/collection_reader.h"
#include "curate/passage_choice.h"
#include "curate/passage_log.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadUsage;

namespace {

struct Options {
  std::string work, collection, type;
  ModelFlags model{};
  text::PassageSize size{};
  bool is_whole = false, is_replacing = false;
};

/// What is written while passages are scored, and removed when they are chosen.
constexpr std::string_view kLogFile = "passages.log.jsonl";
constexpr std::size_t kWholeText = 1'000'000'000'000;  // words

text::PassageSize passage_size(const Options& options) {
  if (options.is_whole) return {.words = kWholeText, .overlap = 0};
  if (options.size.overlap >= options.size.words)
    throw BadUsage("--overlap has to be less than --words: passages of " + std::to_string(options.size.words) +
                   " words cannot share " + std::to_string(options.size.overlap));
  return options.size;
}

std::vector<collection::CollectionDocument> read_documents(const Options& options,
                                                           const std::vector<curate::PooledDocument>& pool) {
  collection::CollectionReader reader(options.collection, collection_type(options.type));
  auto found = find_documents(reader, pool, options.collection);
  const auto report = reader.report();
  say_all(report.complaints);
  say_all(report.notes);
  say_all(found.notes);
  return std::move(found.documents);
}

/// Scores what the log lacks, and keeps it there.
void score_passages(const curate::PassageProblem& problem, const std::vector<curate::PassageTask>& tasks,
                    const retrieve::Model& model, curate::PassageLog& log) {
  std::vector<const curate::PassageTask*> missing;
  for (const curate::PassageTask& task : tasks)
    if (!log.has(problem, task)) missing.push_back(&task);
  if (missing.empty()) return;
  const int workers = model.instances > 0 ? model.instances : model.uses_all_threads ? 1 : threads();
  std::vector<std::unique_ptr<retrieve::Reranker>> rerankers;
  for (int i = 0; i < workers; ++i) rerankers.push_back(model.open(nullptr));
  const InterruptWatch watch;
  ProgressView view(model.name);
  std::mutex lock;
  const long total = static_cast<long>(tasks.size()), found = total - static_cast<long>(missing.size());
  long done = found;
  view.show("scored blocks", done, total, found);
  base::parallel_for(missing.size(), workers, [&](int worker, std::size_t i) {
    check_interrupt();
    const auto best = best_passages(problem, *missing[i], [&](const auto& need, auto passages) {
      return rerankers[static_cast<std::size_t>(worker)]->score(std::span(&need, 1), passages).at(0);
    });
    const std::lock_guard guard(lock);
    log.add(best);
    view.show("scored blocks", ++done, total, found);
  });
}

void run_documents(const Options& options) {
  const text::PassageSize size = passage_size(options);
  const auto curation = curate::read_curation_until(options.work, curate::kPoolFile);
  if (curation.pool.empty()) throw base::BadInput(options.work + ": there is no pool yet; heed curate pool makes it");
  const retrieve::Model model = open_model(options.model);
  const auto documents = read_documents(options, curation.pool);
  const curate::PassageProblem problem{curation.topics, curation.pool, documents, size};
  const auto tasks = passage_tasks(problem, model.scores_each_document_alone ? model.block : 0);
  const fs::path file = fs::path(options.work) / curate::kDocumentsFile, log_file = fs::path(options.work) / kLogFile;
  std::vector<curate::BestPassage> best;
  if (!tasks.empty()) {
    curate::PassageLog log(log_file, passage_key(problem, model.identity()), problem);
    if (log.ignored() > 0)
      say(log_file.string() + ": ignored " + base::counted(log.ignored(), "line", "lines") +
          " that do not fit the pool; what they were of is scored anew");
    score_passages(problem, tasks, model, log);
    best = log.best();
  }
  const auto curated = curated_documents(problem, best);
  const std::string text = documents_text(curated);
  if (!options.is_replacing) require_same(file, text);
  base::write_file(file, text);
  std::error_code ignored;
  fs::remove(log_file, ignored);
  say(counted_size(curated.size(), "document is", "documents are") + " in " + file.string());
  say_misfits(options.work);
}

}  // namespace

void add_curate_documents(CLI::App& curate) {
  CLI::App& app =
      *curate.add_subcommand("documents", "takes the candidates' texts from the collection, each its best passage");
  const auto options = std::make_shared<Options>();
  options->model.model = "bm25";
  add_work(app, options->work);
  app.add_option("--collection", options->collection, "the collection: a file, or a folder of files")
      ->type_name("PATH")
      ->required();
  app.add_option("--type", options->type, "how its documents are written; recognised where this is not given")
      ->type_name("NAME");
  add_model(app, options->model);
  add_remote_model(app, options->model);
  app.get_option("--model")->required(false)->capture_default_str();
  app.add_option("--words", options->size.words, "of a passage")
      ->type_name("N")
      ->check(CLI::Range(1L, 1'000'000L))
      ->capture_default_str();
  app.add_option("--overlap", options->size.overlap, "words that a passage shares with the one before")
      ->type_name("N")
      ->check(CLI::Range(0L, 1'000'000L))
      ->capture_default_str();
  app.add_flag("--whole", options->is_whole, "take the whole text of every document");
  add_replace(app, options->is_replacing);
  app.footer(
      "Reads the collection once. A text longer than --words is cut, and the passage that the model scores highest\n"
      "under the topic's query and original instruction is kept (MaxP); where several topics have the document, the\n"
      "highest score of all decides. What was scored is kept in WORK/passages.log.jsonl until all is done: a run that "
      "was\n"
      "cut off goes on from there.\n"
      "  heed curate documents WORK --collection disks45 --model bm25");
  app.callback([options] { run_documents(*options); });
}

}  // namespace heed::cli
