#include "collection/followir_layout.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "collection/layout_files.h"
#include "format/json.h"
#include "format/jsonl.h"

namespace heed::collection {

namespace fs = std::filesystem;

namespace {

using TopicIndex = std::unordered_map<std::string_view, std::size_t>;

TopicIndex read_topics(InstructionDataset& data, const fs::path& path) {
  TopicIndex index;
  format::JsonlReader line(path);
  while (line.next()) {
    InstructionTopic topic;
    topic.id = QueryId(data.texts.keep(line.id({"_id", "id"})));
    const std::string_view query = data.texts.keep(line.text("text"));
    const auto set = [&](Arm arm, std::optional<std::string_view> instruction) {
      if (instruction) topic.needs[static_cast<std::size_t>(arm)] = Need{query, data.texts.keep(*instruction)};
    };
    set(Arm::kOg, line.text("instruction_og"));
    set(Arm::kChanged, line.text("instruction_changed"));
    set(Arm::kNone, "");
    set(Arm::kKeywords, line.optional_text("keywords"));
    set(Arm::kShort, line.optional_text("short_query"));
    if (!index.emplace(topic.id.text(), data.topics.size()).second)
      line.fail("query " + topic.id.str() + " is given twice");
    data.topics.push_back(std::move(topic));
  }
  return index;
}

/// The candidates of one list; `source` says where a bad one stands.
template <class Source>
void add_candidate(InstructionDataset& data, std::unordered_set<std::uint64_t>& seen, std::size_t topic,
                   std::string_view document, const Source& source) {
  const auto position = data.corpus.find(document);
  if (!position) source("the corpus has no document " + std::string(document));
  if (!seen.insert((std::uint64_t{topic} << 32) | *position).second)
    source("document " + std::string(document) + " is repeated among the candidates of query " +
           data.topics[topic].id.str());
  data.topics[topic].candidates_og.push_back(*position);
}

void read_top_ranked(InstructionDataset& data, const TopicIndex& topics, const fs::path& path) {
  std::unordered_set<std::uint64_t> seen;
  format::JsonlReader line(path);
  const auto fail = [&](const std::string& what) { line.fail(what); };
  while (line.next()) {
    const std::string_view query = line.id({"qid", "query-id"});
    const auto topic = topics.find(query);
    if (topic == topics.end()) line.fail("there is no query " + std::string(query) + " in queries.jsonl");
    add_candidate(data, seen, topic->second, line.id({"pid", "corpus-id"}), fail);
  }
}

void read_empty_scores(InstructionDataset& data, const TopicIndex& topics, const fs::path& path) {
  const format::Json scores = format::read_json(path);
  const auto fail = [&](const std::string& what) { throw base::BadInput(path.string() + ": " + what); };
  if (!scores.is_object()) fail("is not an object of queries");
  std::unordered_set<std::uint64_t> seen;
  for (const auto& [query, documents] : scores.items()) {
    const auto topic = topics.find(query);
    if (topic == topics.end()) fail("there is no query " + query + " in queries.jsonl");
    if (!documents.is_object()) fail("query " + query + " is not an object of scores");
    std::vector<std::pair<std::string, double>> ranked;
    for (const auto& [document, score] : documents.items()) {
      if (!score.is_number()) fail("the score of document " + document + " of query " + query + " is not a number");
      ranked.emplace_back(document, score.get<double>());
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    for (const auto& [document, score] : ranked) add_candidate(data, seen, topic->second, document, fail);
  }
}

/// The judgments in a folder; their notes become the data set's.
Judgments read_side(InstructionDataset& data, const TopicIndex& topics, const fs::path& folder) {
  Judgments judgments = read_known_judgments(require_split(folder), [&](auto query) { return topics.contains(query); });
  data.notes.insert(data.notes.end(), judgments.notes.begin(), judgments.notes.end());
  judgments.notes.clear();
  return judgments;
}

}  // namespace

bool has_followir_layout(const fs::path& folder) {
  return fs::is_directory(folder / "qrels_og");
}

InstructionDataset read_followir_layout(const fs::path& folder) {
  InstructionDataset data;
  data.corpus = read_corpus(require_file(folder, "corpus.jsonl"));
  const TopicIndex topics = read_topics(data, require_file(folder, "queries.jsonl"));
  if (const auto empty_scores = find_file(folder, "empty_scores.json");
      empty_scores && !find_file(folder, "top_ranked.jsonl"))
    read_empty_scores(data, topics, *empty_scores);
  else
    read_top_ranked(data, topics, require_file(folder, "top_ranked.jsonl"));
  for (InstructionTopic& topic : data.topics) topic.candidates_changed = topic.candidates_og;
  data.judgments_og = read_side(data, topics, folder / "qrels_og");
  data.judgments_changed = read_side(data, topics, folder / "qrels_changed");
  require_complete(data, folder);
  return data;
}

}  // namespace heed::collection
