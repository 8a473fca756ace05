#include "curate/statistics.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "text/passages.h"

namespace heed::curate {

namespace {

/// Sums over topics become means.
SideStatistics means(SideStatistics sums) {
  if (sums.topics == 0) return sums;
  const auto count = static_cast<double>(sums.topics);
  sums.query_words /= count;
  sums.instruction_words /= count;
  sums.relevant /= count;
  return sums;
}

void add_words(SideStatistics& sums, std::string_view query, std::string_view instruction) {
  ++sums.topics;
  sums.query_words += static_cast<double>(text::count_words(query));
  sums.instruction_words += static_cast<double>(text::count_words(instruction));
}

}  // namespace

SideStatistics collection_statistics(std::span<const CurationTopic> topics, const collection::Judgments& judgments) {
  SideStatistics sums;
  for (const CurationTopic& topic : topics) {
    add_words(sums, topic.query, topic.instruction);
    if (const auto* const list = judgments.find(collection::QueryId(topic.id)))
      sums.relevant += static_cast<double>(
          std::ranges::count_if(list->entries(), [](const auto& entry) { return entry.value >= 1; }));
  }
  return means(sums);
}

CurationStatistics curation_statistics(const Curation& curation) {
  std::map<std::string_view, std::string_view> instructions;
  for (const Alteration& alteration : curation.alterations) instructions[alteration.topic] = alteration.instruction;
  const bool is_altered = !instructions.empty();
  CurationStatistics statistics;
  for (const CurationTopic& topic : curation.topics) {
    const auto altered = instructions.find(topic.id);
    if (is_altered && altered == instructions.end()) continue;
    add_words(statistics.original, topic.query, topic.instruction);
    if (is_altered) add_words(statistics.altered, topic.query, altered->second);
  }
  std::map<std::pair<std::string_view, std::string_view>, Decision> decisions;
  for (const Rejudgment& judged : curation.rejudgments) decisions[{judged.topic, judged.document}] = judged.decision;
  for (const PooledDocument& pooled : curation.pool) {
    if (is_altered && !instructions.contains(pooled.topic)) continue;
    ++statistics.candidates;
    const bool was_relevant = pooled.grade >= 1;
    const auto decision = decisions.find({pooled.topic, pooled.document});
    const bool is_decided = decision != decisions.end() && decision->second != Decision::kUnsure;
    const bool is_relevant = is_decided ? decision->second == Decision::kRelevant : was_relevant;
    statistics.original.relevant += was_relevant;
    statistics.altered.relevant += is_altered && is_relevant;
    statistics.changed += is_altered && was_relevant != is_relevant;
  }
  statistics.original = means(statistics.original);
  statistics.altered = means(statistics.altered);
  return statistics;
}

}  // namespace heed::curate
