#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace heed::retrieve {

/// The parameters of BM25; the defaults are Anserini's (SearchArgs, Yang et al. 2017), those of the published BM25
/// figures on BEIR's collections.
struct LuceneBm25 {
  double k1 = 0.9;
  double b = 0.4;
};

/// A document's length as Lucene keeps it, in one byte: exact up to 39, above with four significant bits, rounded down
/// (org.apache.lucene.util.SmallFloat, intToByte4 and byte4ToInt).
std::uint8_t length_code(std::uint32_t length);
std::uint32_t length_of_code(std::uint8_t code);

/// What idf makes of a term in `n` of `documents` documents: ln(1 + (N - n + 0.5) / (n + 0.5)); above 0.
inline double lucene_idf(double n, double documents) {
  return std::log(1 + (documents - n + 0.5) / (n + 0.5));
}

/// How often a term stands in a document, with the code of the document's length, in one number, as the index stores
/// it: 256 * frequency + code.
inline std::uint32_t packed_frequency(std::uint32_t frequency, std::uint8_t code) {
  return frequency << 8 | code;
}

/// BM25 as Lucene computes it (org.apache.lucene.search.similarities.BM25Similarity, since version 8), in doubles:
///
///   score = sum over the query's terms of weight * idf * tf / (tf + k1 * (1 - b + b * L / mean length))
///
/// where L is the length of the document as one byte keeps it, the mean is that of exact lengths, over the documents
/// that have terms, and a term's weight is how often the query has it. This is the part that depends on the document.
class Saturation {
 public:
  Saturation(const LuceneBm25& parameters, double mean_length);

  /// tf / (tf + k1 * ...), in (0, 1], of a packed_frequency().
  double operator()(std::uint32_t packed) const { return packed < known_.size() ? known_[packed] : compute(packed); }

 private:
  double compute(std::uint32_t packed) const {
    const double tf = packed >> 8;
    return tf / (tf + norms_[packed & 0xFF]);
  }

  std::array<double, 256> norms_{};  // of codes of lengths
  std::vector<double> known_;        // of the packed frequencies below its size: a division costs more
};

}  // namespace heed::retrieve
