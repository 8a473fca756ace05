#include "retrieve/rm3.h"

#include <algorithm>
#include <map>

namespace heed::retrieve {

namespace {

constexpr double kLargestShare = 0.1;

bool is_plain(std::string_view term) {
  return term.size() >= 2 && term.size() <= 20 &&
         std::ranges::all_of(term, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

/// Leaves the heaviest, of equal ones the lesser in bytes.
void prune(std::vector<WeightedTerm>& terms, std::size_t most) {
  std::ranges::sort(terms, [](const WeightedTerm& a, const WeightedTerm& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.term < b.term;
  });
  if (terms.size() > most) terms.resize(most);
}

double sum_of(std::span<const WeightedTerm> terms) {
  double sum = 0;
  for (const WeightedTerm& term : terms) sum += term.weight;
  return sum;
}

/// Terms by their weight, scaled to sum 1.
std::vector<WeightedTerm> relevance_model(std::span<const FeedbackDocument> documents,
                                          const std::function<double(const std::string&)>& share_of,
                                          const Rm3Parameters& parameters) {
  std::map<std::string, double> weights;
  for (const FeedbackDocument& document : documents) {
    std::vector<WeightedTerm> terms;
    for (const auto& [term, count] : document.terms)
      if (is_plain(term) && share_of(term) <= kLargestShare) terms.push_back({term, static_cast<double>(count)});
    prune(terms, parameters.terms);
    const double sum = sum_of(terms);
    for (const WeightedTerm& term : terms) weights[term.term] += term.weight / sum * document.score;
  }
  std::vector<WeightedTerm> model;
  for (const auto& [term, weight] : weights) model.push_back({term, weight});
  prune(model, parameters.terms);
  const double sum = sum_of(model);
  for (WeightedTerm& term : model) term.weight /= sum;
  return model;
}

}  // namespace

std::vector<WeightedTerm> rm3_query(std::span<const WeightedTerm> query, std::span<const FeedbackDocument> documents,
                                    const std::function<double(const std::string&)>& share_of,
                                    const Rm3Parameters& parameters) {
  const std::vector<WeightedTerm> model = relevance_model(documents, share_of, parameters);
  if (model.empty()) return {query.begin(), query.end()};
  std::map<std::string, double> added;
  for (const WeightedTerm& term : model) added[term.term] = (1 - parameters.original_weight) * term.weight;
  std::vector<WeightedTerm> mixed;
  const double sum = sum_of(query);
  for (const WeightedTerm& term : query) {
    const auto other = added.find(term.term);
    const double weight = parameters.original_weight * term.weight / sum;
    mixed.push_back({term.term, other == added.end() ? weight : weight + other->second});
    if (other != added.end()) added.erase(other);
  }
  for (const auto& [term, weight] : added) mixed.push_back({term, weight});
  std::erase_if(mixed, [](const WeightedTerm& term) { return term.weight <= 0; });
  return mixed;
}

}  // namespace heed::retrieve
