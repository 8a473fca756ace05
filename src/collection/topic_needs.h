#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collection/dataset.h"
#include "collection/ids.h"
#include "collection/need.h"
#include "collection/text_arena.h"
#include "collection/topics.h"

namespace heed::collection {

/// What of a TREC topic is the query.
enum class QueryPart { kTitle, kDescription, kTitleAndDescription };

/// Their names: "title", "description", "title+description".
inline constexpr std::array<std::string_view, 3> kQueryPartNames = {"title", "description", "title+description"};
std::optional<QueryPart> query_part_named(std::string_view name);
std::string_view name_of(QueryPart part);

/// The text of that part; title and description are joined by a blank. Empty where the topic has none.
std::string query_text(const Topic& topic, QueryPart part);

/// What the topics of a file ask in one arm. Owns the characters.
struct TopicNeeds {
  struct Entry {
    QueryId id;
    Need need;
  };
  TextArena texts;
  std::vector<Entry> needs;
  std::vector<std::string> notes;  ///< what is odd, as sentences for the reader
};

/// Reads them, in the file's order, from
/// - a folder that read_benchmark knows (FollowIR's layout, mteb's, BEIR's, InstructIR's): its topics, which have to
///   have the arm;
/// - JSON lines with `instruction_og` and `instruction_changed` (FollowIR's queries.jsonl; `_id` or `id` or `qid`; the
///   query is `text` or `query`), with `keywords` and `short_query` where these arms are asked;
/// - any file of topics that read_topics reads: `none` is its query, `og` the query with the narrative; the other arms
///   it does not have.
/// `part` is of topics that have several parts. Throws BadInput as the readers do; where a topic lacks the arm or has
/// no query of that part, naming it.
TopicNeeds read_needs(const std::filesystem::path& path, Arm arm, QueryPart part = QueryPart::kTitle);

}  // namespace heed::collection
