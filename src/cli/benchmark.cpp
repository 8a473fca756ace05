#include "cli/benchmark.h"

#include <set>

#include "base/error.h"
#include "base/file.h"
#include "bench/json_results.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "report/pair_tables.h"

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

report::Section task_section(const TaskResult& result) {
  report::Section section{result.task, {}, {}};
  section.paragraphs.push_back(base::counted(result.topics, "topic", "topics") + ", " +
                               base::counted(result.documents, "document", "documents") + ", " +
                               base::counted(result.candidates, "candidate", "candidates") + "; layout " +
                               result.layout + ", sha256 " + result.data.hex() + ".");
  if (result.pair) {
    section.paragraphs.push_back(report::p_mrr_sentence(*result.pair) + ".");
    section.paragraphs.push_back(report::ties_sentence(*result.pair) + ".");
    section.tables.push_back(report::measure_table(*result.pair));
    section.tables.back().title = "The pair, x100";
  }
  std::vector<report::ReportedArm> arms;
  if (result.pair) arms.push_back({"og", &result.pair->og, &result.pair->paper_og});
  for (const bench::ArmEvaluation& arm : result.arms)
    arms.push_back({std::string(name_of(arm.arm)), &arm.correct, arm.paper ? &*arm.paper : &arm.correct});
  if (arms.size() > 1 || !result.pair) {
    section.tables.push_back(report::arm_table(arms, bench::headline_measure(result.task)));
    section.tables.back().title =
        "The arms, x100, with the judgments under the original instruction (paper: the altered)";
  }
  return section;
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

std::vector<report::Section> report_sections(const BenchmarkRequest& request, const std::vector<BenchmarkTask>& tasks) {
  std::vector<report::Section> sections;
  std::vector<report::ReportedTask> reported;
  report::Section first{"Results", {}, {}};
  const bool is_paper_first = bench::recipe_named(request.recipe).shows_paper_pairing_first;
  const auto first_row = is_paper_first ? report::FirstRow::kPaper : report::FirstRow::kCorrect;
  for (const BenchmarkTask& task : tasks)
    if (task.result.pair) {
      reported.push_back(
          {task.result.task, std::string(bench::headline_measure(task.result.task)), &*task.result.pair});
      first.paragraphs.push_back(task.result.task + ": " + report::verdict(task.result.model, *task.result.pair));
    }
  if (!reported.empty()) {
    first.tables.push_back(report::paper_table(tasks.front().result.model, reported, first_row));
    sections.push_back(first);
  }
  for (const BenchmarkTask& task : tasks) sections.push_back(task_section(task.result));
  return sections;
}

std::string render_sections(const std::vector<report::Section>& sections, report::Format format) {
  std::string text;
  for (const report::Section& section : sections) {
    const bool is_prose = format == report::Format::kText || format == report::Format::kMarkdown;
    if (!text.empty()) text += "\n";
    if (format == report::Format::kMarkdown) text += "## " + section.heading + "\n\n";
    if (format == report::Format::kText)
      text += section.heading + "\n" + std::string(section.heading.size(), '=') + "\n\n";
    for (const std::string& paragraph : section.paragraphs)
      if (is_prose) text += paragraph + "\n\n";
    for (std::size_t i = 0; i < section.tables.size(); ++i)
      text += (i > 0 ? "\n" : "") + render(section.tables[i], format);
  }
  return text;
}

std::string results_text(const std::vector<BenchmarkTask>& tasks) {
  format::Json list = format::Json::array();
  for (const BenchmarkTask& task : tasks) list.push_back(task_json(task.result, HEED_VERSION));
  return bench::json_text(list);
}

void write_results(const BenchmarkRequest& request, const std::vector<BenchmarkTask>& tasks,
                   const std::filesystem::path& out) {
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
  const std::string made_by =
      "heed " HEED_VERSION ", recipe " + request.recipe + ", " + tasks.front().result.model_identity;
  base::write_file(out / "report.html", report::html_page("heed bench: " + tasks.front().result.model,
                                                          report_sections(request, tasks), made_by));
  base::write_file(out / "results.json", results_text(tasks));
}

}  // namespace heed::cli
