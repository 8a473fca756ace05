#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bench/runner.h"
#include "cli/collection_index.h"
#include "cli/model_options.h"
#include "format/json.h"
#include "report/model_tables.h"

namespace heed::cli {

/// What heed bench and heed demo run: one model on several tasks.
struct BenchmarkRequest {
  ModelFlags model;
  std::vector<std::string> data;  ///< FOLDER, NAME=FOLDER, or a task or group that heed pull has fetched
  std::string data_root;          ///< where it put them; empty: see folders.h
  std::vector<std::string> arms;  ///< empty: all that each data set has
  std::string recipe = "sound";
  eval::PairOptions judging;
  int threads = 1;
  /// Of BEIR's collections, in place of the paper's: TEXT, or TASK=TEXT for one task.
  std::vector<std::string> short_instructions, keywords;
  std::size_t first_stage = 100;  ///< see bench::RunnerOptions
  /// Indexes of whole collections to search in place of candidates: FOLDER, or TASK=FOLDER for one task; none: no
  /// search.
  std::vector<std::string> full;
  IndexSearchFlags search{};  ///< how those are searched
};

/// A task with the data that it ran on.
struct BenchmarkTask {
  bench::Task task;
  bench::TaskResult result;
};

/// Reads all data first, so that what is wrong is said before hours of work; then runs and judges. Throws Interrupted,
/// where the person asks, once the batch under way is in the store.
std::vector<BenchmarkTask> run_benchmark(const BenchmarkRequest& request, const std::filesystem::path& store);

/// What run_benchmark would do, as sentences on stdout: what is missing, what it costs, and how long it takes by a
/// first batch, which is computed and kept.
void dry_run_benchmark(const BenchmarkRequest& request, const std::filesystem::path& store);

/// All results as the list that results.json holds.
format::Json results_document(const std::vector<BenchmarkTask>& tasks);

/// What a report of them shows: what their document says, with the published figures of their models.
report::ReportData report_data(const std::vector<BenchmarkTask>& tasks);

/// Writes results.json, runs/TASK.ARM.run, results/MODEL/TASK.json (where mteb has such a result), report.html and,
/// where that shows published figures, published.tsv below `out`, each whole or not at all. results.json comes last:
/// where it is, the others are.
void write_results(const std::vector<BenchmarkTask>& tasks, const std::filesystem::path& out);

}  // namespace heed::cli
