#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collection/judgments.h"
#include "collection/topic_needs.h"
#include "collection/topics.h"
#include "curate/curation.h"

namespace heed::curate {

/// Instructions for topics whose collection has no narratives: JSON lines with `id` (or `topic`, `_id`) and
/// `instruction` (or `narrative`, `text`), or lines `id<TAB>instruction`. Throws BadInput, with file and line, for a
/// line of another shape, an id with white space in it or given twice, an empty instruction.
std::map<std::string, std::string> read_instructions(const std::filesystem::path& path);

/// The ids of a file: the first field of each line, further ones are passed over.
std::set<std::string> read_ids(const std::filesystem::path& path);

struct SelectionOptions {
  /// FollowIR's queries are descriptions (11 to 17 words on average).
  collection::QueryPart query = collection::QueryPart::kDescription;
  /// Instructions by topic, in place of the narratives.
  std::string instructions_name = "the instructions";  ///< what complaints call them: their file
  std::map<std::string, std::string> instructions{};
  std::set<std::string> only{};  ///< the topics to choose among; empty: all
  std::set<std::string> excluded{};
  long least_relevant = 1;  ///< documents judged 1 and more that a topic needs
  long sample = 0;          ///< topics to draw at random of those that are left; 0: all
  std::uint64_t seed = 1;
};

/// A topic that was not picked, and the reason, as the end of a sentence about it.
struct DroppedTopic {
  std::string topic, why;

  bool operator==(const DroppedTopic&) const = default;
};

struct Selection {
  std::vector<CurationTopic> topics;  ///< in the order of the file
  std::vector<DroppedTopic> dropped;  ///< each other topic
  std::vector<std::string> notes;     ///< what is odd, as sentences
};

/// Picks the topics with a query, an instruction and enough relevant documents. Throws BadInput where `only` or
/// `instructions` names a topic that is not there, where fewer are left than the sample asks for, and where none is
/// (saying so where topics and judgments seem to be numbered differently).
Selection select_topics(const collection::Topics& topics, const collection::Judgments& judgments,
                        const SelectionOptions& options);

}  // namespace heed::curate
