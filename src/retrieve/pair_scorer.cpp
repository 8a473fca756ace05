#include "retrieve/pair_scorer.h"

namespace heed::retrieve {

std::vector<std::vector<double>> PairReranker::score(std::span<const collection::Need> needs,
                                                     std::span<const collection::Document> documents) {
  std::vector<NeedAndDocument> pairs;
  for (const collection::Need& need : needs)
    for (const collection::Document& document : documents) pairs.push_back({need, document});
  const auto scored = scorer_->score(pairs);
  std::vector<std::vector<double>> scores(needs.size());
  for (std::size_t i = 0; i < scored.size(); ++i) scores[i / documents.size()].push_back(scored[i].score);
  return scores;
}

}  // namespace heed::retrieve
