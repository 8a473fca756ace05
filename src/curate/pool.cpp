#include "curate/pool.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "collection/ranking.h"
#include "format/json.h"

namespace heed::curate {

using base::BadInput;

namespace {

/// A run's documents for one topic, in rank order.
struct Ranked {
  const NamedRun* run = nullptr;
  std::vector<collection::DocumentId> documents;
};

std::vector<Ranked> rank_all(collection::QueryId query, std::span<const NamedRun> runs,
                             std::vector<std::string>& notes) {
  std::vector<Ranked> all;
  for (const NamedRun& run : runs) {
    const auto* const list = run.run->find(query);
    if (list == nullptr) {
      notes.push_back("run " + run.name + " has nothing for topic " + query.str());
      continue;
    }
    Ranked ranked{&run, {}};
    for (const auto position : ranking(*list, collection::TieOrder::kDocumentId))
      ranked.documents.push_back(list->entries()[position].document);
    all.push_back(std::move(ranked));
  }
  return all;
}

struct Entry {
  int grade = 0;
  std::string source;
};
using Entries = std::map<collection::DocumentId, Entry>;  // in the order of their bytes

Entries relevant_documents(collection::QueryId query, const collection::Judgments& judgments, std::size_t size) {
  Entries entries;
  if (const auto* const list = judgments.find(query))
    for (const auto& [document, grade] : list->entries())
      if (grade >= 1) entries[document] = {grade, "judged"};
  if (entries.empty()) throw BadInput("topic " + query.str() + " has no relevant document among the judgments");
  if (entries.size() > size)
    throw BadInput("topic " + query.str() + " has " + std::to_string(entries.size()) +
                   " relevant documents, more than the " +
                   base::counted(static_cast<long>(size), "candidate", "candidates") + " of a pool");
  return entries;
}

/// Adds what the runs have, rank by rank, until there are enough.
void fill(Entries& entries, const std::vector<Ranked>& runs, std::size_t size) {
  std::size_t deepest = 0;
  for (const Ranked& ranked : runs) deepest = std::max(deepest, ranked.documents.size());
  for (std::size_t rank = 0; rank < deepest; ++rank) {
    for (const Ranked& ranked : runs) {
      if (entries.size() >= size) return;
      if (rank >= ranked.documents.size()) continue;
      Entry& entry = entries[ranked.documents[rank]];
      if (entry.grade >= 1) continue;
      entry.source += (entry.source.empty() ? "" : ",") + ranked.run->name;
    }
  }
}

/// Throws BadInput for an id that a curation cannot have, naming where it comes from.
void require_sound(const Entries& entries, const std::string& topic) {
  for (const auto& [document, entry] : entries) {
    const auto fault = id_fault(document.text());
    if (!fault) continue;
    const std::string from = entry.grade >= 1 ? "the judgments" : "run " + entry.source;
    throw BadInput("topic " + topic + ": the id of a document of " + from + " " + *fault + ": " +
                   format::Json(document.text()).dump(-1, ' ', true, format::Json::error_handler_t::replace));
  }
}

}  // namespace

void require_relevant(std::span<const CurationTopic> topics, const collection::Judgments& judgments, std::size_t size) {
  for (const CurationTopic& topic : topics) relevant_documents(collection::QueryId(topic.id), judgments, size);
}

Pool make_pool(std::span<const CurationTopic> topics, const collection::Judgments& judgments,
               std::span<const NamedRun> runs, std::size_t size) {
  base::check(size >= 1);
  Pool pool;
  for (const CurationTopic& topic : topics) {
    const collection::QueryId query(topic.id);
    Entries entries = relevant_documents(query, judgments, size);
    fill(entries, rank_all(query, runs, pool.notes), size);
    require_sound(entries, topic.id);
    if (entries.size() < size)
      pool.notes.push_back("topic " + topic.id + " has " + std::to_string(entries.size()) + " of " +
                           std::to_string(size) + " candidates: the runs are too shallow");
    for (auto& [document, entry] : entries)
      pool.documents.push_back({topic.id, document.str(), entry.grade, std::move(entry.source)});
  }
  return pool;
}

}  // namespace heed::curate
