#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "collection/judgments.h"
#include "collection/run.h"
#include "curate/curation.h"

namespace heed::curate {

/// A run and what it is called in the pool's `source`.
struct NamedRun {
  std::string name;
  const collection::Run* run = nullptr;
};

/// The candidates that FollowIR's data has for each topic (Weller et al. 2024, section 3).
inline constexpr std::size_t kPoolSize = 1000;

struct Pool {
  std::vector<PooledDocument> documents;
  std::vector<std::string> notes;  ///< topics that the runs do not fill, as sentences
};

/// For each topic all relevant documents (grade 1 and more), and the top non-relevant of the runs: the first of each
/// run, then the second of each, and so on, passing over what is there, until there are `size`. A document that is
/// judged 0, judged negative or not judged counts as non-relevant, with grade 0. Runs are in the product's order
/// (collection/ranking.h). A source has every run that had the document when the pool was full. Candidates of a topic
/// stand in the order of their ids' bytes, which tells a model nothing of their relevance. Throws BadInput for a topic
/// without a relevant document, with more of them than `size`, or with a candidate's id that has an
/// id_fault. REQUIRES: size >= 1.
Pool make_pool(std::span<const CurationTopic> topics, const collection::Judgments& judgments,
               std::span<const NamedRun> runs, std::size_t size = kPoolSize);

/// Throws BadInput as make_pool does, for what the judgments alone lack.
void require_relevant(std::span<const CurationTopic> topics, const collection::Judgments& judgments, std::size_t size);

}  // namespace heed::curate
