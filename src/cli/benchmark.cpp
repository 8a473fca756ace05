#include "cli/benchmark.h"

#include <set>

#include "base/error.h"
#include "base/file.h"
#include "bench/json_results.h"
#include "cli/report_page.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "report/results.h"

namespace heed::cli {

using bench::TaskResult;
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

}  // namespace

std::vector<BenchmarkTask> run_benchmark(const BenchmarkRequest& request, const std::filesystem::path& store_path) {
  const bench::EvaluationRecipe& recipe = bench::recipe_named(request.recipe);
  check_arms(request);
  std::vector<BenchmarkTask> tasks;
  std::set<std::string> names;
  for (const std::string& data : request.data) {
    tasks.push_back({bench::open_task(data), {}});
    if (!names.insert(tasks.back().task.name).second)
      throw base::BadUsage("two tasks are called " + tasks.back().task.name + "; name them apart with NAME=FOLDER");
  }
  const retrieve::Model model = open_model(request.model);  // last: it may take a minute, which no slip should cost
  bench::ScoreStore store(store_path);
  const auto measures = pair_measures({});
  for (BenchmarkTask& task : tasks) {
    bench::RunnerOptions options;
    options.threads = request.threads;
    options.progress = show_progress;
    task.result =
        run_task(task.task, model, recipe, arms_of(request, task.task), measures, request.judging, store, options);
    for (const std::string& note : task.result.notes) say(task.task.name + ": " + note);
  }
  return tasks;
}

format::Json results_document(const std::vector<BenchmarkTask>& tasks) {
  format::Json list = format::Json::array();
  for (const BenchmarkTask& task : tasks) list.push_back(task_json(task.result, HEED_VERSION));
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
    if (task.result.pair) base::write_file(mteb_file, bench::json_text(mteb_json(task.result, task.task.data)));
  }
  write_page(report_data(tasks), out / "report.html");
  base::write_file(out / "results.json", bench::json_text(results_document(tasks)));
}

}  // namespace heed::cli
