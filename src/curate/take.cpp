#include "curate/take.h"

#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "collection/judgments.h"

namespace heed::curate {

using base::BadInput;

namespace {

using Place = std::pair<std::string, std::string>;  // topic and document

struct ReadQrels {
  std::map<Place, int> grades;  // of documents of the pool
  std::set<std::string> topics;
  long outside = 0;
};

ReadQrels read_qrels(const std::filesystem::path& path, const Curation& curation) {
  std::set<std::string> topics;
  std::set<Place> pool, seen;
  for (const CurationTopic& topic : curation.topics) topics.insert(topic.id);
  for (const PooledDocument& pooled : curation.pool) pool.emplace(pooled.topic, pooled.document);
  ReadQrels read;
  collection::JudgmentReader reader(path);
  while (const auto judgment = reader.next()) {
    Place place(judgment->query, judgment->document);
    if (!topics.contains(place.first))
      reader.fail("there is no topic " + place.first + " in " + std::string(kTopicsFile));
    if (!seen.insert(place).second)
      reader.fail("document " + place.second + " is judged twice for topic " + place.first);
    read.topics.insert(place.first);
    if (pool.contains(place))
      read.grades[std::move(place)] = judgment->grade;
    else if (judgment->grade >= 1)
      reader.fail("document " + place.second + " is not in the pool of topic " + place.first);
    else
      ++read.outside;
  }
  if (seen.empty()) throw BadInput(path.string() + ": has no judgments, so there is nothing to take");
  for (const std::string& topic : read.topics) {
    const auto first = read.grades.lower_bound({topic, ""});
    if (first == read.grades.end() || first->first.first != topic)
      throw BadInput(path.string() + ": judges no document of the pool of topic " + topic);
  }
  return read;
}

/// Takes each thing into the list, at the place of the one that `key` says is the same, or at the end.
template <class Thing, class Key, class Name>
void take(std::vector<Thing>& things, const std::vector<Thing>& taken, OnConflict on_conflict, const Key& key,
          const Name& name) {
  std::vector<Thing> merged = things;
  std::map<Place, std::size_t> places;
  for (std::size_t i = 0; i < merged.size(); ++i) places.emplace(key(merged[i]), i);
  for (const Thing& thing : taken) {
    const auto [place, is_new] = places.emplace(key(thing), merged.size());
    if (is_new) {
      merged.push_back(thing);
      continue;
    }
    if (merged[place->second] != thing && on_conflict == OnConflict::kRefuse)
      throw BadInput(name(thing) + " is there already, and is another; --replace takes the new one");
    merged[place->second] = thing;
  }
  things = std::move(merged);
}

}  // namespace

TakenRejudgments rejudgments_from_qrels(const std::filesystem::path& path, const Curation& curation) {
  const ReadQrels read = read_qrels(path, curation);
  TakenRejudgments taken;
  std::map<Place, Decision> decided;
  for (const Rejudgment& judged : curation.rejudgments) decided[{judged.topic, judged.document}] = judged.decision;
  long unjudged = 0;
  for (const PooledDocument& pooled : curation.pool) {
    if (!read.topics.contains(pooled.topic)) continue;
    const Place place(pooled.topic, pooled.document);
    const auto grade = read.grades.find(place);
    const auto before = decided.find(place);
    const bool is_overruled = before != decided.end() && before->second != Decision::kNotRelevant;
    const bool is_judged = grade != read.grades.end(), is_relevant = is_judged && grade->second >= 1;
    if (pooled.grade < 1 && !is_relevant && !is_overruled) continue;
    unjudged += pooled.grade >= 1 && !is_judged;
    taken.rejudgments.push_back(
        {pooled.topic, pooled.document, is_relevant ? Decision::kRelevant : Decision::kNotRelevant, ""});
  }
  if (unjudged > 0)
    taken.notes.push_back(path.string() + ": does not judge " +
                          base::counted(unjudged, "relevant document", "relevant documents") +
                          " of its topics: taken as not relevant");
  if (read.outside > 0)
    taken.notes.push_back(path.string() + ": passed over " + base::counted(read.outside, "judgment", "judgments") +
                          " below 1 of documents outside the pool");
  return taken;
}

void take_alterations(Curation& curation, const std::vector<Alteration>& taken, OnConflict on_conflict) {
  take(
      curation.alterations, taken, on_conflict,
      [](const Alteration& alteration) { return Place(alteration.topic, ""); },
      [](const Alteration& alteration) { return "the altered instruction of topic " + alteration.topic; });
}

void take_rejudgments(Curation& curation, const std::vector<Rejudgment>& taken, OnConflict on_conflict) {
  take(
      curation.rejudgments, taken, on_conflict,
      [](const Rejudgment& rejudgment) { return Place(rejudgment.topic, rejudgment.document); },
      [](const Rejudgment& rejudgment) {
        return "the re-judgment of document " + rejudgment.document + " for topic " + rejudgment.topic;
      });
}

}  // namespace heed::curate
