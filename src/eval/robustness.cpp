#include "eval/robustness.h"

#include <algorithm>
#include <map>

#include "base/error.h"

namespace heed::eval {

Robustness robustness(const Evaluation& evaluation, std::size_t column,
                      const std::unordered_map<std::string, std::string>& group_of) {
  std::map<std::string, RobustnessGroup> groups;
  for (const QueryEvaluation& query : evaluation.queries) {
    const auto name = group_of.find(query.query.str());
    if (name == group_of.end()) throw base::BadInput("query " + query.query.str() + " belongs to no group");
    RobustnessGroup& group = groups[name->second];
    group.worst = group.queries == 0 ? query.values[column] : std::min(group.worst, query.values[column]);
    group.name = name->second;
    ++group.queries;
  }
  Robustness result;
  for (const auto& [name, group] : groups) {
    result.value += group.worst;
    result.groups.push_back(group);
  }
  result.value /= static_cast<double>(groups.size());
  return result;
}

collection::Run without_own_documents(const collection::Run& run) {
  collection::Run result;
  result.tag = run.tag;
  result.notes = run.notes;
  long removed = 0;
  for (const collection::RankedList& list : run.lists())
    for (const auto& [document, score] : list.entries()) {
      if (document.text() == list.query().text())
        ++removed;
      else
        result.add(list.query().text(), document.text(), score);
    }
  if (removed > 0)
    result.notes.push_back(base::counted(removed, "result is", "results are") + " the query itself: left out");
  return result;
}

}  // namespace heed::eval
