#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "collection/judgments.h"
#include "collection/topics.h"
#include "curate/curation.h"

namespace heed::curate {

/// Which text of a TREC topic becomes the query. FollowIR's queries are descriptions (11 to 17 words on average).
enum class QueryField { kTitle, kDescription, kTitleAndDescription };

struct QueryFieldRow {
  QueryField field;
  std::string_view name;
};
inline constexpr QueryFieldRow kQueryFields[] = {
    {QueryField::kDescription, "description"},
    {QueryField::kTitle, "title"},
    {QueryField::kTitleAndDescription, "title+description"},
};

/// The text of that field; title and description are joined by a blank.
std::string query_text(const collection::Topic& topic, QueryField field);

struct SelectionOptions {
  QueryField query = QueryField::kDescription;
  /// Instructions by topic, in place of the narratives.
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
};

/// Picks the topics with a query, an instruction and enough relevant documents. Throws BadInput where `only` or
/// `instructions` names a topic that is not there, where fewer are left than the sample asks for, and where none is.
Selection select_topics(const collection::Topics& topics, const collection::Judgments& judgments,
                        const SelectionOptions& options);

}  // namespace heed::curate
