#include "report/results.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <tuple>

#include "base/ascii.h"
#include "base/error.h"
#include "collection/dataset.h"

namespace heed::report {

using format::Json;

namespace {

/// A value somewhere in an entry, which knows how to complain: `out/results.json: entry 2 (Core17): "p_mrr" is not a
/// number`.
class Node {
 public:
  Node(const Json& json, const std::string& where, std::string path = "")
      : json_(&json), where_(&where), path_(std::move(path)) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw base::BadInput(*where_ + ": " + (path_.empty() ? "it" : "\"" + path_ + "\"") + " " + what);
  }

  bool has(const char* key) const { return object().json_->contains(key); }

  Node at(const char* key) const {
    const auto found = object().json_->find(key);
    if (found == json_->end()) throw base::BadInput(*where_ + ": there is no \"" + below(key) + "\"");
    return {*found, *where_, below(key)};
  }

  std::string text() const {
    if (!json_->is_string()) fail("is not a string");
    return json_->get<std::string>();
  }
  /// The text of the key, or nothing where there is no such key.
  std::string text_or(const char* key, const std::string& otherwise) const {
    return has(key) ? at(key).text() : otherwise;
  }
  double number() const {
    if (!json_->is_number()) fail("is not a number");
    return json_->get<double>();
  }
  long integer() const {
    if (!json_->is_number_integer()) fail("is not an integer");
    return json_->get<long>();
  }
  bool truth() const {
    if (!json_->is_boolean()) fail("is neither true nor false");
    return json_->get<bool>();
  }
  bool is_null() const { return json_->is_null(); }
  bool is_list() const { return json_->is_array(); }

  std::vector<Node> list() const {
    if (!is_list()) fail("is not a list");
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < json_->size(); ++i)
      nodes.emplace_back((*json_)[i], *where_, path_ + "[" + std::to_string(i) + "]");
    return nodes;
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> texts;
    for (const Node& node : list()) texts.push_back(node.text());
    return texts;
  }
  std::vector<std::pair<std::string, Node>> members() const {
    std::vector<std::pair<std::string, Node>> nodes;
    for (const auto& [key, value] : object().json_->items()) nodes.emplace_back(key, Node(value, *where_, below(key)));
    return nodes;
  }

 private:
  const Node& object() const {
    if (!json_->is_object()) fail("is not an object");
    return *this;
  }
  std::string below(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

  const Json* json_;
  const std::string* where_;
  std::string path_;
};

std::pair<double, double> two_numbers(const Node& node) {
  const auto list = node.list();
  if (list.size() != 2) node.fail("is not a list of two numbers");
  return {list[0].number(), list[1].number()};
}

eval::RankRange ranks_of(const Node& node) {
  eval::RankRange range;
  if (node.is_list()) {
    const auto list = node.list();
    if (list.size() != 2) node.fail("is neither a rank nor a list of two");
    range = {list[0].integer(), list[1].integer()};
  } else {
    range = {node.integer(), node.integer()};
  }
  if (range.first < 1 || range.last < range.first) node.fail("is no rank");
  return range;
}

Values values_of(const Node& node) {
  Values values;
  for (const auto& [name, value] : node.members())
    if (!value.is_null()) values.emplace_back(name, value.number());
  return values;
}

std::vector<ResultArm> arms_of(const Node& node) {
  std::vector<ResultArm> arms;
  for (const collection::ArmRow& row : collection::kArms)
    if (const std::string name(row.name); node.has(name.c_str()))
      arms.push_back({name, values_of(node.at(name.c_str()))});
  return arms;
}

ResultFlip flip_of(const Node& node) {
  return {.document = node.at("document").text(),
          .title = node.text_or("title", ""),
          .grade_og = node.at("grade_og").integer(),
          .grade_changed = node.at("grade_changed").integer(),
          .before = ranks_of(node.at("rank_og")),
          .after = ranks_of(node.at("rank_changed")),
          .is_tied = node.at("tied").truth(),
          .p_mrr = node.at("p_mrr").number()};
}

ResultTopic topic_of(const std::string& id, const Node& node) {
  ResultTopic topic;
  topic.id = id;
  topic.query = node.text_or("query", "");
  topic.instruction_og = node.text_or("instruction_og", "");
  topic.instruction_changed = node.text_or("instruction_changed", "");
  if (const Node value = node.at("p_mrr"); !value.is_null()) topic.p_mrr = value.number();
  for (const Node& flip : node.at("flipped").list()) topic.flipped.push_back(flip_of(flip));
  return topic;
}

Obedience obedience_of(const Node& entry) {
  Obedience obedience;
  obedience.p_mrr = entry.at("p_mrr").number();
  std::tie(obedience.interval.low, obedience.interval.high) = two_numbers(entry.at("p_mrr_ci"));
  obedience.queries = entry.at("p_mrr_queries").integer();
  obedience.changed_pairs = entry.at("changed_pairs").integer();
  const Node ties = entry.at("ties");
  obedience.ties = ties.at("policy").text();
  obedience.tied_documents = ties.at("tied_documents").integer();
  obedience.tied_flipped = ties.at("tied_flipped").integer();
  return obedience;
}

Kind kind_of(const Node& node) {
  constexpr std::pair<std::string_view, Kind> kKinds[] = {
      {"instruction", Kind::kInstruction}, {"retrieval", Kind::kRetrieval}, {"robustness", Kind::kRobustness}};
  const std::string name = node.text();
  const auto* const found = std::ranges::find(kKinds, name, &std::pair<std::string_view, Kind>::first);
  if (found == std::end(kKinds)) node.fail("is none of instruction, retrieval, robustness");
  return found->second;
}

/// The measure of the paper's score column for a task (Weller et al. 2024, table 2), for files that do not say.
std::string usual_headline(Kind kind, std::string_view task) {
  if (kind != Kind::kInstruction) return "ndcg_cut_10";
  return base::lower_case(task).find("news21") == std::string::npos ? "map_cut_1000" : "ndcg_cut_5";
}

Robustness robustness_of(const Node& node) {
  return {node.at("measure").text(), node.at("value").number(), node.at("groups").integer(),
          node.at("queries").integer()};
}

Work work_of(const Node& node) {
  Work work;
  work.pairs = node.at("pairs").integer();
  if (node.has("embedded"))
    work.embedded = {node.at("embedded").at("queries").integer(), node.at("embedded").at("documents").integer()};
  return work;
}

void read_figures(const Node& node, ResultEntry& entry) {
  if (entry.kind == Kind::kInstruction && node.has("p_mrr")) {
    entry.obedience = obedience_of(node);
    for (const auto& [id, topic] : node.at("per_query").members()) entry.per_query.push_back(topic_of(id, topic));
  }
  entry.correct = arms_of(node);
  if (node.has("paper")) entry.paper = arms_of(node.at("paper"));
  if (entry.kind == Kind::kRobustness) entry.robustness = robustness_of(node.at("robustness"));
  if (node.has("work")) entry.work = work_of(node.at("work"));
}

ResultEntry entry_of(const Node& node, const std::string& source) {
  ResultEntry entry;
  entry.source = source;
  entry.task = node.at("task").text();
  entry.model = node.at("model").text();
  entry.recipe = node.at("recipe").text();
  if (node.has("kind")) entry.kind = kind_of(node.at("kind"));
  entry.headline = node.text_or("headline", usual_headline(entry.kind, entry.task));
  entry.ranked = node.text_or("ranked", "");
  if (node.has("collection")) entry.collection = node.at("collection").at("documents").integer();
  entry.heed_version = node.at("heed_version").text();
  entry.model_identity = node.at("model_identity").text();
  entry.dtype = node.at("dtype").text();
  const Node data = node.at("data");
  entry.layout = data.at("layout").text();
  entry.sha256 = data.at("sha256").text();
  entry.topics = data.at("topics").integer();
  entry.documents = data.at("documents").integer();
  entry.candidates = data.at("candidates").integer();
  if (node.has("notes")) entry.notes = node.at("notes").texts();
  read_figures(node, entry);
  return entry;
}

}  // namespace

std::optional<double> find_value(const Values& values, std::string_view name) {
  const auto found = std::ranges::find(values, name, &std::pair<std::string, double>::first);
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

const Values* ResultEntry::arm(Pairing pairing, std::string_view name) const {
  const auto& arms = pairing == Pairing::kCorrect ? correct : paper;
  const auto found = std::ranges::find(arms, name, &ResultArm::name);
  return found == arms.end() ? nullptr : &found->values;
}

std::optional<double> ResultEntry::value(Pairing pairing, std::string_view arm_name, std::string_view measure) const {
  const Values* const values = arm(pairing, arm_name);
  return values == nullptr ? std::nullopt : find_value(*values, measure);
}

std::vector<ResultEntry> parse_results(const Json& document, const std::string& source) {
  if (!document.is_array()) throw base::BadInput(source + ": is not a list of results");
  if (document.empty()) throw base::BadInput(source + ": there are no results in it");
  std::vector<ResultEntry> entries;
  for (std::size_t i = 0; i < document.size(); ++i) {
    std::string where = source + ": entry " + std::to_string(i + 1);
    const Json& entry = document[i];
    if (entry.is_object() && entry.contains("task") && entry["task"].is_string())
      where += " (" + entry["task"].get<std::string>() + ")";
    entries.push_back(entry_of(Node(entry, where), source));
  }
  return entries;
}

std::vector<ResultEntry> read_results(const std::vector<std::filesystem::path>& paths) {
  std::vector<ResultEntry> all;
  std::map<std::tuple<std::string, std::string, std::string, bool>, std::string> files;
  for (const std::filesystem::path& path : paths) {
    const auto file = std::filesystem::is_directory(path) ? path / "results.json" : path;
    for (ResultEntry& entry : parse_results(format::read_json(file), file.string())) {
      const auto [first, is_new] =
          files.try_emplace({entry.model, entry.recipe, entry.task, entry.collection.has_value()}, file.string());
      if (!is_new)
        throw base::BadInput(file.string() + ": " + entry.model + " (recipe " + entry.recipe + ") on " + entry.task +
                             " is in " + first->second + " too; give one of them");
      all.push_back(std::move(entry));
    }
  }
  return all;
}

}  // namespace heed::report
