#include <filesystem>

#include "base/error.h"
#include "bench/json_results.h"
#include "cli/command.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "collection/beir.h"
#include "collection/dataset.h"
#include "collection/run.h"
#include "collection/topics.h"

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

struct Kind {
  std::string_view name;
  Facts (*inspect)(const fs::path& path);
};
constexpr Kind kKinds[] = {{"run", inspect_run},
                           {"judgments", inspect_judgments},
                           {"topics", inspect_topics},
                           {"instruction", inspect_instruction_data},
                           {"beir", inspect_beir}};

/// A file is tried as each kind of file; where none fits, the complaints of all are given, on one line.
Facts inspect_file(const fs::path& path) {
  std::string complaints;
  for (const Kind& kind : {kKinds[0], kKinds[1], kKinds[2]}) {
    try {
      return kind.inspect(path);
    } catch (const BadInput& complaint) {
      complaints += "; as " + std::string(kind.name) + ": " + complaint.what();
    }
  }
  throw BadInput(path.string() + ": is no run, judgments or topics that heed can read" + complaints);
}

Facts inspect(const std::string& path, const std::string& as) {
  if (!as.empty()) {
    for (const Kind& kind : kKinds)
      if (kind.name == as) return kind.inspect(path);
    throw base::BadUsage("--as is run, judgments, topics, instruction or beir, not " + as);
  }
  if (!fs::exists(path)) throw BadInput(path + ": there is no such file or folder");
  if (!fs::is_directory(path)) return inspect_file(path);
  return collection::has_beir_layout(path) ? inspect_beir(path) : inspect_instruction_data(path);
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
  app.add_option("paths", options->paths, "runs, judgments, topics, data sets")->type_name("PATH")->required();
  app.add_option("--as", options->as, "read as this kind, and say what is wrong where it is not")
      ->type_name("run|judgments|topics|instruction|beir");
  add_format(app, options->format);
  app.footer(
      "Reads each file or folder whole, as the other commands do, and says what it holds.\n"
      "  heed inspect topics.robust04.txt core17-instructions");
  app.callback([options] { run_inspect(*options); });
}

}  // namespace heed::cli
