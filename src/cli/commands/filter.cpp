#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_options.h"
#include "cli/outputs.h"
#include "cli/progress.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "train/judge_filter.h"
#include "train/llama_factory.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadUsage;
using format::Json;
using train::Row;

namespace {

struct Options {
  ModelFlags model;
  std::string data, out, log, report, llama_factory;
  std::string balance = "on", format = "text";
  double threshold = train::kRelevantFrom;
};

train::Balance balance_named(const std::string& name) {
  if (name == "on") return train::Balance::kOn;
  if (name == "off") return train::Balance::kOff;
  throw BadUsage("--balance is on or off, not " + name);
}

/// What judges, and all that changes its scores.
struct Judging {
  std::string identity;
  train::JudgingPlan plan;
  train::Judge judge;
};

Judging judging_of(const retrieve::Model& model) {
  if (!model.scores_each_document_alone)
    throw BadUsage(model.name + " scores a document by what else is there, which says nothing of the document alone");
  if (model.makes_vectors)
    throw BadUsage(model.name +
                   " compares vectors, and a similarity is no probability: a judge is a language model "
                   "that is asked, a classifier, or a reranking service whose scores are from 0 to 1");
  auto rerankers = std::make_shared<std::vector<std::unique_ptr<retrieve::Reranker>>>();
  Judging judging;
  judging.plan.workers = std::max(1, model.instances);
  judging.plan.block = std::min<std::size_t>(model.block, 64);
  for (int i = 0; i < judging.plan.workers; ++i) rerankers->push_back(model.open(nullptr));
  judging.identity = model.name + "\n" + (model.identity ? model.identity() : "") + "\n" + model.dtype;
  judging.judge = [rerankers](int worker, std::span<const Row* const> rows) {
    const std::vector<collection::Need> need = {rows.front()->need()};
    std::vector<collection::Document> documents;
    for (const Row* const row : rows) documents.push_back(row->document());
    return (*rerankers)[static_cast<std::size_t>(worker)]->score(need, documents).front();
  };
  return judging;
}

std::string rows_text(std::span<const Row> rows, std::span<const double> scores) {
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Json json = {{"score", scores[i]}};
    json.update(to_json(rows[i]));
    text += format::compact(json) + "\n";
  }
  return text;
}

report::Table table_of(const Json& report) {
  report::Table table;
  table.title = "What became of the rows";
  table.columns = {{"fate", report::Table::Align::kLeft}, {"relevant"}, {"irrelevant"}};
  for (const auto& [fate, counts] : report["fates"].items())
    table.rows.push_back(
        {fate, std::to_string(counts["relevant"].get<long>()), std::to_string(counts["irrelevant"].get<long>())});
  table.remarks.push_back(std::to_string(report["needs"]["kept"].get<long>()) + " of " +
                          base::counted(report["needs"]["in"].get<long>(), "need has", "needs have") +
                          " rows that are kept.");
  return table;
}

/// None of the files is another, nor what is read.
void check_files(const Options& options, const fs::path& log, const fs::path& report) {
  const std::vector<NamedPath> inputs = {{"--data", options.data}, {"--recipe-file", options.model.recipe_file}};
  std::vector<NamedPath> outputs = {{"--out", options.out}, {"--log", log}, {"--report", report}};
  if (!options.llama_factory.empty())
    for (const std::string_view name : train::llama_factory_files())
      outputs.push_back({"--llama-factory's", fs::path(options.llama_factory) / name});
  check_outputs(inputs, outputs);
}

void run_filter(const Options& options) {
  const train::Balance balance = balance_named(options.balance);
  const report::Format format = parse_format(options.format);
  const fs::path log_path = options.log.empty() ? options.out + ".scores.jsonl" : options.log;
  const fs::path report_path = options.report.empty() ? options.out + ".report.json" : options.report;
  check_files(options, log_path, report_path);
  const std::vector<Row> rows = train::read_rows(options.data);  // all, before a model is opened
  Judging judging = judging_of(open_model(options.model));
  train::ScoreLog log(log_path, judging.identity);
  ProgressView view(options.model.model);
  judging.plan.progress = [&](long done, long total, long found) { view.show("judged", done, total, found); };
  const InterruptWatch watch;
  const auto judge_or_stop = [&](int worker, auto some) {
    check_interrupt();  // what was scored is logged
    return judging.judge(worker, some);
  };
  const std::vector<double> scores = judge_rows(rows, judging.plan, log, judge_or_stop);
  const auto fates = fates_of(rows, scores, options.threshold, balance);
  std::vector<Row> kept;
  std::vector<double> kept_scores;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (fates[i] != train::RowFate::kKept) continue;
    kept.push_back(rows[i]);
    kept_scores.push_back(scores[i]);
  }
  Json report = {{"kind", "heed filter"},
                 {"version", 1},
                 {"judge", options.model.model},
                 {"threshold", options.threshold},
                 {"balance", options.balance}};
  report.update(filter_report(rows, scores, fates));
  if (!kept.empty()) base::write_file(options.out, rows_text(kept, kept_scores));
  base::write_file(report_path, report.dump(1) + "\n");
  if (!kept.empty() && !options.llama_factory.empty()) train::write_llama_factory(options.llama_factory, kept);
  print(format == report::Format::kJson ? report.dump(1) + "\n" : render(table_of(report), format));
  if (kept.empty())
    throw base::BadInput("no row is kept, so there is nothing to write to " + options.out +
                         "; what became of all is in " + report_path.string() + ", every score in " +
                         log_path.string());
  say(base::counted(static_cast<long>(kept.size()), "row is", "rows are") + " in " + options.out +
      "; what became of all is in " + report_path.string() + ", every score in " + log_path.string());
}

}  // namespace

void set_up_filter(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--data", options->data, "rows, as heed synth writes them; - is standard input")
      ->type_name("ROWS.jsonl")
      ->required();
  app.add_option("--out", options->out, "the file for the rows that are kept")->type_name("KEPT.jsonl")->required();
  app.add_option("--threshold", options->threshold,
                 "the score from which on the judge says that a document is relevant")
      ->type_name("S")
      ->check(number_above(0, 1))
      ->capture_default_str();
  app.add_option("--balance", options->balance,
                 "on: for each need one relevant and one irrelevant row, or none; off: all that the judge agrees with")
      ->type_name("on|off")
      ->capture_default_str();
  app.add_option("--log", options->log, "the file for the judge's scores. Default: that of --out with .scores.jsonl")
      ->type_name("FILE");
  app.add_option("--report", options->report,
                 "the file for what became of each row. Default: that of --out with .report.json")
      ->type_name("FILE");
  app.add_option("--llama-factory", options->llama_factory,
                 "a folder for the kept rows as LLaMA-Factory reads them, and the paper's settings for it")
      ->type_name("FOLDER");
  add_format(app, options->format);
  add_model(app, options->model);
  add_remote_model(app, options->model);
  add_recipe_style(app, options->model);
  app.footer(
      "Keeps of training data what a judge agrees with, as the paper did (Weller et al. 2024, section 5): a model "
      "scores "
      "each\n"
      "document under its query and instruction, and its answer has to be the label. Then, of each query and "
      "instruction,\n"
      "the relevant and the irrelevant row are kept of which the judge is surest.\n"
      "  heed filter --data rows.jsonl --model Mistral-7B-instruct --out kept.jsonl\n"
      "  heed filter --data rows.jsonl --model Mistral-7B-instruct --out kept.jsonl --llama-factory teach\n"
      "A judge's score has to be a probability: language models that are asked, classifiers, reranking services that "
      "give\n"
      "numbers from 0 to 1. Where no row is kept no file is written, and the exit code is 65. The table\n"
      "says what became of the rows; --format json is the whole report. Scores are logged as they come: a run that was "
      "cut\n"
      "off goes on from there, and scores nothing twice. How the paper's filtering went: 1,836 topics gave about 1,800 "
      "rows\n"
      "about 1,200 needs.");
  app.callback([options] { run_filter(*options); });
}

}  // namespace heed::cli
