#pragma once

#include <string>

#include "retrieve/reranker.h"
#include "text/paper_analyzer.h"

namespace heed::retrieve {

/// The parameters of BM25; the defaults are rank_bm25's BM25Okapi, with which the paper ran.
struct Bm25Parameters {
  double k1 = 1.5;
  double b = 0.75;
  /// A negative idf (a term in more than half of the documents) becomes epsilon times the mean idf of the vocabulary.
  double epsilon = 0.25;
  text::StopList stop_list = text::StopList::kReference;
};

/// BM25 as FollowIR ran it (mteb's BM25 over rank_bm25's BM25Okapi): the statistics are those of the documents given
/// together, so a score depends on the other documents. Terms are PaperAnalyzer's; a document is its title, a blank
/// and its text, stripped; a need is the terms of its query followed by those of its instruction, a repeated term
/// counting as often as it stands there.
///
///   score = sum over the need's terms of idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean length))
///   idf   = ln(N - n + 0.5) - ln(n + 0.5)
///
/// Sums are formed in rank_bm25's order, so that equal scores are equal here too.
class Bm25Candidates final : public Reranker {
 public:
  explicit Bm25Candidates(Bm25Parameters parameters = {}) : parameters_(parameters), analyzer_(parameters.stop_list) {}

  std::vector<std::vector<double>> score(std::span<const collection::Need> needs,
                                         std::span<const collection::Document> documents) override;

  /// What tells two settings apart.
  static std::string describe(const Bm25Parameters& parameters);

 private:
  Bm25Parameters parameters_;
  text::PaperAnalyzer analyzer_;
};

}  // namespace heed::retrieve
