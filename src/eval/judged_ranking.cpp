#include "eval/judged_ranking.h"

#include <algorithm>

#include "collection/ranking.h"

namespace heed::eval {

namespace {

JudgedRanking without_ranking(const collection::JudgedList& judgments, const JudgingOptions& options) {
  JudgedRanking result;
  result.relevance_level = options.relevance_level;
  result.collection_size = options.collection_size;
  for (const auto& [document, grade] : judgments.entries()) {
    if (grade < 0) continue;
    const auto g = static_cast<std::size_t>(grade);
    if (g >= result.judged_with.size()) result.judged_with.resize(g + 1);
    ++result.judged_with[g];
    if (result.is_relevant(grade)) ++result.relevant;
  }
  return result;
}

void append(JudgedRanking& ranking, int grade) {
  ranking.grades.push_back(grade);
  if (ranking.is_relevant(grade)) ++ranking.relevant_retrieved;
  if (grade == kNotInPool) ++ranking.not_in_pool;
  if (grade == kLeftUnjudged) ++ranking.left_unjudged;
}

}  // namespace

JudgedRanking judge(const collection::RankedList& list, const collection::JudgedList& judgments,
                    const JudgingOptions& options) {
  JudgedRanking result = without_ranking(judgments, options);
  auto positions = collection::ranking(list, collection::TieOrder::kDocumentId);
  if (options.max_retrieved >= 0)
    positions.resize(std::min(positions.size(), static_cast<std::size_t>(options.max_retrieved)));
  result.grades.reserve(positions.size());
  for (const std::uint32_t position : positions) {
    const int* const judged = judgments.find(list.entries()[position].document);
    const int grade = judged == nullptr ? kNotInPool : *judged < 0 ? kLeftUnjudged : *judged;
    if (grade >= 0 || !options.judged_only) append(result, grade);
  }
  return result;
}

JudgedRanking judge_missing(const collection::JudgedList& judgments, const JudgingOptions& options) {
  JudgedRanking result = without_ranking(judgments, options);
  if (!options.judged_only && options.max_retrieved != 0) append(result, kNotInPool);
  return result;
}

}  // namespace heed::eval
