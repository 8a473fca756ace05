#include <algorithm>
#include <cmath>
#include <memory>

#include "base/error.h"
#include "bench/json_results.h"
#include "cli/commands/curate/steps.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "curate/violations.h"

namespace heed::cli {

namespace {

using format::Json;

struct Options {
  std::string work;
  std::string format = "text";
  curate::CheckOptions check;
};

Json document_of(const curate::Violation& violation) {
  Json document = {{"severity", name_of(violation.severity)}, {"rule", violation.rule}};
  if (!violation.topic.empty()) document["topic"] = violation.topic;
  if (!violation.document.empty()) document["document"] = violation.document;
  document["sentence"] = violation.sentence;
  return document;
}

void print_violations(const std::vector<curate::Violation>& violations, report::Format format) {
  if (format == report::Format::kJson) {
    Json all = Json::array();
    for (const auto& violation : violations) all.push_back(document_of(violation));
    return print(bench::json_text(all));
  }
  if (format == report::Format::kText) {
    std::string text;
    for (const auto& violation : violations)
      text += std::string(name_of(violation.severity)) + ": " + violation.sentence + "\n";
    return print(text.empty() ? "nothing is wrong\n" : text);
  }
  report::Table table;
  for (const char* const name : {"severity", "rule", "topic", "document", "what is wrong"})
    table.columns.push_back({name, report::Table::Align::kLeft});
  for (const auto& violation : violations)
    table.rows.push_back({std::string(name_of(violation.severity)), std::string(violation.rule), violation.topic,
                          violation.document, violation.sentence});
  print(render(table, format));
}

void run_check(const Options& options) {
  const report::Format format = parse_format(options.format);
  if (std::isnan(options.check.least_share) || std::isnan(options.check.most_share))
    throw base::BadUsage("--least-share and --most-share are numbers from 0 to 1");
  if (options.check.least_share > options.check.most_share)
    throw base::BadUsage("--least-share is more than --most-share");
  const auto violations = find_violations(curate::read_curation(options.work), options.check);
  print_violations(violations, format);
  const auto errors = std::ranges::count(violations, curate::Severity::kError, &curate::Violation::severity);
  if (errors > 0) throw base::BadInput(options.work + ": " + base::counted(errors, "error", "errors"));
}

}  // namespace

void add_curate_check(CLI::App& curate) {
  CLI::App& app = *curate.add_subcommand("check", "says what is wrong with a benchmark in the making");
  const auto options = std::make_shared<Options>();
  add_work(app, options->work);
  app.add_option("--least-share", options->check.least_share, "of its relevant documents that a topic should keep")
      ->type_name("X")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--most-share", options->check.most_share, "the same, at most")
      ->type_name("X")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  app.add_option("--words", options->check.most_words, "that a document may have")
      ->type_name("N")
      ->check(CLI::Range(1L, 1'000'000'000L))
      ->capture_default_str();
  add_format(app, options->format);
  app.footer(
      "A sentence for each error and warning, naming topic and document. Exit code 65 where there is an error: a "
      "document\n"
      "newly relevant, not re-judged or unsure, an alteration that is the original or leaves nothing relevant. "
      "Warnings alone,\n"
      "such as a share of relevant documents far from a half, give 0. docs/curation.md has all rules.");
  app.callback([options] { run_check(*options); });
}

}  // namespace heed::cli
