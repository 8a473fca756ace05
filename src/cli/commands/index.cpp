#include "base/error.h"
#include "bench/json_results.h"
#include "bench/score_store.h"
#include "cli/collection_index.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_options.h"
#include "cli/progress.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "collection/collection_reader.h"
#include "retrieve/bm25_builder.h"
#include "retrieve/dense_index.h"
#include "retrieve/index_folder.h"

namespace heed::cli {

namespace {

struct Options {
  std::string collection, type, index, format = "text";
  bool has_passages = false, is_forced = false;
  text::PassageSize size;
  ModelFlags model;  ///< of an index of vectors; "bm25" or none of one of words
  std::string method = std::string(infer::kNeighbourMethods.front().name);
  infer::VectorIndexSettings settings;
  std::vector<const CLI::Option*> of_vectors, of_hnsw, of_ivf;  ///< that belong to one kind of index alone
};

/// What a finished index is said to have.
using Rows = std::vector<std::pair<const char*, std::uint64_t>>;

/// The collection's reader would walk the index's own files.
void check_place(const Options& options) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (!fs::is_directory(collection::corpus_of(options.collection), ignored)) return;
  const fs::path below = fs::weakly_canonical(options.index, ignored)
                             .lexically_relative(fs::weakly_canonical(options.collection, ignored));
  if (below.empty() || *below.begin() == "..") return;
  for (const fs::path& name : below)
    if (name != "." && name.string().starts_with('.')) return;  // hidden, which no reader looks into
  throw base::BadUsage("--index " + options.index + " lies in --collection " + options.collection +
                       ", whose files are all read; name a folder elsewhere");
}

std::string identity_of(const Options& options) {
  const std::string identity = retrieve::collection_identity(options.collection);
  return options.type.empty() ? identity : identity + " " + options.type;
}

std::optional<text::PassageSize> passages_of(const Options& options) {
  if (!options.has_passages) return std::nullopt;
  if (options.size.overlap >= options.size.words) throw base::BadUsage("--overlap has to be less than --words");
  return options.size;
}

infer::VectorIndexSettings settings_of(const Options& options) {
  infer::VectorIndexSettings settings = options.settings;
  std::string known;
  for (const infer::NeighbourMethodRow& row : infer::kNeighbourMethods) {
    if (row.name == options.method) settings.method = row.method;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  if (name_of(settings.method) != options.method)
    throw base::BadUsage("there is no method " + options.method + "; known: " + known);
  settings.threads = threads();
  return settings;
}

/// What was read, but not as a document; said once, at the end or where the work stops.
void say_report(const collection::ReadingReport& report) {
  say_all(report.complaints);
  if (report.bad > 0)
    say("passed over " + base::counted(static_cast<long>(report.bad), "bad document", "bad documents") +
        (report.bad > report.complaints.size() ? ", of which the first are named above" : ""));
  say_all(report.notes);
}

void print_rows(const Options& options, const std::string& kind, const collection::CollectionReader& reader,
                Rows rows) {
  const collection::ReadingReport report = reader.report();
  rows.insert(rows.end(), {{"files", report.files}});
  if (parse_format(options.format) == report::Format::kJson) {
    format::Json json = {{"index", options.index}, {"kind", kind}, {"type", name_of(reader.type())}};
    for (const auto& [name, value] : rows) json[name] = value;
    return print(bench::json_text(json));
  }
  report::Table table;
  table.columns = {{kind + " index of type " + std::string(name_of(reader.type())), report::Table::Align::kLeft},
                   {options.index}};
  for (const auto& [name, value] : rows) table.rows.push_back({name, grouped(static_cast<long>(value))});
  print(render(table, parse_format(options.format)));
}

std::string count(std::uint64_t number, const char* one, const char* many) {
  return base::counted(static_cast<long>(number), one, many);
}

void say_duplicates(std::uint64_t duplicates) {
  if (duplicates > 0) say("passed over " + count(duplicates, "document", "documents") + " whose id had come before");
}

void say_complete(const Options& options) {
  say(options.index + ": the index of this collection is complete; --force makes it anew");
}

/// Reads the collection with the progress on stderr; `work` is called with the reader and what it tells of documents.
template <typename Work>
void read_collection(const Options& options, Work work) {
  collection::CollectionReader reader(options.collection, collection_type(options.type));
  const InterruptWatch watch;
  ProgressView view(options.index);
  view.show("indexed", 0, kUnknownTotal, 0);
  try {
    work(reader, [&](std::uint64_t done, std::uint64_t found) {
      view.show("indexed", static_cast<long>(done), kUnknownTotal, static_cast<long>(found));
      check_interrupt();
    });
  } catch (...) {
    say_report(reader.report());
    throw;
  }
}

void index_words(const Options& options) {
  refuse_given(options.of_vectors, "this is an index of words; --model makes one of vectors");
  const retrieve::Bm25IndexRequest request{.folder = options.index,
                                           .collection = identity_of(options),
                                           .passages = passages_of(options),
                                           .threads = threads()};
  if (!options.is_forced && is_bm25_index_of(request)) return say_complete(options);
  if (const auto found = finished_positions(request); found > 0)
    say(options.index + ": goes on after " + grouped(static_cast<long>(found)) + " documents");
  read_collection(options, [&](collection::CollectionReader& reader, const auto& progress) {
    const auto report = build_bm25_index(reader, request, progress);
    say_report(reader.report());
    say_duplicates(report.duplicates);
    if (report.empty > 0)
      say(count(report.empty, "document has", "documents have") + " no word to search for; nothing finds them");
    if (report.cut > 0)
      say("cut " + count(report.cut, "text", "texts") + " after " + grouped(retrieve::kMostTermsOfText) + " words");
    print_rows(options, "bm25", reader,
               {{"documents", report.documents},
                {request.passages ? "passages" : "with_terms", report.passages},
                {"terms", report.terms},
                {"bytes", report.bytes},
                {"duplicates", report.duplicates},
                {"bad", report.bad}});
  });
}

void index_vectors(const Options& options) {
  const auto settings = settings_of(options);
  const std::string is = "this is an index of the method " + options.method;
  if (settings.method != infer::NeighbourMethod::kHnsw) refuse_given(options.of_hnsw, is);
  if (settings.method != infer::NeighbourMethod::kIvf) refuse_given(options.of_ivf, is);
  const auto passages = passages_of(options);
  const retrieve::Model model = open_model(options.model);
  retrieve::require_vectors(model);
  retrieve::DenseIndexRequest request{.folder = options.index,
                                      .collection = identity_of(options),
                                      .model = model,
                                      .store = nullptr,
                                      .passages = passages,
                                      .settings = settings};
  if (!options.is_forced && is_dense_index_of(request)) return say_complete(options);
  read_collection(options, [&](collection::CollectionReader& reader, const auto& progress) {
    bench::ScoreStore store(std::filesystem::path(options.index) / "vectors.db");
    const auto vectors = store.vectors(model.identity());
    request.store = vectors.get();
    request.progress = [&](std::uint64_t done) { progress(done, 0); };
    const auto facts = build_dense_index(reader, request);
    say_report(reader.report());
    say_duplicates(facts.duplicates);
    print_rows(options, options.method, reader,
               {{"documents", facts.documents},
                {"vectors", facts.vectors},
                {"width", static_cast<std::uint64_t>(facts.width)},
                {"duplicates", facts.duplicates},
                {"bad", reader.report().bad}});
  });
}

void run_index(const Options& options) {
  parse_format(options.format);
  if (options.index.empty()) throw base::BadUsage("--index names the folder for the index; it is empty");
  check_place(options);
  retrieve::require_index_folder(options.index);
  if (options.model.model.empty() || options.model.model == "bm25") return index_words(options);
  index_vectors(options);
}

std::string method_help() {
  std::string text;
  for (const infer::NeighbourMethodRow& row : infer::kNeighbourMethods)
    text += "  " + std::string(row.name) + std::string(12 - row.name.size(), ' ') + std::string(row.explanation) + "\n";
  return text;
}

std::string type_help() {
  std::string text;
  for (const collection::CollectionType* const type : collection::collection_types())
    text += "  " + std::string(name_of(*type)) +
            std::string(12 - std::min<std::size_t>(11, name_of(*type).size()), ' ') +
            std::string(explanation_of(*type)) + "\n";
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
  add_model(app, options->model);
  add_remote_model(app, options->model);
  add_recipe_style(app, options->model);
  app.get_option("--model")->required(false)->description(
      "make an index of vectors by this bi-encoder: " + app.get_option("--model")->get_description() +
      ". Default: bm25, an index of words");
  auto* const method =
      app.add_option("--method", options->method, "how the nearest vectors are found: flat, hnsw or ivf")
          ->type_name("NAME")
          ->capture_default_str();
  auto* const links = app.add_option("--links", options->settings.links, "hnsw: links of a vector to others")
                          ->type_name("N")
                          ->check(CLI::Range(2, 512))
                          ->capture_default_str();
  auto* const construction = app.add_option("--construction", options->settings.construction,
                                            "hnsw: vectors in view while a place is looked for")
                                 ->type_name("N")
                                 ->check(CLI::Range(1, 100000))
                                 ->capture_default_str();
  auto* const cells =
      app.add_option("--cells", options->settings.cells,
                     "ivf: how many cells. Default: four times the square root of the number of vectors")
          ->type_name("N")
          ->check(CLI::Range(1, 10'000'000));
  options->of_vectors = {method, links, construction, cells};
  options->of_hnsw = {links, construction};
  options->of_ivf = {cells};
  app.add_flag("--force", options->is_forced, "make the index anew, though the folder has one of this collection");
  add_format(app, options->format);
  app.footer(
      "Reads a collection of documents of any size and makes it searchable (heed search): by BM25, with titles and "
      "texts\n"
      "analysed as Lucene's EnglishAnalyzer does, or by a bi-encoder's vectors, which are kept in FOLDER/vectors.db. "
      "Work\n"
      "that was cut off, by Ctrl-C, a crash or a full disk, goes on with the same command.\n"
      "  heed index --collection disks45 --index disks45.index\n"
      "  heed index --collection disks45 --index disks45.e5 --model E5-base-v2 --passages\n"
      "Methods of an index of vectors:\n" +
      method_help() + "Types of collections:\n" + type_help() +
      "Bad documents are passed over and counted; the first are named on stderr.");
  app.callback([options] { run_index(*options); });
}

}  // namespace heed::cli
