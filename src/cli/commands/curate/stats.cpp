#include <cstdio>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "bench/json_results.h"
#include "cli/commands/curate/steps.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "curate/benchmark.h"
#include "curate/statistics.h"
#include "curate/topic_selection.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadUsage;
using format::Json;

namespace {

struct Options {
  std::vector<std::string> paths;
  std::string topics, qrels, format = "text";
  std::string query = "description";
};

curate::Curation read_any(const std::string& path) {
  if (base::is_there(fs::path(path) / curate::kTopicsFile)) return curate::read_curation(path);
  return curate::import_benchmark(collection::read_instruction_dataset(path)).curation;
}

/// The whole collection's topics that have a query, with their narratives.
std::optional<curate::SideStatistics> read_collection(const Options& options) {
  const collection::QueryPart part = parse_query_part(options.query);
  if (options.topics.empty() != options.qrels.empty())
    throw BadUsage("--topics and --qrels belong together: the whole collection's");
  if (options.topics.empty()) return std::nullopt;
  if (options.paths.size() > 1) throw BadUsage("--topics and --qrels are of one benchmark; name one");
  const auto topics = collection::read_topics(options.topics);
  const auto judgments = collection::read_judgments(options.qrels);
  std::vector<curate::CurationTopic> judged;
  for (const auto& topic : topics.topics)
    if (judgments.find(topic.id) != nullptr)
      judged.push_back({topic.id.str(), query_text(topic, part), std::string(topic.narrative)});
  return collection_statistics(judged, judgments);
}

Json document_of(const curate::SideStatistics& side) {
  return {{"queries", side.topics},
          {"query_words", side.query_words},
          {"instruction_words", side.instruction_words},
          {"relevant_per_query", side.relevant}};
}

std::string one_decimal(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", number);
  return text;
}

/// Without a document that is judged, nothing is known of the relevant ones.
void add_row(report::Table& table, const std::string& name, const char* which, const curate::SideStatistics& side) {
  table.rows.push_back({name, which, std::to_string(side.topics), one_decimal(side.query_words),
                        one_decimal(side.instruction_words), side.relevant > 0 ? one_decimal(side.relevant) : "-"});
}

std::string name_of_path(const std::string& path) {
  const fs::path normal = fs::path(path).lexically_normal();
  return normal.has_filename() ? normal.filename().string() : normal.parent_path().filename().string();
}

void run_stats(const Options& options) {
  using Align = report::Table::Align;
  const report::Format format = parse_format(options.format);
  const auto whole = read_collection(options);
  report::Table table;
  table.columns = {{"benchmark", Align::kLeft},
                   {"", Align::kLeft},
                   {"queries", Align::kRight},
                   {"words of query", Align::kRight},
                   {"words of instruction", Align::kRight},
                   {"relevant per query", Align::kRight}};
  Json all = Json::array();
  for (const std::string& path : options.paths) {
    const auto statistics = curation_statistics(read_any(path));
    const std::string name = name_of_path(path);
    Json document = {{"benchmark", path}};
    if (whole) {
      add_row(table, name, "collection", *whole);
      document["collection"] = document_of(*whole);
    }
    add_row(table, name, "original", statistics.original);
    document["original"] = document_of(statistics.original);
    if (statistics.altered.topics > 0) {
      add_row(table, name, "altered", statistics.altered);
      document["altered"] = document_of(statistics.altered);
    }
    document["candidates"] = statistics.candidates;
    document["changed_judgments"] = statistics.changed;
    table.remarks.push_back(name + ": " + base::counted(statistics.candidates, "candidate", "candidates") + ", " +
                            base::counted(statistics.changed, "changed judgment", "changed judgments"));
    all.push_back(std::move(document));
  }
  print(format == report::Format::kJson ? bench::json_text(all) : render(table, format));
}

}  // namespace

void add_curate_stats(CLI::App& curate) {
  CLI::App& app = *curate.add_subcommand("stats", "gives the figures of the paper's Table 1");
  const auto options = std::make_shared<Options>();
  app.add_option("paths", options->paths, "curation folders, or benchmarks in either layout")
      ->type_name("WORK|FOLDER")
      ->required();
  app.add_option("--topics", options->topics, "the whole collection's topics, for the figures before")
      ->type_name("FILE");
  app.add_option("--qrels", options->qrels, "the whole collection's judgments; topics that it judges count")
      ->type_name("FILE");
  add_query_field(app, options->query);
  add_format(app, options->format);
  app.footer(
      "Means over the topics: words (parted by white space) of query and instruction, and relevant documents; of the\n"
      "collection, of the benchmark's topics before, and of the same after the alteration. Table 1 of the paper shows\n"
      "the collection, and of the benchmark the altered side.\n"
      "  heed curate stats WORK --topics 04.testset --qrels qrels.robust04.txt --format latex");
  app.callback([options] { run_stats(*options); });
}

}  // namespace heed::cli
