#include "curate/curation.h"

#include <array>
#include <functional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "collection/judgments.h"
#include "format/fields.h"
#include "format/json.h"
#include "format/jsonl.h"

namespace heed::curate {

namespace fs = std::filesystem;
using format::Json;
using format::JsonlReader;

namespace {

struct DecisionRow {
  Decision decision;
  std::string_view name;
};
constexpr std::array<DecisionRow, 3> kDecisions = {{
    {Decision::kRelevant, "relevant"},
    {Decision::kNotRelevant, "not_relevant"},
    {Decision::kUnsure, "unsure"},
}};

/// What the files read so far know, for those that refer to them.
struct Known {
  std::unordered_set<std::string> topics, pooled, documents, altered;
  std::set<std::pair<std::string, std::string>> pool, judged;
};

std::string filled_text(JsonlReader& line, std::string_view key) {
  const std::string_view text = line.text(key);
  if (format::trimmed(text).empty()) line.fail("\"" + std::string(key) + "\" is empty");
  return std::string(text);
}

std::optional<std::string> owned(std::optional<std::string_view> text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

std::string known_topic(JsonlReader& line, const Known& known) {
  std::string topic(line.id({"topic"}));
  if (!known.topics.contains(topic)) line.fail("there is no topic " + topic + " in " + std::string(kTopicsFile));
  return topic;
}

/// Reads the lines of a file of the folder, if it is there.
void read_lines(const fs::path& path, const std::function<void(JsonlReader&)>& read_line) {
  if (!base::is_there(path)) return;
  JsonlReader line(path);
  while (line.next()) read_line(line);
}

CurationTopic read_topic(JsonlReader& line, Known& known) {
  CurationTopic topic{std::string(line.id({"id"})), filled_text(line, "query"), filled_text(line, "instruction")};
  if (!known.topics.insert(topic.id).second) line.fail("topic " + topic.id + " is given twice");
  return topic;
}

PooledDocument read_pooled(JsonlReader& line, Known& known) {
  PooledDocument pooled;
  pooled.topic = known_topic(line, known);
  pooled.document = line.id({"document"});
  const long grade = line.integer("grade");
  if (grade < 0 || grade > collection::kLargestGrade)
    line.fail("grade is none of 0 to " + std::to_string(collection::kLargestGrade) + ": " + std::to_string(grade));
  pooled.grade = static_cast<int>(grade);
  pooled.source = line.text("source");
  if (!known.pool.emplace(pooled.topic, pooled.document).second)
    line.fail("document " + pooled.document + " is twice in the pool of topic " + pooled.topic);
  known.pooled.insert(pooled.document);
  return pooled;
}

CuratedDocument read_document(JsonlReader& line, Known& known) {
  CuratedDocument document{std::string(line.id({"id"})), std::string(line.optional_text("title").value_or("")),
                           std::string(line.text("text"))};
  if (!known.pooled.contains(document.id))
    line.fail("document " + document.id + " is in no pool of " + std::string(kPoolFile));
  if (!known.documents.insert(document.id).second) line.fail("document " + document.id + " is given twice");
  return document;
}

Alteration read_alteration(JsonlReader& line, Known& known) {
  Alteration alteration{known_topic(line, known), filled_text(line, "instruction"),
                        owned(line.optional_text("keywords")), owned(line.optional_text("short_query"))};
  if (!known.altered.insert(alteration.topic).second)
    line.fail("topic " + alteration.topic + " has two altered instructions");
  return alteration;
}

Rejudgment read_rejudgment(JsonlReader& line, Known& known) {
  Rejudgment rejudgment;
  rejudgment.topic = known_topic(line, known);
  rejudgment.document = line.id({"document"});
  const std::string_view name = line.text("decision");
  const auto decision = decision_named(name);
  if (!decision) line.fail("decision is relevant, not_relevant or unsure, not " + std::string(name));
  rejudgment.decision = *decision;
  rejudgment.note = line.optional_text("note").value_or("");
  const std::pair place(rejudgment.topic, rejudgment.document);
  if (!known.pool.contains(place))
    line.fail("document " + rejudgment.document + " is not in the pool of topic " + rejudgment.topic);
  if (!known.judged.insert(place).second)
    line.fail("document " + rejudgment.document + " is judged twice for topic " + rejudgment.topic);
  return rejudgment;
}

/// A text for each thing, from what makes its line.
template <class Thing, class ToJson>
std::string lines_text(const std::vector<Thing>& things, const ToJson& to_json) {
  std::string text;
  for (const Thing& thing : things) text += to_json(thing).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return text;
}

}  // namespace

std::string_view name_of(Decision decision) {
  for (const DecisionRow& row : kDecisions)
    if (row.decision == decision) return row.name;
  throw base::Bug("a decision without a name");
}

std::optional<Decision> decision_named(std::string_view name) {
  for (const DecisionRow& row : kDecisions)
    if (row.name == name) return row.decision;
  return std::nullopt;
}

Curation read_curation(const fs::path& folder) {
  if (!base::is_there(folder / kTopicsFile))
    throw base::BadInput(folder.string() + ": is no curation folder: it has no " + std::string(kTopicsFile) +
                         " (heed curate topics makes it)");
  Curation curation;
  Known known;
  read_lines(folder / kTopicsFile, [&](auto& line) { curation.topics.push_back(read_topic(line, known)); });
  read_lines(folder / kPoolFile, [&](auto& line) { curation.pool.push_back(read_pooled(line, known)); });
  read_lines(folder / kDocumentsFile, [&](auto& line) { curation.documents.push_back(read_document(line, known)); });
  read_lines(folder / kAlterationsFile,
             [&](auto& line) { curation.alterations.push_back(read_alteration(line, known)); });
  read_lines(folder / kRejudgmentsFile,
             [&](auto& line) { curation.rejudgments.push_back(read_rejudgment(line, known)); });
  return curation;
}

std::string topics_text(const std::vector<CurationTopic>& topics) {
  return lines_text(topics, [](const CurationTopic& topic) {
    return Json{{"id", topic.id}, {"query", topic.query}, {"instruction", topic.instruction}};
  });
}

std::string pool_text(const std::vector<PooledDocument>& pool) {
  return lines_text(pool, [](const PooledDocument& pooled) {
    return Json{
        {"topic", pooled.topic}, {"document", pooled.document}, {"grade", pooled.grade}, {"source", pooled.source}};
  });
}

std::string documents_text(const std::vector<CuratedDocument>& documents) {
  return lines_text(documents, [](const CuratedDocument& document) {
    return Json{{"id", document.id}, {"title", document.title}, {"text", document.text}};
  });
}

std::string alterations_text(const std::vector<Alteration>& alterations) {
  return lines_text(alterations, [](const Alteration& alteration) {
    Json line = {{"topic", alteration.topic}, {"instruction", alteration.instruction}};
    if (alteration.keywords) line["keywords"] = *alteration.keywords;
    if (alteration.short_query) line["short_query"] = *alteration.short_query;
    return line;
  });
}

std::string rejudgments_text(const std::vector<Rejudgment>& rejudgments) {
  return lines_text(rejudgments, [](const Rejudgment& rejudgment) {
    Json line = {
        {"topic", rejudgment.topic}, {"document", rejudgment.document}, {"decision", name_of(rejudgment.decision)}};
    if (!rejudgment.note.empty()) line["note"] = rejudgment.note;
    return line;
  });
}

}  // namespace heed::curate
