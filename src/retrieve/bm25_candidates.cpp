#include "retrieve/bm25_candidates.h"

#include <cmath>

#include "base/error.h"
#include "format/fields.h"
#include "text/utf8.h"

namespace heed::retrieve {

using collection::Document;
using collection::Need;
using text::TermId;

namespace {

/// What BM25 knows of the documents as a whole.
struct Statistics {
  std::vector<double> idf;      // by term
  std::vector<double> lengths;  // of the documents, in terms
  double mean_length = 0;
};

Statistics statistics_of(std::span<const std::vector<TermId>> documents, std::size_t vocabulary, double epsilon) {
  constexpr std::uint32_t kNever = 0xFFFFFFFF;
  Statistics result{std::vector<double>(vocabulary), {}, 0};
  std::vector<std::uint32_t> last_seen(vocabulary, kNever);
  std::vector<long> document_counts(vocabulary);
  std::vector<TermId> order;  // terms as they first come: the order in which their idf is summed
  double total_length = 0;
  for (std::uint32_t d = 0; d < documents.size(); ++d) {
    result.lengths.push_back(static_cast<double>(documents[d].size()));
    total_length += result.lengths.back();
    for (const TermId term : documents[d]) {
      if (last_seen[term] == kNever) order.push_back(term);
      if (last_seen[term] != d) ++document_counts[term];
      last_seen[term] = d;
    }
  }
  const auto count = static_cast<double>(documents.size());
  result.mean_length = total_length / count;
  double sum = 0;
  for (const TermId term : order) {
    const auto n = static_cast<double>(document_counts[term]);
    result.idf[term] = std::log(count - n + 0.5) - std::log(n + 0.5);
    sum += result.idf[term];
  }
  const double least = epsilon * (sum / static_cast<double>(order.size()));
  for (const TermId term : order)
    if (result.idf[term] < 0) result.idf[term] = least;
  return result;
}

/// How often some terms stand in each document.
class Frequencies {
 public:
  Frequencies(std::span<const std::vector<TermId>> terms_asked, std::span<const std::vector<TermId>> documents,
              std::size_t vocabulary)
      : row_of_(vocabulary, kNone), documents_(documents.size()) {
    for (const auto& terms : terms_asked)
      for (const TermId term : terms)
        if (row_of_[term] == kNone) row_of_[term] = rows_++;
    counts_.resize(rows_ * documents_);
    for (std::size_t d = 0; d < documents_; ++d)
      for (const TermId term : documents[d])
        if (row_of_[term] != kNone) ++counts_[row_of_[term] * documents_ + d];
  }

  /// By document. REQUIRES: the term was asked.
  std::span<const std::uint32_t> of(TermId term) const {
    return std::span(counts_).subspan(row_of_[term] * documents_, documents_);
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> row_of_;
  std::vector<std::uint32_t> counts_;  // row by row
  std::size_t documents_;
  std::size_t rows_ = 0;
};

}  // namespace

std::vector<std::vector<double>> Bm25Candidates::score(std::span<const Need> needs,
                                                       std::span<const Document> documents) {
  base::check(!documents.empty());
  std::vector<std::vector<TermId>> texts, asked;
  for (const Document& document : documents)
    texts.push_back(analyzer_.analyze(text::stripped(std::string(document.title) + " " + std::string(document.text))));
  for (const Need& need : needs) {
    asked.push_back(analyzer_.analyze(need.query));
    const auto instruction = analyzer_.analyze(need.instruction);
    asked.back().insert(asked.back().end(), instruction.begin(), instruction.end());
  }
  const Statistics statistics = statistics_of(texts, analyzer_.size(), parameters_.epsilon);
  const Frequencies frequencies(asked, texts, analyzer_.size());
  const double k1 = parameters_.k1, b = parameters_.b;
  std::vector<std::vector<double>> scores(needs.size(), std::vector<double>(documents.size()));
  for (std::size_t i = 0; i < needs.size(); ++i)
    for (const TermId term : asked[i]) {
      const auto counts = frequencies.of(term);
      for (std::size_t d = 0; d < documents.size(); ++d) {
        if (counts[d] == 0) continue;
        const double tf = counts[d];
        scores[i][d] += statistics.idf[term] *
                        (tf * (k1 + 1) / (tf + k1 * (1 - b + b * statistics.lengths[d] / statistics.mean_length)));
      }
    }
  return scores;
}

std::string Bm25Candidates::describe(const Bm25Parameters& parameters) {
  return "bm25 over the candidates, k1=" + format::exact(parameters.k1) + " b=" + format::exact(parameters.b) +
         " epsilon=" + format::exact(parameters.epsilon) + ", paper analyzer 1, " +
         (parameters.stop_list == text::StopList::kNltk ? "NLTK's" : "the reference's") + " stop list";
}

}  // namespace heed::retrieve
