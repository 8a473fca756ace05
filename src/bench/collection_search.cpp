#include "bench/collection_search.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace heed::bench {

using collection::Arm;
using collection::Need;

namespace {

constexpr std::size_t kNeedsAtATime = 32;

/// A topic in an arm, by their positions.
struct Asked {
  std::size_t topic, run;
};

}  // namespace

ArmRuns search_arms(const RankingRequest& request, const CollectionSearch& search, const RunnerOptions& options) {
  const Task& task = request.task;
  ArmRuns result;
  for (const Arm arm : request.arms) {
    require_arm(task, arm);
    result.runs.push_back({arm, {}});
    result.runs.back().run.tag = request.model.name;
  }
  std::vector<Need> needs;
  std::vector<Asked> asked;
  for (std::size_t t = 0; t < task.data.topics.size(); ++t)
    for (std::size_t r = 0; r < result.runs.size(); ++r) {
      needs.push_back(*task.data.topics[t].need(result.runs[r].arm));
      asked.push_back({t, r});
    }
  for (std::size_t begin = 0; begin < needs.size(); begin += kNeedsAtATime) {
    const std::size_t count = std::min(kNeedsAtATime, needs.size() - begin);
    const auto found = search.retriever.search(std::span(needs).subspan(begin, count), options.kept);
    base::check(found.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto [topic, run] = asked[begin + i];
      for (const retrieve::Found& one : found[i]) {
        base::check(std::isfinite(one.score));
        base::check(result.runs[run].run.add(task.data.topics[topic].id.text(), one.document, one.score));
      }
    }
    if (options.progress)
      options.progress({"searched", static_cast<long>(begin + count), static_cast<long>(needs.size()), 0});
  }
  result.pairs = static_cast<long>(needs.size()) * static_cast<long>(search.documents);
  result.ranked = "the whole collection, " +
                  base::counted(static_cast<long>(search.documents), "document", "documents") + ", in " + search.index;
  return result;
}

}  // namespace heed::bench
