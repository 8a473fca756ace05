#include "cli/benchmark.h"

#include <set>

#include "base/error.h"
#include "base/file.h"
#include "bench/collection_search.h"
#include "bench/json_results.h"
#include "bench/model_instructions.h"
#include "cli/folders.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/report_page.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "report/results.h"

namespace heed::cli {

using collection::Arm;

namespace {

std::vector<Arm> arms_of(const BenchmarkRequest& request, const bench::Task& task) {
  if (request.arms.empty()) return task.data.arms();
  std::vector<Arm> arms;
  for (const collection::ArmRow& row : collection::kArms)  // in the table's order, each once
    if (std::ranges::find(request.arms, row.name) != request.arms.end()) arms.push_back(row.arm);
  return arms;
}

void check_arms(const BenchmarkRequest& request) {
  for (const std::string& name : request.arms)
    if (!collection::arm_named(name)) throw base::BadUsage("there is no arm " + name + "; heed help arms lists them");
}

/// TASK=TEXT is for one task, where what stands before the first = has no blank in it; anything else is for all.
struct TaskText {
  std::string task, text;

  static TaskText parse(const std::string& given) {
    const std::size_t equals = given.find('=');
    if (equals == std::string::npos || given.substr(0, equals).find(' ') != std::string::npos) return {"", given};
    return {given.substr(0, equals), given.substr(equals + 1)};
  }
};

/// The text for this task: one of its own before one for all; none where there is neither.
std::optional<std::string> text_for(const std::vector<std::string>& given, const std::string& task) {
  std::optional<std::string> own, common;
  for (const std::string& one : given) {
    const TaskText text = TaskText::parse(one);
    if (text.task == task) own = text.text;
    if (text.task.empty()) common = text.text;
  }
  return own ? own : common;
}

/// Throws BadUsage where a task has no index to be searched, or an index no task.
void check_full(const BenchmarkRequest& request, const std::vector<BenchmarkTask>& tasks) {
  if (request.full.empty()) return;
  for (const BenchmarkTask& task : tasks)
    if (!text_for(request.full, task.task.name))
      throw base::BadUsage("--full names no index for the task " + task.task.name);
  for (const std::string& one : request.full)
    if (const std::string name = TaskText::parse(one).task;
        !name.empty() && std::ranges::none_of(tasks, [&](const auto& task) { return task.task.name == name; }))
      throw base::BadUsage("--full " + one + ": no task of --data is called " + name);
}

/// Throws BadUsage where a text would go to no task.
void check_texts(const BenchmarkRequest& request, const std::vector<BenchmarkTask>& tasks) {
  const auto takes = [&](const std::string& name) {
    return std::ranges::any_of(tasks, [&](const BenchmarkTask& task) {
      return task.task.data.kind == bench::TaskKind::kRetrieval && (name.empty() || task.task.name == name);
    });
  };
  for (const auto& [flag, given] :
       {std::pair("--short", &request.short_instructions), {"--keywords", &request.keywords}})
    for (const std::string& one : *given)
      if (const std::string task = TaskText::parse(one).task; !takes(task))
        throw base::BadUsage(std::string(flag) + " \"" + one + "\": " +
                             (task.empty() ? "no task of --data is a BEIR collection"
                                           : "no BEIR collection of --data is called " + task));
}

/// Adds what the model is told on BEIR's collections.
void add_model_arms(const BenchmarkRequest& request, bench::Task& task, const std::string& model) {
  if (task.data.kind != bench::TaskKind::kRetrieval) return;
  bench::ModelInstructions instructions = bench::paper_instructions(task.name, model);
  if (auto text = text_for(request.short_instructions, task.name)) instructions.short_instruction = std::move(text);
  if (auto text = text_for(request.keywords, task.name)) instructions.keywords = std::move(text);
  add_instructions(task, instructions);
}

/// A task or group by name becomes TITLE=FOLDER of what heed pull has fetched; anything else stays.
std::vector<std::string> with_pulled_folders(const BenchmarkRequest& request) {
  std::vector<std::string> all;
  for (const std::string& data : request.data) {
    const auto known = bench::known_tasks_named(data);
    if (std::filesystem::exists(data) || known.empty()) {
      all.push_back(data);
      continue;
    }
    const auto root = data_root(request.data_root);
    for (const bench::KnownTask* const task : known) {
      const auto folder = pulled_task(std::string(task->name), root);
      if (!folder)
        throw base::BadInput("the task " + std::string(task->name) + " is not in " + root.string() + "; heed pull " +
                             std::string(task->name) + " fetches it");
      all.push_back(std::string(task->title) + "=" + folder->string());
    }
  }
  return all;
}

/// A folder of results is called by the model.
void check_model_name(const std::string& name) {
  constexpr std::size_t kLongest = 200;
  if (name.empty() || name.starts_with('.') || name.find('/') != std::string::npos || name.size() > kLongest)
    throw base::BadUsage("\"" + name.substr(0, kLongest) +
                         "\" cannot name a folder of results: a model's name has 1 to " + std::to_string(kLongest) +
                         " characters, no slash, and does not begin with a dot");
}

/// What differs from the official counts, where the task goes by the name of one that is known.
void note_counts(const bench::Task& task, std::vector<std::string>& notes) {
  const bench::KnownTask* const known = bench::find_known_task(task.name);
  if (known == nullptr || known->kind != task.data.kind || task.data.kind != bench::TaskKind::kInstruction) return;
  for (const std::string& difference : check_counts(*known, task.data))
    notes.push_back("this is not the published " + std::string(known->title) + ": " + difference);
}

/// All data and the model of a request, opened; the model last: it may take a minute, which no slip should cost.
struct Opened {
  std::vector<BenchmarkTask> tasks;
  retrieve::Model model;
};

Opened open_request(const BenchmarkRequest& request) {
  check_arms(request);
  Opened opened;
  std::set<std::string> names;
  for (const std::string& data : with_pulled_folders(request)) {
    opened.tasks.push_back({bench::open_task(data), {}});
    const std::string& name = opened.tasks.back().task.name;
    if (!names.insert(name).second)
      throw base::BadUsage("two tasks are called " + name + "; name them apart with NAME=FOLDER");
  }
  check_texts(request, opened.tasks);
  check_full(request, opened.tasks);
  opened.model = open_model(request.model);
  check_model_name(opened.model.name);
  for (BenchmarkTask& task : opened.tasks) add_model_arms(request, task.task, opened.model.name);
  return opened;
}

bench::RunnerOptions runner_options(const BenchmarkRequest& request) {
  bench::RunnerOptions options;
  options.threads = request.threads;
  options.first_stage = request.first_stage;
  return options;
}

/// The task's index, opened, and the model as its results name it.
struct TaskSearch {
  std::filesystem::path folder;
  OpenIndex index;
  std::unique_ptr<retrieve::VectorStore> vectors;
  retrieve::Model model;
};

TaskSearch open_search(const BenchmarkRequest& request, const std::string& task, const retrieve::Model& model,
                       bench::ScoreStore& store) {
  TaskSearch search{*text_for(request.full, task), {}, nullptr, model};
  const std::string kind = retrieve::read_index_head(search.folder).kind;
  const bool is_bm25 = model.name == "bm25";
  if ((kind == "bm25") != is_bm25)
    throw base::BadInput(search.folder.string() + ": is an index of " + (is_bm25 ? "vectors" : "words") + ", which " +
                         model.name + " does not search");
  if (!is_bm25) search.vectors = store.vectors(model.identity());
  IndexSearchFlags flags = request.search;
  flags.threads = request.threads;
  search.index = open_index(search.folder, flags, {is_bm25 ? nullptr : &model, search.vectors.get()});
  search.model.identity = [identity = search.index.identity] { return identity; };
  return search;
}

/// Runs the model over candidates, or searches the task's index.
bench::TaskResult run_or_search(const BenchmarkRequest& request, const bench::RankingRequest& ranking,
                                const bench::TaskJudging& judging, bench::ScoreStore& store,
                                const bench::RunnerOptions& options) {
  if (request.full.empty()) return run_task(ranking, judging, store, options);
  const TaskSearch search = open_search(request, ranking.task.name, ranking.model, store);
  const bench::CollectionSearch collection{*search.index.retriever, search.folder.string(),
                                           search.index.head.documents};
  return run_task({ranking.task, search.model, ranking.arms, &collection}, judging, store, options);
}

std::string plan_sentence(const bench::Plan& plan) {
  std::string text = grouped(plan.scores) + " scores";
  if (plan.keeps_scores)
    text += ", of which " + grouped(plan.found) + " are in the store";
  else
    text += " of the whole collection, which are formed each time";
  if (const long texts = plan.missing.texts.texts; texts > 0)
    text += "; " + grouped(texts) + " texts to embed, " + grouped(plan.vectors) + " are in the store";
  return text;
}

}  // namespace

std::vector<BenchmarkTask> run_benchmark(const BenchmarkRequest& request, const std::filesystem::path& store_path) {
  const bench::EvaluationRecipe& recipe = bench::recipe_named(request.recipe);
  Opened opened = open_request(request);
  bench::ScoreStore store(store_path);
  const auto measures = pair_measures({});
  const InterruptWatch watch;
  for (BenchmarkTask& task : opened.tasks) {
    const auto arms = arms_of(request, task.task);
    ProgressView view(task.task.name);
    bench::RunnerOptions options = runner_options(request);
    options.progress = [&](const bench::ProgressReport& report) {
      view.show(report.step, report.done, report.total, report.found);
      check_interrupt();
    };
    options.planned = [&](const bench::Plan& plan) {
      if ((plan.found > 0 || plan.vectors > 0) && !plan.is_nothing())
        say(task.task.name + ": goes on; " + plan_sentence(plan));
      if (plan.bill) say(task.task.name + ": " + plan_sentence(plan) + "; " + *plan.bill);
    };
    task.result =
        run_or_search(request, {task.task, opened.model, arms}, {recipe, measures, request.judging}, store, options);
    note_counts(task.task, task.result.notes);
    for (const std::string& note : task.result.notes) say(task.task.name + ": " + note);
  }
  return std::move(opened.tasks);
}

void dry_run_benchmark(const BenchmarkRequest& request, const std::filesystem::path& store_path) {
  bench::recipe_named(request.recipe);
  const Opened opened = open_request(request);
  bench::ScoreStore store(store_path);
  for (const BenchmarkTask& task : opened.tasks) {
    const auto arms = arms_of(request, task.task);
    const bench::DryRun dry = dry_run({task.task, opened.model, arms}, store, runner_options(request));
    std::string text = task.task.name + ": " + plan_sentence(dry.plan);
    if (dry.plan.bill) text += "; " + *dry.plan.bill + "; nothing was sent";
    if (dry.seconds) text += "; after a first batch, which is kept, " + duration_text(*dry.seconds) + " are left";
    if (dry.plan.is_nothing()) text += "; nothing is left to compute";
    print(text + "\n");
  }
}

format::Json results_document(const std::vector<BenchmarkTask>& tasks) {
  format::Json list = format::Json::array();
  for (const BenchmarkTask& task : tasks) list.push_back(task_json(task.result, task.task.data, HEED_VERSION));
  return list;
}

report::ReportData report_data(const std::vector<BenchmarkTask>& tasks) {
  return with_published(report::parse_results(results_document(tasks), "results.json"));
}

void write_results(const std::vector<BenchmarkTask>& tasks, const std::filesystem::path& out) {
  std::filesystem::remove(out / "results.json");  // until all is written anew
  for (const BenchmarkTask& task : tasks) {
    const std::string& name = task.result.task;
    for (const collection::ArmRow& arm : collection::kArms)  // of an earlier call with more arms
      if (task.result.run(arm.arm) == nullptr)
        std::filesystem::remove(out / "runs" / (name + "." + std::string(arm.name) + ".run"));
    for (const bench::ArmRun& run : task.result.runs)
      base::write_file(out / "runs" / (name + "." + std::string(name_of(run.arm)) + ".run"), trec_run(run.run));
    const auto mteb_file = out / "results" / task.result.model / (name + ".json");
    std::filesystem::remove(mteb_file);
    if (const auto json = mteb_json(task.result, task.task.data)) base::write_file(mteb_file, bench::json_text(*json));
  }
  const report::ReportData data = report_data(tasks);
  std::filesystem::remove(out / data.published_file);  // of an earlier call with other tasks
  write_page(data, out / "report.html");
  base::write_file(out / "results.json", bench::json_text(results_document(tasks)));
}

}  // namespace heed::cli
