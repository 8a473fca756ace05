#include "collection/topic_needs.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "collection/retrieval_layouts.h"
#include "format/jsonl.h"
#include "format/lines.h"

namespace heed::collection {

namespace fs = std::filesystem;
using base::BadInput;

namespace {

[[noreturn]] void fail_lacking(const fs::path& path, QueryId topic, std::string_view what) {
  throw BadInput(path.string() + ": topic " + topic.str() + " has no " + std::string(what));
}

TopicNeeds from_benchmark(const fs::path& folder, Arm arm) {
  const InstructionDataset data = read_benchmark(folder);
  TopicNeeds needs;
  for (const InstructionTopic& topic : data.topics) {
    if (!topic.need(arm)) fail_lacking(folder, topic.id, "text for the arm " + std::string(name_of(arm)));
    const Need& need = *topic.need(arm);
    needs.needs.push_back({QueryId(needs.texts.keep(topic.id.text())),
                           {needs.texts.keep(need.query), needs.texts.keep(need.instruction)}});
  }
  needs.notes = data.notes;
  return needs;
}

/// The field of FollowIR's queries that an arm joins to the query; empty: none.
std::string_view instruction_field(Arm arm) {
  switch (arm) {
    case Arm::kOg:
      return "instruction_og";
    case Arm::kChanged:
      return "instruction_changed";
    case Arm::kNone:
      return "";
    case Arm::kKeywords:
      return "keywords";
    case Arm::kShort:
      return "short_query";
  }
  throw base::Bug("an arm without a field");
}

/// Whether the first line is an object with both instructions.
bool has_two_instructions(const fs::path& path) {
  format::LineReader lines(path);
  const auto first = lines.peek();
  if (!first || !first->starts_with('{')) return false;
  format::JsonlReader line(std::move(lines));
  return line.next() && line.has("instruction_og") && line.has("instruction_changed");
}

TopicNeeds from_queries(const fs::path& path, Arm arm) {
  TopicNeeds needs;
  std::unordered_set<std::string_view> seen;
  const std::string_view field = instruction_field(arm);
  format::JsonlReader line(path);
  while (line.next()) {
    const std::string_view id = needs.texts.keep(line.id({"_id", "id", "qid"}));
    if (!seen.insert(id).second) line.fail("query " + std::string(id) + " is given twice");
    const std::string_view query = needs.texts.keep(line.text(line.has("text") ? "text" : "query"));
    needs.needs.push_back({QueryId(id), {query, field.empty() ? "" : needs.texts.keep(line.text(field))}});
  }
  return needs;
}

TopicNeeds from_topics(const fs::path& path, Arm arm, QueryPart part) {
  if (arm != Arm::kNone && arm != Arm::kOg)
    throw BadInput(path.string() + ": topics have the arms none (the query) and og (with the narrative), not " +
                   std::string(name_of(arm)));
  const Topics topics = read_topics(path);
  TopicNeeds needs;
  for (const Topic& topic : topics.topics) {
    const std::string query = query_text(topic, part);
    if (query.empty())
      fail_lacking(path, topic.id,
                   part == QueryPart::kTitleAndDescription ? "title and no description" : name_of(part));
    if (arm == Arm::kOg && topic.narrative.empty())
      fail_lacking(path, topic.id, "narrative, which the arm og joins to it");
    needs.needs.push_back({QueryId(needs.texts.keep(topic.id.text())),
                           {needs.texts.keep(query), arm == Arm::kOg ? needs.texts.keep(topic.narrative) : ""}});
  }
  needs.notes = topics.notes;
  return needs;
}

}  // namespace

std::optional<QueryPart> query_part_named(std::string_view name) {
  const auto found = std::ranges::find(kQueryPartNames, name);
  if (found == kQueryPartNames.end()) return std::nullopt;
  return static_cast<QueryPart>(found - kQueryPartNames.begin());
}

std::string_view name_of(QueryPart part) {
  return kQueryPartNames[static_cast<std::size_t>(part)];
}

std::string query_text(const Topic& topic, QueryPart part) {
  const std::string title(topic.title), description(topic.description);
  switch (part) {
    case QueryPart::kTitle:
      return title;
    case QueryPart::kDescription:
      return description;
    case QueryPart::kTitleAndDescription:
      return title.empty() || description.empty() ? title + description : title + " " + description;
  }
  throw base::Bug("a part of a topic without a text");
}

TopicNeeds read_needs(const fs::path& path, Arm arm, QueryPart part) {
  if (fs::is_directory(path)) return from_benchmark(path, arm);
  return has_two_instructions(path) ? from_queries(path, arm) : from_topics(path, arm, part);
}

}  // namespace heed::collection
