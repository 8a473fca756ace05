#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heed::retrieve {

/// A term of a query and what its score counts.
struct WeightedTerm {
  std::string term;
  double weight = 1;

  bool operator==(const WeightedTerm&) const = default;
};

/// The parameters of RM3 (Abdul-Jaleel et al. 2004); the defaults are Anserini's (SearchArgs, Rm3Reranker).
struct Rm3Parameters {
  std::size_t documents = 10;  ///< from which the relevance model is made
  std::size_t terms = 10;      ///< of each document, and of the model
  double original_weight = 0.5;
};

/// A document that a first search found.
struct FeedbackDocument {
  double score = 0;
  std::vector<std::pair<std::string, std::uint32_t>> terms;  ///< each once, with how often it stands there
};

/// The query that RM3 makes of a query and the best documents for it, as Anserini's Rm3Reranker does: of each document
/// the most frequent `terms` terms that have 2 to 20 characters, all of a-z and 0-9, and stand in at most a tenth of
/// the documents; each weighs its share of them times the document's score, summed over the documents; the heaviest
/// `terms` of these, scaled to sum 1, are mixed with the query's own, scaled so too. Where Anserini leaves open which
/// of equal terms are taken, the lesser in bytes is. `query`: its terms, each once, weighing how often it has them; at
/// least one. `share_of`: in which share of the documents a term stands. The result is in the order of the query's
/// terms, then of the others' bytes.
std::vector<WeightedTerm> rm3_query(std::span<const WeightedTerm> query, std::span<const FeedbackDocument> documents,
                                    const std::function<double(const std::string&)>& share_of,
                                    const Rm3Parameters& parameters);

}  // namespace heed::retrieve
