#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "bench/json_results.h"
#include "cli/command.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "collection/beir.h"
#include "collection/collection_reader.h"
#include "collection/dataset.h"
#include "collection/run.h"
#include "collection/topics.h"
#include "retrieve/index_folder.h"
#include "text/passages.h"

namespace heed::cli {

namespace fs = std::filesystem;
using base::BadInput;
using format::Json;

namespace {

struct Options {
  std::vector<std::string> paths;
  std::string as;
  std::string format = "text";
};

/// What a file or folder holds, as names and values in the order to show them.
using Facts = Json;

void add_notes(Facts& facts, const std::vector<std::string>& notes) {
  if (!notes.empty()) facts["notes"] = notes;
}

Facts inspect_run(const fs::path& path) {
  const auto run = collection::read_run(path);
  Facts facts = {{"format", "TREC run"}, {"tag", run.tag}, {"queries", run.lists().size()}, {"results", run.size()}};
  add_notes(facts, run.notes);
  return facts;
}

Facts inspect_judgments(const fs::path& path) {
  const auto judgments = collection::read_judgments(path);
  long relevant = 0;
  for (const auto& list : judgments.lists())
    for (const auto& entry : list.entries()) relevant += entry.value > 0;
  Facts facts = {{"format", "judgments"},
                 {"queries", judgments.lists().size()},
                 {"judgments", judgments.size()},
                 {"relevant", relevant}};
  add_notes(facts, judgments.notes);
  return facts;
}

Facts inspect_topics(const fs::path& path) {
  const auto topics = collection::read_topics(path);
  long titles = 0, descriptions = 0, narratives = 0;
  for (const auto& topic : topics.topics) {
    titles += !topic.title.empty();
    descriptions += !topic.description.empty();
    narratives += !topic.narrative.empty();
  }
  Facts facts = {{"format", "topics"},
                 {"topics", topics.topics.size()},
                 {"titles", titles},
                 {"descriptions", descriptions},
                 {"narratives", narratives}};
  add_notes(facts, topics.notes);
  return facts;
}

Facts inspect_instruction_data(const fs::path& path) {
  const auto data = collection::read_instruction_dataset(path);
  long candidates = 0, relevant_og = 0, relevant_changed = 0;
  for (const auto& topic : data.topics) {
    candidates += static_cast<long>(topic.candidates_og.size());
    for (const auto& entry : data.judgments_og.find(topic.id)->entries()) relevant_og += entry.value > 0;
    for (const auto& entry : data.judgments_changed.find(topic.id)->entries()) relevant_changed += entry.value > 0;
  }
  Json arms = Json::array();
  for (const auto arm : data.arms()) arms.push_back(name_of(arm));
  Facts facts = {{"format", "instruction benchmark"},
                 {"layout", data.layout},
                 {"topics", data.topics.size()},
                 {"documents", data.corpus.documents().size()},
                 {"candidates", candidates},
                 {"judgments_og", data.judgments_og.size()},
                 {"judgments_changed", data.judgments_changed.size()},
                 {"relevant_og", relevant_og},
                 {"relevant_changed", relevant_changed},
                 {"arms", arms},
                 {"sha256", data.fingerprint().hex()}};
  add_notes(facts, data.notes);
  return facts;
}

Facts inspect_beir(const fs::path& path) {
  const auto data = collection::read_beir(path);
  Facts facts = {{"format", "BEIR collection"},
                 {"documents", data.corpus.documents().size()},
                 {"queries", data.queries.topics.size()},
                 {"judged_queries", data.judgments.lists().size()},
                 {"judgments", data.judgments.size()}};
  add_notes(facts, data.notes);
  return facts;
}

Facts inspect_collection(const fs::path& path) {
  collection::CollectionReader reader(path);
  std::optional<collection::CollectionDocument> first;
  std::uint64_t words = 0;
  while (const auto stretch = reader.next(1000)) {
    for (const auto& document : stretch->documents)
      words += text::count_words(document.title) + text::count_words(document.text);
    if (!first && !stretch->documents.empty()) first = stretch->documents.front();
  }
  const collection::ReadingReport report = reader.report();
  Facts facts = {{"format", "collection"}, {"type", name_of(reader.type())},
                 {"files", report.files},  {"documents", report.documents},
                 {"bad", report.bad},      {"words", words}};
  if (first) {
    facts["first_id"] = first->id;
    facts["first_title"] = first->title;
  }
  if (!report.complaints.empty()) facts["complaints"] = report.complaints;
  add_notes(facts, report.notes);
  return facts;
}

/// Whether the path is a collection of a type that nothing else could be taken for.
bool is_collection_alone(const fs::path& path) {
  if (!fs::is_regular_file(path)) return false;
  try {
    const std::string_view type = name_of(collection::CollectionReader(path).type());
    return type != "beir" && type != "msmarco";
  } catch (const BadInput&) {
    return false;
  }
}

struct Kind {
  std::string_view name;
  Facts (*inspect)(const fs::path& path);
};
constexpr Kind kKinds[] = {{"run", inspect_run},       {"judgments", inspect_judgments},
                           {"topics", inspect_topics}, {"instruction", inspect_instruction_data},
                           {"beir", inspect_beir},     {"collection", inspect_collection}};

/// A file is tried as each kind of file; where none fits, the complaints of all are given, on one line. A collection
/// is recognised before, by its first bytes, so that it is not read whole as something else, but where its lines could
/// be topics.
Facts inspect_file(const fs::path& path) {
  if (is_collection_alone(path)) return inspect_collection(path);
  std::string complaints;
  for (const Kind& kind : {kKinds[0], kKinds[1], kKinds[2]}) {
    try {
      return kind.inspect(path);
    } catch (const BadInput& complaint) {
      complaints += "; as " + std::string(kind.name) + ": " + complaint.what();
    }
  }
  try {
    return inspect_collection(path);
  } catch (const BadInput& complaint) {
    complaints += "; as collection: " + std::string(complaint.what());
  }
  throw BadInput(path.string() + ": is no run, judgments or topics that heed can read" + complaints);
}

Facts inspect_index(const fs::path& path) {
  const retrieve::IndexHead head = retrieve::read_index_head(path);
  Facts facts = {{"format", "index"}, {"kind", head.kind}, {"documents", head.documents}};
  for (const char* const name : {"model", "method", "vectors", "terms", "passages"})
    if (head.details.contains(name)) facts[name] = head.details[name];
  return facts;
}

/// An index, a data set in one of its layouts, or else a collection; of a folder that is neither, the data set's
/// complaint.
Facts inspect_folder(const fs::path& path) {
  if (retrieve::has_index(path)) return inspect_index(path);
  if (collection::has_beir_layout(path)) return inspect_beir(path);
  if (std::ranges::any_of(collection::layouts(), [&](const auto& layout) { return layout.recognises(path); }))
    return inspect_instruction_data(path);
  const auto is_collection = [&] {
    try {
      collection::CollectionReader reader(path);
      return true;
    } catch (const BadInput&) {
      return false;
    }
  };
  return is_collection() ? inspect_collection(path) : inspect_instruction_data(path);
}

Facts inspect(const std::string& path, const std::string& as) {
  if (!as.empty()) {
    for (const Kind& kind : kKinds)
      if (kind.name == as) return kind.inspect(path);
    throw base::BadUsage("--as is run, judgments, topics, instruction, beir or collection, not " + as);
  }
  if (!fs::exists(path)) throw BadInput(path + ": there is no such file or folder");
  if (!fs::is_directory(path)) return inspect_file(path);
  return inspect_folder(path);
}

std::string spelled(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& part : value) text += (text.empty() ? "" : "; ") + spelled(part);
  return text;
}

void run_inspect(const Options& options) {
  const report::Format format = parse_format(options.format);
  Json all = Json::object();
  report::Table table;
  table.columns = {
      {"path", report::Table::Align::kLeft}, {"", report::Table::Align::kLeft}, {"", report::Table::Align::kLeft}};
  for (const std::string& path : options.paths) {
    const Facts facts = inspect(path, options.as);
    for (const auto& [name, value] : facts.items()) table.rows.push_back({path, name, spelled(value)});
    all[path] = facts;
  }
  print(format == report::Format::kJson ? bench::json_text(all) : render(table, format));
}

}  // namespace

void set_up_inspect(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("paths", options->paths, "runs, judgments, topics, data sets, collections")
      ->type_name("PATH")
      ->required();
  app.add_option("--as", options->as, "read as this kind, and say what is wrong where it is not")
      ->type_name("run|judgments|topics|instruction|beir|collection");
  add_format(app, options->format);
  app.footer(
      "Reads each file or folder whole, as the other commands do, and says what it holds.\n"
      "  heed inspect topics.robust04.txt core17-instructions");
  app.callback([options] { run_inspect(*options); });
}

}  // namespace heed::cli
