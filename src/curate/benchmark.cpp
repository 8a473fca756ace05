#include "curate/benchmark.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "format/json.h"
#include "text/passages.h"

namespace heed::curate {

using collection::Arm;
using format::Json;

namespace {

std::string spaced(const Json& json) {
  if (!json.is_structured()) return format::compact(json);
  std::string text;
  for (const auto& [key, value] : json.items()) {
    if (!text.empty()) text += ", ";
    if (json.is_object()) text += format::compact(Json(key)) + ": ";
    text += spaced(value);
  }
  return json.is_object() ? "{" + text + "}" : "[" + text + "]";
}

std::string line(const Json& json) {
  return spaced(json) + "\n";
}

struct ExportedCandidate {
  const PooledDocument* pooled = nullptr;
  int changed_grade = 0;
};

/// An altered topic with its candidates, in the order of the pool.
struct ExportedTopic {
  const CurationTopic* topic = nullptr;
  const Alteration* alteration = nullptr;
  std::vector<ExportedCandidate> candidates;
};

int changed_grade(const PooledDocument& pooled,
                  const std::map<std::pair<std::string, std::string>, Decision>& decisions) {
  const auto decision = decisions.find({pooled.topic, pooled.document});
  if (decision == decisions.end() || decision->second == Decision::kUnsure) return pooled.grade;
  return decision->second == Decision::kRelevant ? std::max(pooled.grade, 1) : 0;
}

std::vector<ExportedTopic> exported_topics(const Curation& curation) {
  std::map<std::string_view, const Alteration*> alterations;
  std::map<std::string_view, std::size_t> positions;
  std::map<std::pair<std::string, std::string>, Decision> decisions;
  for (const Alteration& alteration : curation.alterations) alterations[alteration.topic] = &alteration;
  for (const Rejudgment& judged : curation.rejudgments) decisions[{judged.topic, judged.document}] = judged.decision;
  std::vector<ExportedTopic> topics;
  for (const CurationTopic& topic : curation.topics) {
    const auto alteration = alterations.find(topic.id);
    if (alteration == alterations.end()) continue;
    positions[topic.id] = topics.size();
    topics.push_back({&topic, alteration->second, {}});
  }
  for (const PooledDocument& pooled : curation.pool)
    if (const auto found = positions.find(pooled.topic); found != positions.end())
      topics[found->second].candidates.push_back({&pooled, changed_grade(pooled, decisions)});
  return topics;
}

std::string corpus_text(const Curation& curation, const std::vector<ExportedTopic>& topics) {
  std::unordered_set<std::string_view> candidates;
  for (const ExportedTopic& topic : topics)
    for (const ExportedCandidate& candidate : topic.candidates) candidates.insert(candidate.pooled->document);
  std::string text;
  for (const CuratedDocument& document : curation.documents)
    if (candidates.contains(document.id))
      text += line({{"_id", document.id}, {"title", document.title}, {"text", document.text}});
  return text;
}

/// The judgments of one side; the ids of topics end in `ending`.
std::string qrels_text(const std::vector<ExportedTopic>& topics, Arm arm, const std::string& ending) {
  std::string text;
  for (const ExportedTopic& topic : topics)
    for (const ExportedCandidate& candidate : topic.candidates)
      text += line({{"query-id", topic.topic->id + ending},
                    {"corpus-id", candidate.pooled->document},
                    {"score", arm == Arm::kOg ? candidate.pooled->grade : candidate.changed_grade}});
  return text;
}

std::vector<base::FolderFile> followir_files(const Curation& curation) {
  const auto topics = exported_topics(curation);
  std::string queries, candidates, empty_scores;
  for (const ExportedTopic& topic : topics) {
    Json query = {{"_id", topic.topic->id},
                  {"text", topic.topic->query},
                  {"instruction_og", topic.topic->instruction},
                  {"instruction_changed", topic.alteration->instruction}};
    if (topic.alteration->keywords) query["keywords"] = *topic.alteration->keywords;
    if (topic.alteration->short_query) query["short_query"] = *topic.alteration->short_query;
    queries += line(query);
    std::string scores;
    std::size_t left = topic.candidates.size();
    for (const ExportedCandidate& candidate : topic.candidates) {
      candidates += line({{"qid", topic.topic->id}, {"pid", candidate.pooled->document}});
      scores += (scores.empty() ? "" : ", ") + spaced(Json(candidate.pooled->document)) + ": " + std::to_string(left--);
    }
    empty_scores += (empty_scores.empty() ? "" : ",\n") + spaced(Json(topic.topic->id)) + ": {" + scores + "}";
  }
  return {{"corpus.jsonl", corpus_text(curation, topics)},
          {"queries.jsonl", std::move(queries)},
          {"qrels_og/test.jsonl", qrels_text(topics, Arm::kOg, "")},
          {"qrels_changed/test.jsonl", qrels_text(topics, Arm::kChanged, "")},
          {"top_ranked.jsonl", std::move(candidates)},
          {"empty_scores.json", "{" + empty_scores + "}\n"}};
}

std::vector<base::FolderFile> mteb_files(const Curation& curation) {
  const auto topics = exported_topics(curation);
  std::string queries, instructions, candidates, changes;
  for (const ExportedTopic& topic : topics) {
    Json documents = Json::array();
    std::set<std::string> changed;
    for (const ExportedCandidate& candidate : topic.candidates) {
      documents.push_back(candidate.pooled->document);
      if (candidate.changed_grade != candidate.pooled->grade) changed.insert(candidate.pooled->document);
    }
    for (const Arm arm : {Arm::kOg, Arm::kChanged}) {
      const std::string id = topic.topic->id + "-" + std::string(name_of(arm));
      const std::string& instruction = arm == Arm::kOg ? topic.topic->instruction : topic.alteration->instruction;
      queries += line({{"_id", id}, {"text", topic.topic->query}});
      instructions += line({{"query-id", id}, {"instruction", instruction}});
      candidates += line({{"query-id", id}, {"corpus-ids", documents}});
    }
    changes += line({{"query-id", topic.topic->id}, {"corpus-ids", changed}});
  }
  return {{"corpus.jsonl", corpus_text(curation, topics)},
          {"queries.jsonl", std::move(queries)},
          {"instruction.jsonl", std::move(instructions)},
          {"qrels/test.jsonl", qrels_text(topics, Arm::kOg, "-og") + qrels_text(topics, Arm::kChanged, "-changed")},
          {"top_ranked.jsonl", std::move(candidates)},
          {"qrel_diff.jsonl", std::move(changes)}};
}

constexpr ExportLayout kExportLayouts[] = {
    {"followir", "the FollowIR repositories on the Hub: both instructions in queries.jsonl, keywords, short_query",
     followir_files},
    {"mteb", "mteb's JSON lines: query ids that end in -og and -changed; has no keywords and no short_query",
     mteb_files},
};

/// What a curation cannot hold of the data, counted while it is taken over.
struct Losses {
  long unlisted = 0;     // judged documents that are no candidates
  long regraded = 0;     // documents relevant under both instructions, with another grade
  long new_grades = 0;   // documents newly relevant with a grade above 1
  long negative = 0;     // judgments below 0
  long other_lists = 0;  // topics whose altered instruction has other candidates
};

/// The grade that a curation has for it: none below 0.
int grade_of(const collection::JudgedList* list, collection::DocumentId document, Losses& losses) {
  const int* const grade = list == nullptr ? nullptr : list->find(document);
  if (grade == nullptr) return 0;
  losses.negative += *grade < 0;
  return std::max(*grade, 0);
}

void import_candidates(Curation& curation, const collection::InstructionDataset& data,
                       const collection::InstructionTopic& topic, Losses& losses) {
  const auto* const og = data.judgments_og.find(topic.id);
  const auto* const changed = data.judgments_changed.find(topic.id);
  std::unordered_set<std::string_view> listed;
  for (const std::uint32_t candidate : topic.candidates_og) {
    const collection::DocumentId document = data.corpus[candidate].id;
    const int before = grade_of(og, document, losses), after = grade_of(changed, document, losses);
    listed.insert(document.text());
    curation.pool.push_back({topic.id.str(), document.str(), before, before >= 1 ? "judged" : "imported"});
    if (before < 1 && after < 1) continue;
    losses.regraded += before >= 1 && after >= 1 && before != after;
    losses.new_grades += before < 1 && after > 1;
    curation.rejudgments.push_back(
        {topic.id.str(), document.str(), after >= 1 ? Decision::kRelevant : Decision::kNotRelevant, ""});
  }
  losses.other_lists += topic.candidates_changed != topic.candidates_og;
  for (const auto* const list : {og, changed})
    if (list != nullptr)
      losses.unlisted += std::ranges::count_if(list->entries(), [&](const auto& entry) {
        return entry.value >= 1 && !listed.contains(entry.document.text());
      });
}

std::string required(std::string_view text, const std::string& what, collection::QueryId topic) {
  if (text::count_words(text) == 0) throw base::BadInput("topic " + topic.str() + " has no " + what);
  return std::string(text);
}

std::optional<std::string> instruction_of(const collection::InstructionTopic& topic, Arm arm) {
  const auto& need = topic.need(arm);
  return need ? std::optional<std::string>(need->instruction) : std::nullopt;
}

void add_note(std::vector<std::string>& notes, long count, const std::string& one, const std::string& many,
              const std::string& rest) {
  if (count > 0) notes.push_back(base::counted(count, one, many) + rest);
}

}  // namespace

std::span<const ExportLayout> export_layouts() {
  return kExportLayouts;
}

const ExportLayout* export_layout_named(std::string_view name) {
  for (const ExportLayout& layout : kExportLayouts)
    if (layout.name == name) return &layout;
  return nullptr;
}

ImportedCuration import_benchmark(const collection::InstructionDataset& data) {
  if (data.kind != collection::DatasetKind::kInstruction) throw base::BadInput("this is no instruction benchmark");
  ImportedCuration imported;
  Curation& curation = imported.curation;
  Losses losses;
  for (const collection::InstructionTopic& topic : data.topics) {
    const auto og = topic.need(Arm::kOg), changed = topic.need(Arm::kChanged);
    base::check(og.has_value() && changed.has_value());
    curation.topics.push_back({topic.id.str(), required(og->query, "query", topic.id),
                               required(og->instruction, "original instruction", topic.id)});
    curation.alterations.push_back({topic.id.str(), required(changed->instruction, "altered instruction", topic.id),
                                    instruction_of(topic, Arm::kKeywords), instruction_of(topic, Arm::kShort)});
    import_candidates(curation, data, topic, losses);
  }
  std::unordered_set<std::string_view> pooled;
  for (const PooledDocument& candidate : curation.pool) pooled.insert(candidate.document);
  long unused = 0;
  for (const collection::Document& document : data.corpus.documents()) {
    if (pooled.contains(document.id.text()))
      curation.documents.push_back({document.id.str(), std::string(document.title), std::string(document.text)});
    else
      ++unused;
  }
  add_note(imported.notes, unused, "document is", "documents are", " no topic's candidate, and left out");
  add_note(imported.notes, losses.unlisted, "judgment of a relevant document is", "judgments of relevant documents are",
           " of no candidate, and left out");
  add_note(imported.notes, losses.regraded, "document is", "documents are",
           " relevant under both instructions with different grades: the original's is kept");
  add_note(imported.notes, losses.new_grades, "document is", "documents are",
           " newly relevant with a grade above 1, which becomes 1");
  add_note(imported.notes, losses.negative, "judgment is", "judgments are", " below 0, and becomes 0");
  add_note(imported.notes, losses.other_lists, "topic has", "topics have",
           " other candidates under the altered instruction: the original's are kept");
  return imported;
}

}  // namespace heed::curate
