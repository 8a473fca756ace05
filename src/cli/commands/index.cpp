#include <set>

#include "base/error.h"
#include "bench/json_results.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "collection/collection_reader.h"
#include "collection/collection_types.h"
#include "retrieve/bm25_builder.h"
#include "retrieve/index_folder.h"

namespace heed::cli {

namespace {

struct Options {
  std::string collection, type, index, format = "text";
  bool has_passages = false, is_forced = false;
  text::PassageSize size;
};

const collection::CollectionType* type_of(const Options& options) {
  if (options.type.empty()) return nullptr;
  if (const auto* const type = collection::collection_type_named(options.type)) return type;
  std::string names;
  for (const auto& type : collection::collection_types())
    names += (names.empty() ? "" : ", ") + std::string(name_of(type));
  throw base::BadUsage("there is no type of collections " + options.type + "; there are " + names);
}

retrieve::Bm25IndexRequest request_of(const Options& options) {
  retrieve::Bm25IndexRequest request;
  request.folder = options.index;
  request.collection = retrieve::collection_identity(options.collection);
  if (!options.type.empty()) request.collection += " " + options.type;
  request.threads = threads();
  if (!options.has_passages) return request;
  if (options.size.overlap >= options.size.words) throw base::BadUsage("--overlap has to be less than --words");
  request.passages = options.size;
  return request;
}

/// What was read, but not as a document; said once, at the end or where the work stops.
void say_report(const collection::ReadingReport& report) {
  say_all(report.complaints);
  if (report.bad > 0)
    say("passed over " + base::counted(static_cast<long>(report.bad), "bad document", "bad documents") +
        (report.bad > report.complaints.size() ? ", of which the first are named above" : ""));
  say_all(report.notes);
}

void print_report(const Options& options, const retrieve::Bm25IndexReport& report,
                  const collection::CollectionReader& reader) {
  const std::pair<const char*, std::uint64_t> rows[] = {
      {"documents", report.documents},  {options.has_passages ? "passages" : "with_terms", report.passages},
      {"terms", report.terms},          {"bytes", report.bytes},
      {"files", reader.report().files}, {"bad", reader.report().bad},
      {"duplicates", report.duplicates}};
  if (parse_format(options.format) == report::Format::kJson) {
    format::Json json = {{"index", options.index}, {"kind", "bm25"}, {"type", name_of(reader.type())}};
    for (const auto& [name, value] : rows) json[name] = value;
    return print(bench::json_text(json));
  }
  report::Table table;
  table.columns = {{"BM25 index of type " + std::string(name_of(reader.type())), report::Table::Align::kLeft},
                   {options.index}};
  for (const auto& [name, value] : rows) table.rows.push_back({name, grouped(static_cast<long>(value))});
  print(render(table, parse_format(options.format)));
}

void say_oddities(const retrieve::Bm25IndexReport& report) {
  const auto count = [](std::uint64_t number, const char* one, const char* many) {
    return base::counted(static_cast<long>(number), one, many);
  };
  if (report.duplicates > 0)
    say("passed over " + count(report.duplicates, "document", "documents") + " whose id had come before");
  if (report.empty > 0)
    say(count(report.empty, "document has", "documents have") + " no word to search for; nothing finds them");
  if (report.cut > 0) say("cut " + count(report.cut, "text", "texts") + " after 8,000,000 words");
}

void run_index(const Options& options) {
  parse_format(options.format);
  if (options.index.empty()) throw base::BadUsage("--index names the folder for the index; it is empty");
  const auto* const type = type_of(options);
  const auto request = request_of(options);
  if (!options.is_forced && is_bm25_index_of(request)) {
    say(options.index + ": the index of this collection is complete; --force makes it anew");
    return;
  }
  collection::CollectionReader reader(options.collection, type);
  if (const auto found = finished_positions(request); found > 0)
    say(options.index + ": goes on after " + grouped(static_cast<long>(found)) + " documents");
  const InterruptWatch watch;
  ProgressView view(options.index);
  view.show("indexed", 0, kUnknownTotal, 0);
  try {
    const auto report = build_bm25_index(reader, request, [&](std::uint64_t done, std::uint64_t found) {
      view.show("indexed", static_cast<long>(done), kUnknownTotal, static_cast<long>(found));
      check_interrupt();
    });
    say_report(reader.report());
    say_oddities(report);
    print_report(options, report, reader);
  } catch (...) {
    say_report(reader.report());
    throw;
  }
}

std::string type_help() {
  std::string text;
  for (const auto& type : collection::collection_types())
    text += "  " + std::string(name_of(type)) + std::string(12 - std::min<std::size_t>(11, name_of(type).size()), ' ') +
            std::string(explanation_of(type)) + "\n";
  return text;
}

}  // namespace

void set_up_index(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--collection", options->collection,
                 "a file, or a folder with all files below it; plain, compressed or archives")
      ->type_name("PATH")
      ->required();
  app.add_option("--type", options->type, "how its documents are written; recognised where it is not said")
      ->type_name("NAME");
  app.add_option("--index", options->index,
                 "folder for the index; an index that is there stays until the new one is complete")
      ->type_name("FOLDER")
      ->required();
  auto* const passages = app.add_flag("--passages", options->has_passages,
                                      "index passages; a document's score is that of its best one (MaxP)");
  app.add_option("--words", options->size.words, "words of a passage")
      ->check(CLI::Range(1, 1000000))
      ->needs(passages)
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--overlap", options->size.overlap, "words that a passage shares with the one before")
      ->check(CLI::Range(0, 999999))
      ->needs(passages)
      ->type_name("N")
      ->capture_default_str();
  app.add_flag("--force", options->is_forced, "make the index anew, though the folder has one of this collection");
  add_format(app, options->format);
  app.footer(
      "Reads a collection of documents of any size and makes it searchable by BM25 (heed search). Titles and texts "
      "are\n"
      "analysed as Lucene's EnglishAnalyzer does. Work that was cut off, by Ctrl-C, a crash or a full disk, goes on "
      "with\n"
      "the same command.\n"
      "  heed index --collection disks45 --index disks45.index\n"
      "Types of collections:\n" +
      type_help() + "Bad documents are passed over and counted; the first are named on stderr.");
  app.callback([options] { run_index(*options); });
}

}  // namespace heed::cli
