#include "curate/topic_selection.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/random.h"
#include "format/fields.h"
#include "format/jsonl.h"
#include "format/lines.h"
#include "text/utf8.h"

namespace heed::curate {

using base::BadInput;

namespace {

/// The text as valid UTF-8 without white space at its ends; topics of TREC may be in other encodings.
std::string clean(std::string_view text) {
  return text::encode(text::decode(text::stripped(text)));
}

std::string instruction_of(const collection::Topic& topic, const SelectionOptions& options) {
  const auto found = options.instructions.find(topic.id.str());
  return clean(found == options.instructions.end() ? topic.narrative : std::string_view(found->second));
}

long count_relevant(const collection::Judgments& judgments, collection::QueryId query) {
  const auto* const list = judgments.find(query);
  if (list == nullptr) return 0;
  return std::ranges::count_if(list->entries(), [](const auto& entry) { return entry.value >= 1; });
}

/// Why the topic is not picked; nothing where it fits.
std::optional<std::string> objection(const CurationTopic& topic, long relevant, const SelectionOptions& options) {
  if (!options.only.empty() && !options.only.contains(topic.id)) return "is not among those asked for";
  if (options.excluded.contains(topic.id)) return "is excluded";
  if (topic.query.empty()) return "has no " + std::string(name_of(options.query)) + " to be its query";
  if (topic.instruction.empty()) return "has no narrative to be its instruction";
  if (relevant < options.least_relevant)
    return options.least_relevant == 1
               ? "has no relevant document"
               : "has fewer than " + std::to_string(options.least_relevant) + " relevant documents";
  return std::nullopt;
}

/// Keeps a sample without replacement, in the order of the list.
void draw(Selection& selection, const SelectionOptions& options) {
  const std::size_t wanted = static_cast<std::size_t>(options.sample), count = selection.topics.size();
  if (count < wanted)
    throw BadInput("only " + base::counted(static_cast<long>(count), "topic fits", "topics fit") +
                   ", fewer than the sample of " + std::to_string(wanted));
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  base::Random random(options.seed);
  for (std::size_t i = 0; i < wanted; ++i)
    std::swap(order[i], order[i + random.below(static_cast<std::uint32_t>(count - i))]);
  const std::set<std::size_t> drawn(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(wanted));
  std::vector<CurationTopic> kept;
  for (std::size_t i = 0; i < count; ++i) {
    if (drawn.contains(i))
      kept.push_back(std::move(selection.topics[i]));
    else
      selection.dropped.push_back({selection.topics[i].id, "was not drawn"});
  }
  selection.topics = std::move(kept);
}

void require_known(const collection::Topics& topics, const SelectionOptions& options) {
  std::set<std::string> known;
  for (const auto& topic : topics.topics) known.insert(topic.id.str());
  for (const std::string& id : options.only)
    if (!known.contains(id)) throw BadInput("there is no topic " + id + " among the topics");
  for (const auto& [id, instruction] : options.instructions)
    if (!known.contains(id))
      throw BadInput(options.instructions_name + ": there is an instruction for topic " + id +
                     ", which the topics lack");
}

/// How many judged queries are no topics: a hint that the two files number them differently.
std::string unknown_queries(const collection::Topics& topics, const collection::Judgments& judgments) {
  std::set<std::string_view> known;
  for (const auto& topic : topics.topics) known.insert(topic.id.text());
  const auto unknown =
      std::ranges::count_if(judgments.lists(), [&](const auto& list) { return !known.contains(list.query().text()); });
  if (unknown == 0) return "";
  return std::to_string(unknown) + " of the " + std::to_string(judgments.lists().size()) +
         " judged queries are not among the topics; do both files number them alike?";
}

}  // namespace

std::map<std::string, std::string> read_instructions(const std::filesystem::path& path) {
  std::map<std::string, std::string> instructions;
  format::LineReader lines(path);
  const auto first = lines.peek();
  const auto add = [&](std::string_view id, std::string_view text, const auto& reader) {
    if (format::trimmed(text).empty()) reader.fail("the instruction of topic " + std::string(id) + " is empty");
    if (!instructions.emplace(id, format::trimmed(text)).second)
      reader.fail("topic " + std::string(id) + " has two instructions");
  };
  if (first && format::trimmed(*first).starts_with('{')) {
    format::JsonlReader line(std::move(lines));
    while (line.next()) {
      const std::string id(line.id({"id", "topic", "_id"}));
      std::string_view text;
      for (const char* const key : {"text", "narrative", "instruction"})
        if (line.has(key)) text = line.text(key);
      add(id, text, line);
    }
    return instructions;
  }
  while (const auto line = lines.next()) {
    const std::size_t tab = line->find('\t');
    if (tab == std::string_view::npos) lines.fail("is no line of an id, a tab and an instruction");
    const std::string_view id = line->substr(0, tab);
    if (id.empty() || format::split_fields(id).size() != 1 || format::trimmed(id) != id)
      lines.fail("the id is empty or has white space in it: \"" + std::string(id) + "\"");
    add(id, line->substr(tab + 1), lines);
  }
  return instructions;
}

std::set<std::string> read_ids(const std::filesystem::path& path) {
  std::set<std::string> ids;
  format::LineReader lines(path);
  while (const auto line = lines.next()) ids.emplace(format::split_fields(*line)[0]);
  return ids;
}

Selection select_topics(const collection::Topics& topics, const collection::Judgments& judgments,
                        const SelectionOptions& options) {
  require_known(topics, options);
  Selection selection;
  for (const collection::Topic& topic : topics.topics) {
    CurationTopic candidate{topic.id.str(), clean(query_text(topic, options.query)), instruction_of(topic, options)};
    if (auto why = objection(candidate, count_relevant(judgments, topic.id), options))
      selection.dropped.push_back({std::move(candidate.id), std::move(*why)});
    else
      selection.topics.push_back(std::move(candidate));
  }
  if (options.sample > 0) draw(selection, options);
  const std::string hint = unknown_queries(topics, judgments);
  if (selection.topics.empty()) {
    std::string why;
    if (!selection.dropped.empty()) why = ": topic " + selection.dropped[0].topic + " " + selection.dropped[0].why;
    throw BadInput("no topic fits" + why + (hint.empty() ? "" : "; " + hint));
  }
  if (!hint.empty()) selection.notes.push_back(hint);
  return selection;
}

}  // namespace heed::curate
