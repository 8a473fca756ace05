#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bench/runner.h"
#include "cli/model_options.h"
#include "report/page.h"

namespace heed::cli {

/// What heed bench and heed demo run: one model on several tasks.
struct BenchmarkRequest {
  ModelFlags model;
  std::vector<std::string> data;  ///< FOLDER or NAME=FOLDER
  std::vector<std::string> arms;  ///< empty: all that each data set has
  std::string recipe = "sound";
  eval::PairOptions judging;
  int threads = 1;
};

/// A task with the data that it ran on.
struct BenchmarkTask {
  bench::Task task;
  bench::TaskResult result;
};

/// Reads all data first, so that what is wrong is said before hours of work; then runs and judges.
std::vector<BenchmarkTask> run_benchmark(const BenchmarkRequest& request, const std::filesystem::path& store);

/// The tables and sentences about the tasks, as sections: the paper's table first, then each task.
std::vector<report::Section> report_sections(const BenchmarkRequest& request, const std::vector<BenchmarkTask>& tasks);

/// The sections as text, in a format other than JSON.
std::string render_sections(const std::vector<report::Section>& sections, report::Format format);

/// All results as the list that results.json holds.
std::string results_text(const std::vector<BenchmarkTask>& tasks);

/// Writes results.json, runs/TASK.ARM.run, results/MODEL/TASK.json (of a pair; mteb has no other) and report.html below
/// `out`, each whole or not at all. results.json comes last: where it is, the others are.
void write_results(const BenchmarkRequest& request, const std::vector<BenchmarkTask>& tasks,
                   const std::filesystem::path& out);

}  // namespace heed::cli
