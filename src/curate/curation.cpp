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
#include "format/encoding.h"
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

/// What topics and pool of a curation know.
Known known_of(const Curation& curation) {
  Known known;
  for (const CurationTopic& topic : curation.topics) known.topics.insert(topic.id);
  for (const PooledDocument& pooled : curation.pool) known.pool.emplace(pooled.topic, pooled.document);
  return known;
}

std::string filled_text(JsonlReader& line, std::string_view key) {
  const std::string_view text = line.text(key);
  if (format::trimmed(text).empty()) line.fail("\"" + std::string(key) + "\" is empty");
  return std::string(text);
}

std::optional<std::string> owned(std::optional<std::string_view> text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

/// What to do where an earlier step was done anew.
constexpr std::string_view kAdvice = "; take the line out, or make the file anew";

/// An id that can be printed as it is.
std::string plain_id(JsonlReader& line, std::string_view key) {
  std::string id(line.id({key}));
  if (const auto fault = id_fault(id)) line.fail("\"" + std::string(key) + "\" " + *fault);
  return id;
}

std::string known_topic(JsonlReader& line, const Known& known) {
  std::string topic = plain_id(line, "topic");
  if (!known.topics.contains(topic))
    line.fail("there is no topic " + topic + " in " + std::string(kTopicsFile) + std::string(kAdvice));
  return topic;
}

/// Reads the lines of a file of the folder, if it is there.
void read_lines(const fs::path& path, const std::function<void(JsonlReader&)>& read_line) {
  if (!base::is_there(path)) return;
  JsonlReader line(path);
  while (line.next()) read_line(line);
}

CurationTopic read_topic(JsonlReader& line, Known& known) {
  CurationTopic topic{plain_id(line, "id"), filled_text(line, "query"), filled_text(line, "instruction")};
  if (!known.topics.insert(topic.id).second) line.fail("topic " + topic.id + " is given twice");
  return topic;
}

PooledDocument read_pooled(JsonlReader& line, Known& known) {
  PooledDocument pooled;
  pooled.topic = known_topic(line, known);
  pooled.document = plain_id(line, "document");
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
  CuratedDocument document{plain_id(line, "id"), std::string(line.optional_text("title").value_or("")),
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
  rejudgment.document = plain_id(line, "document");
  const std::string_view name = line.text("decision");
  const auto decision = decision_named(name);
  if (!decision) line.fail("decision is relevant, not_relevant or unsure, not " + std::string(name));
  rejudgment.decision = *decision;
  rejudgment.note = line.optional_text("note").value_or("");
  const std::pair place(rejudgment.topic, rejudgment.document);
  if (!known.pool.contains(place))
    line.fail("document " + rejudgment.document + " is not in the pool of topic " + rejudgment.topic +
              std::string(kAdvice));
  if (!known.judged.insert(place).second)
    line.fail("document " + rejudgment.document + " is judged twice for topic " + rejudgment.topic);
  return rejudgment;
}

/// What the lines of a file say, of which there has to be one.
template <class Thing>
std::vector<Thing> read_things(const fs::path& path, Known known, Thing (*read_line)(JsonlReader&, Known&)) {
  std::vector<Thing> things;
  JsonlReader line(path);
  while (line.next()) things.push_back(read_line(line, known));
  if (things.empty()) throw base::BadInput(path.string() + ": has no lines, so there is nothing to take");
  return things;
}

/// Throws BadInput for an id that could not be read again.
void require_id(std::string_view kind, const std::string& id) {
  if (const auto fault = id_fault(id))
    throw base::BadInput("the id of a " + std::string(kind) + " " + *fault + ": " +
                         Json(id).dump(-1, ' ', true, Json::error_handler_t::replace));
}

/// A text for each thing, from what makes its line.
template <class Thing, class ToJson>
std::string lines_text(const std::vector<Thing>& things, const ToJson& to_json) {
  std::string text;
  for (const Thing& thing : things) text += format::compact(to_json(thing)) + "\n";
  return text;
}

}  // namespace

std::optional<std::string> id_fault(std::string_view id) {
  if (!format::is_utf8(id)) return "is not UTF-8";
  for (std::size_t i = 0; i < id.size(); ++i) {
    const auto byte = static_cast<unsigned char>(id[i]);
    const bool is_upper_control = byte == 0xC2 && static_cast<unsigned char>(id[i + 1]) < 0xA0;  // U+0080 to U+009F
    if (byte < 0x20 || byte == 0x7F || is_upper_control) return "has a control character in it";
  }
  return std::nullopt;
}

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
  return read_curation_until(folder, kRejudgmentsFile);
}

Curation read_curation_until(const fs::path& folder, std::string_view last) {
  if (!base::is_there(folder / kTopicsFile))
    throw base::BadInput(folder.string() + ": is no curation folder: it has no " + std::string(kTopicsFile) +
                         " (heed curate topics makes it)");
  Curation made;
  Known known;
  const std::pair<std::string_view, std::function<void(JsonlReader&)>> files[] = {
      {kTopicsFile, [&](JsonlReader& line) { made.topics.push_back(read_topic(line, known)); }},
      {kPoolFile, [&](JsonlReader& line) { made.pool.push_back(read_pooled(line, known)); }},
      {kDocumentsFile, [&](JsonlReader& line) { made.documents.push_back(read_document(line, known)); }},
      {kAlterationsFile, [&](JsonlReader& line) { made.alterations.push_back(read_alteration(line, known)); }},
      {kRejudgmentsFile, [&](JsonlReader& line) { made.rejudgments.push_back(read_rejudgment(line, known)); }}};
  for (const auto& [name, read_line] : files) {
    read_lines(folder / name, read_line);
    if (made.topics.empty()) throw base::BadInput((folder / kTopicsFile).string() + ": has no topics");
    if (name == last) break;
  }
  return made;
}

std::vector<Alteration> read_alterations(const fs::path& path, const Curation& curation) {
  return read_things(path, known_of(curation), read_alteration);
}

std::vector<Rejudgment> read_rejudgments(const fs::path& path, const Curation& curation) {
  return read_things(path, known_of(curation), read_rejudgment);
}

std::string topics_text(const std::vector<CurationTopic>& topics) {
  for (const CurationTopic& topic : topics) require_id("topic", topic.id);
  return lines_text(topics, [](const CurationTopic& topic) {
    return Json{{"id", topic.id}, {"query", topic.query}, {"instruction", topic.instruction}};
  });
}

std::string pool_text(const std::vector<PooledDocument>& pool) {
  for (const PooledDocument& pooled : pool) require_id("document", pooled.document);
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
