#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "train/row.h"

namespace heed::teaching {

/// What may be taught of a collection whose other part is measured.
struct MedicalRows {
  std::vector<train::Row> base;     ///< topical relevance alone, of short parts of texts
  std::vector<train::Row> teach;    ///< with constraints, in twos (constraints.h), and some without; short texts first
  std::vector<train::Row> control;  ///< as many as `teach`, of as long texts, of topical relevance alone
  std::vector<std::string> texts;   ///< all documents that may be taught
  std::size_t topics = 0;           ///< whose judgments were used
};

struct MedicalSource {
  std::filesystem::path collection;  ///< BEIR's layout: NFCorpus
  std::filesystem::path benchmark;   ///< an instruction benchmark of some of its topics, which is only measured
  std::size_t base = 0, teach = 0;   ///< rows
  std::uint64_t seed = 1;
};

/// Makes rows by rule. Neither a topic of the benchmark (by its id or its text) nor a document that is relevant for one
/// of them is in any row. Pairs are of judged topics, and of a document's title, or words of it, with its text; half
/// (base) or a fifth (teach) are of another document, which shares a word in one of three cases. Throws BadInput as the
/// readers, and where nothing is left.
MedicalRows make_medical_rows(const MedicalSource& source);

}  // namespace heed::teaching
