#include "curate/passage_choice.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"

namespace heed::curate {

namespace {

constexpr std::size_t kRead = 256;       // documents taken from the collection at a time
constexpr std::size_t kMostNamed = 100;  // missing documents that one message names

/// Throws BadInput, with the documents that were not found.
void require_all(std::span<const PooledDocument> pool, const std::unordered_set<std::string_view>& missing,
                 const std::string& name) {
  if (missing.empty()) return;
  std::string names;
  std::size_t named = 0;
  std::unordered_set<std::string_view> told;
  for (const PooledDocument& pooled : pool) {
    if (!missing.contains(pooled.document) || !told.insert(pooled.document).second) continue;
    if (named++ == kMostNamed) break;
    names += (names.empty() ? "" : ", ") + pooled.document + " (topic " + pooled.topic + ")";
  }
  if (missing.size() > kMostNamed) names += " and " + std::to_string(missing.size() - kMostNamed) + " more";
  throw base::BadInput(
      name + ": lacks " +
      base::counted(static_cast<long>(missing.size()), "document of the pool: ", "documents of the pool: ") + names);
}

using Positions = std::unordered_map<std::string_view, std::size_t>;

Positions positions_of(std::span<const collection::CollectionDocument> documents) {
  Positions positions;
  for (std::size_t i = 0; i < documents.size(); ++i) positions.emplace(documents[i].id, i);
  return positions;
}

bool has_choice(const PassageProblem& problem, std::size_t document) {
  return passages(problem.documents[document].text, problem.size).size() > 1;
}

}  // namespace

FoundDocuments find_documents(collection::DocumentSource& source, std::span<const PooledDocument> pool,
                              const std::string& name) {
  std::unordered_set<std::string_view> wanted;
  for (const PooledDocument& pooled : pool) wanted.insert(pooled.document);
  auto missing = wanted;
  FoundDocuments found;
  long repeated = 0;
  while (auto stretch = source.next(kRead)) {
    for (auto& document : stretch->documents) {
      if (!wanted.contains(document.id)) continue;
      if (missing.erase(document.id) == 0)
        ++repeated;
      else
        found.documents.push_back(std::move(document));
    }
  }
  require_all(pool, missing, name);
  if (repeated > 0)
    found.notes.push_back("the collection has " +
                          base::counted(repeated, "document of the pool", "documents of the pool") +
                          " again under the same id; the first counts");
  return found;
}

std::vector<PassageTask> passage_tasks(const PassageProblem& problem, std::size_t block) {
  const Positions positions = positions_of(problem.documents);
  std::vector<bool> choices(problem.documents.size());
  for (std::size_t i = 0; i < choices.size(); ++i) choices[i] = has_choice(problem, i);
  std::map<std::string_view, std::vector<std::size_t>> pools;
  for (const PooledDocument& pooled : problem.pool) pools[pooled.topic].push_back(positions.at(pooled.document));
  std::vector<PassageTask> tasks;
  for (std::size_t topic = 0; topic < problem.topics.size(); ++topic) {
    const std::vector<std::size_t>& documents = pools[problem.topics[topic].id];
    if (std::ranges::none_of(documents, [&](std::size_t i) { return choices[i]; })) continue;
    if (block == 0) {
      tasks.push_back({topic, documents});
      continue;
    }
    PassageTask task{topic, {}};
    for (const std::size_t document : documents) {
      if (!choices[document]) continue;
      task.documents.push_back(document);
      if (task.documents.size() < block) continue;
      tasks.push_back(std::move(task));
      task = {topic, {}};
    }
    if (!task.documents.empty()) tasks.push_back(std::move(task));
  }
  return tasks;
}

std::vector<BestPassage> best_passages(const PassageProblem& problem, const PassageTask& task,
                                       const PassageScorer& scorer) {
  const CurationTopic& topic = problem.topics[task.topic];
  std::vector<collection::Document> all;
  std::vector<std::size_t> ends;
  for (const std::size_t i : task.documents) {
    const auto& document = problem.documents[i];
    for (const std::string_view passage : passages(document.text, problem.size))
      all.push_back({collection::DocumentId(document.id), document.title, passage});
    ends.push_back(all.size());
  }
  const std::vector<double> scores = scorer({topic.query, topic.instruction}, all);
  base::check(scores.size() == all.size());
  std::vector<BestPassage> best;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < ends.size(); begin = ends[i++]) {
    if (begin == ends[i]) continue;
    const auto first = scores.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto highest = std::max_element(first, scores.begin() + static_cast<std::ptrdiff_t>(ends[i]));
    best.push_back(
        {topic.id, problem.documents[task.documents[i]].id, static_cast<std::size_t>(highest - first), *highest});
  }
  return best;
}

std::vector<CuratedDocument> curated_documents(const PassageProblem& problem, std::span<const BestPassage> best) {
  std::unordered_map<std::string_view, const BestPassage*> chosen;
  for (const BestPassage& passage : best) {
    const BestPassage*& so_far = chosen[passage.document];
    if (so_far == nullptr || passage.score > so_far->score ||
        (passage.score == so_far->score && passage.passage < so_far->passage))
      so_far = &passage;
  }
  std::vector<CuratedDocument> curated;
  for (const auto& document : problem.documents) {
    const auto cut = passages(document.text, problem.size);
    const auto found = chosen.find(document.id);
    base::check(cut.size() <= 1 || found != chosen.end());
    const std::size_t passage = cut.size() <= 1 ? 0 : found->second->passage;
    curated.push_back({document.id, document.title, cut.empty() ? "" : std::string(cut.at(passage))});
  }
  return curated;
}

}  // namespace heed::curate
