#pragma once

#include <optional>
#include <span>

#include "collection/judgments.h"
#include "curate/curation.h"

namespace heed::curate {

/// One side of FollowIR's Table 1 (Weller et al. 2024): means over the topics.
struct SideStatistics {
  long topics = 0;
  double query_words = 0;        ///< |Q|
  double instruction_words = 0;  ///< |I|
  double relevant = 0;           ///< Rel. D/Q: documents judged 1 and more
};

/// Of topics with their original instructions, over all that is judged; a topic without a judgment has no relevant
/// document. Zeros where there is no topic.
SideStatistics collection_statistics(std::span<const CurationTopic> topics, const collection::Judgments& judgments);

struct CurationStatistics {
  SideStatistics original;  ///< of the altered topics, their pools' judgments
  SideStatistics altered;   ///< the same topics under the altered instruction and judgments
  long candidates = 0;      ///< in their pools
  long changed = 0;         ///< documents that lose their relevance
};

/// Of the topics that an export would have. Without any altered topic: of all topics, with nothing altered.
CurationStatistics curation_statistics(const Curation& curation);

}  // namespace heed::curate
