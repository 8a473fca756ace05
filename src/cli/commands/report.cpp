#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "bench/json_results.h"
#include "cli/command.h"
#include "cli/report_page.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "report/task_section.h"
#include "report/training_page.h"

namespace heed::cli {

namespace fs = std::filesystem;
using report::FigureTable;

namespace {

struct Options {
  std::vector<std::string> paths;
  std::vector<std::string> training;
  std::string html;
  std::vector<std::string> tables;
  bool all_published = false;
  std::string format = "text";
};

/// The rows of the asked tables; of all of them where none is asked.
std::vector<const report::TableRow*> chosen_tables(const std::vector<std::string>& names) {
  std::vector<const report::TableRow*> rows;
  for (const report::TableRow& row : report::tables())
    if (names.empty()) rows.push_back(&row);
  for (const std::string& name : names) {
    const auto found = std::ranges::find(report::tables(), name, &report::TableRow::name);
    if (found == report::tables().end())
      throw base::BadUsage("there is no table " + name + "; --table is 2, 3, 4, 5 or figure3");
    rows.push_back(&*found);
  }
  return rows;
}

/// The tables that have rows. Throws BadInput where one was asked by name and has none.
std::vector<FigureTable> built_tables(const std::vector<std::string>& names, const report::ReportData& data) {
  std::vector<FigureTable> tables;
  for (const report::TableRow* const row : chosen_tables(names)) {
    FigureTable table = row->build(data);
    if (!table.rows.empty())
      tables.push_back(std::move(table));
    else if (!names.empty())
      throw base::BadInput("the results have nothing for table " + std::string(row->name) + ": " +
                           std::string(row->explanation));
  }
  return tables;
}

std::string tables_text(const std::vector<FigureTable>& tables, report::Format format) {
  if (format == report::Format::kJson) {
    format::Json list = format::Json::array();
    for (const FigureTable& table : tables) list.push_back(figures_json(table));
    return bench::json_text(list);
  }
  std::string text;
  for (const FigureTable& table : tables) text += (text.empty() ? "" : "\n") + render(rounded(table), format);
  return text;
}

/// The results' files as a page at `html` has to name them.
void name_relative_to(const fs::path& html, report::ReportData& data) {
  const fs::path folder = html.has_parent_path() ? html.parent_path() : fs::path(".");
  for (report::ResultEntry& entry : data.results)
    entry.source = fs::proximate(fs::absolute(entry.source), fs::absolute(folder)).generic_string();
}

/// Throws BadUsage where the page would take the place of what it is made of.
void check_page(const Options& options) {
  for (const std::string& path : options.paths) {
    const fs::path results = fs::is_directory(path) ? fs::path(path) / "results.json" : fs::path(path);
    std::error_code error;  // of a file that is not there yet
    if (!options.html.empty() && fs::equivalent(options.html, results, error))
      throw base::BadUsage("--html " + options.html + " would overwrite the results that it reads");
  }
}

/// The log itself, or that of a folder of heed train. Throws BadInput for a folder without one.
fs::path log_meant(const fs::path& path) {
  if (!fs::is_directory(path)) return path;
  if (base::is_there(path / "log.jsonl")) return path / "log.jsonl";
  throw base::BadInput(path.string() + ": has no log.jsonl, which heed train writes unless --log names another file");
}

void make_training_page(const Options& options) {
  if (!options.paths.empty())
    throw base::BadUsage("--training has a page of its own, without results; if " + options.paths.front() +
                         " is a training log too, it wants a --training of its own before it");
  if (!options.tables.empty() || options.all_published)
    throw base::BadUsage("--training has a page of its own, without --table and --all-published");
  if (options.html.empty()) throw base::BadUsage("--training wants a page: --html names its file");
  if (options.training.size() > report::kMostTrainingLogs)
    throw base::BadUsage("a page tells apart " + std::to_string(report::kMostTrainingLogs) + " training logs, not " +
                         std::to_string(options.training.size()));
  std::vector<report::TrainingLog> logs;
  std::string text;
  for (const std::string& given : options.training) {
    const fs::path path = log_meant(given);
    std::error_code error;  // of a file that is not there yet
    if (fs::equivalent(options.html, path, error))
      throw base::BadUsage("--html " + options.html + " would overwrite the log that it reads");
    logs.push_back(report::read_training_log(path));
    say_all(logs.back().notes);
    text += training_sentence(logs.back()) + "\n";
  }
  base::write_file(options.html, report::training_page(logs, HEED_VERSION));
  print(text);
}

void make_report(const Options& options) {
  if (!options.training.empty()) return make_training_page(options);
  if (options.paths.empty()) throw base::BadUsage("results is required: what heed bench wrote (or --training)");
  const report::Format format = parse_format(options.format);
  check_page(options);
  chosen_tables(options.tables);  // a wrong name is said before anything is read
  report::ReportData data = with_published(report::read_results({options.paths.begin(), options.paths.end()}));
  if (options.all_published) {
    if (data.published.models().empty())
      throw base::BadInput(
          "the published figures that come with heed are not there; the environment's HEED_DATA can "
          "name the folder that has them");
    data.shown = report::ShownPublished::kAll;
  }
  const bool wants_tables = !options.tables.empty() || format == report::Format::kJson;
  const std::string text =
      wants_tables ? tables_text(built_tables(options.tables, data), format) : render(report_sections(data), format);
  if (!options.html.empty()) {
    report::ReportData named = data;
    name_relative_to(options.html, named);
    write_page(named, options.html);
  }
  print(text);
}

}  // namespace

void set_up_report(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("results", options->paths, "what heed bench wrote: its folders, or files like its results.json")
      ->type_name("PATH");
  app.add_option("--html", options->html, "write the report as a page to this file, too")->type_name("FILE");
  app.add_option("--training", options->training,
                 "instead: make --html a page of the training curves in this log of heed train, or in the log.jsonl of "
                 "its folder; given again, of up to " +
                     std::to_string(report::kMostTrainingLogs) + " logs side by side")
      ->type_name("LOG.jsonl|FOLDER")
      ->allow_extra_args(false);
  app.add_option("--table", options->tables, "print this table only: 2, 3, 4, 5 or figure3; may be given again")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_flag("--all-published", options->all_published,
               "show the published figures of all models, not only of those that the results are of");
  add_format(app, options->format);
  app.footer(
      "Puts the results of one or several models side by side. Every figure is one of results.json, or of the "
      "published\n"
      "figures that come with heed (data/published).\n"
      "  heed report out                              what heed bench printed\n"
      "  heed report out-bm25 out-e5 --html all.html  one page of two models\n"
      "  heed report out-* --table 2 --format latex   the paper's Table 2\n"
      "  heed report --training obeys --html t.html   how a model learned\n"
      "Tables: 2 has a row `correct` and a row `paper` for each model: judged by the right judgments, and by the "
      "crossed\n"
      "ones, as published scores are; rows `published` beside them, where the task is Robust04, News21 or Core17. 3 is "
      "for\n"
      "BEIR collections, 4 for InstructIR, 5 for searches of whole collections (heed bench --full), which are not in "
      "2; "
      "figure3 has what an instruction adds by its length.\n"
      "Two results of the same model, recipe and task are refused. Beside a page that shows published figures stands\n"
      "published.tsv with them. --format json prints figures unrounded.");
  app.callback([options] { make_report(*options); });
}

}  // namespace heed::cli
