#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bench/runner.h"
#include "cli/model_options.h"
#include "format/json.h"
#include "report/model_tables.h"

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

/// All results as the list that results.json holds.
format::Json results_document(const std::vector<BenchmarkTask>& tasks);

/// What a report of them shows: what their document says, with the published figures of their models.
report::ReportData report_data(const std::vector<BenchmarkTask>& tasks);

/// Writes results.json, runs/TASK.ARM.run, results/MODEL/TASK.json (of a pair; mteb has no other), report.html and,
/// where that shows published figures, published.tsv below `out`, each whole or not at all. results.json comes last:
/// where it is, the others are.
void write_results(const std::vector<BenchmarkTask>& tasks, const std::filesystem::path& out);

}  // namespace heed::cli
