#include "collection/mteb_layout.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "collection/layout_files.h"
#include "format/jsonl.h"

namespace heed::collection {

namespace fs = std::filesystem;

namespace {

/// Which topic and which of its two instructions an id such as `336-changed` names.
struct Side {
  std::size_t topic = 0;
  Arm arm = Arm::kOg;
};

struct SplitId {
  std::string_view query;
  Arm arm = Arm::kOg;
};

std::optional<SplitId> split_id(std::string_view id) {
  for (const Arm arm : {Arm::kOg, Arm::kChanged}) {
    const std::string ending = "-" + std::string(name_of(arm));
    if (id.size() > ending.size() && id.ends_with(ending)) return SplitId{id.substr(0, id.size() - ending.size()), arm};
  }
  return std::nullopt;
}

/// The topics by their bare ids, and what an id of the files means.
class Topics {
 public:
  explicit Topics(InstructionDataset& data) : data_(data) {}

  /// As known(), and a new topic where the id is new.
  template <class Reader>
  Side known_or_new(std::string_view id, const Reader& reader) {
    const SplitId split = require_split_id(id, reader);
    auto found = index_.find(split.query);
    if (found == index_.end()) {
      InstructionTopic topic;
      topic.id = QueryId(data_.texts.keep(split.query));
      found = index_.emplace(topic.id.text(), data_.topics.size()).first;
      data_.topics.push_back(std::move(topic));
    }
    return {found->second, split.arm};
  }

  /// The topic and side of the id; the reader complains where there is no such query.
  template <class Reader>
  Side known(std::string_view id, const Reader& reader) const {
    const SplitId split = require_split_id(id, reader);
    const auto found = index_.find(split.query);
    if (found == index_.end() || !data_.topics[found->second].need(split.arm))
      reader.fail("there is no query " + std::string(id) + " in queries.jsonl");
    return {found->second, split.arm};
  }

  /// The topic of a bare id, or nothing.
  std::optional<std::size_t> bare(std::string_view id) const {
    const auto found = index_.find(id);
    return found == index_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  template <class Reader>
  static SplitId require_split_id(std::string_view id, const Reader& reader) {
    const auto split = split_id(id);
    if (!split) reader.fail("query id " + std::string(id) + " ends neither in -og nor in -changed");
    return *split;
  }

  InstructionDataset& data_;
  std::unordered_map<std::string_view, std::size_t> index_;
};

void read_queries(InstructionDataset& data, Topics& topics, const fs::path& path) {
  format::JsonlReader line(path);
  while (line.next()) {
    const std::string_view id = line.id({"_id", "id"});
    const Side side = topics.known_or_new(id, line);
    auto& needs = data.topics[side.topic].needs;
    auto& need = needs[static_cast<std::size_t>(side.arm)];
    if (need) line.fail("query " + std::string(id) + " is given twice");
    need = Need{data.texts.keep(line.text("text")), ""};
    if (side.arm == Arm::kOg) needs[static_cast<std::size_t>(Arm::kNone)] = need;
  }
  for (const InstructionTopic& topic : data.topics)
    for (const Arm arm : {Arm::kOg, Arm::kChanged})
      if (!topic.need(arm))
        throw base::BadInput(line.name() + ": query " + topic.id.str() + " has no line " + topic.id.str() + "-" +
                             std::string(name_of(arm)));
}

void read_instructions(InstructionDataset& data, const Topics& topics, const fs::path& path) {
  std::set<std::pair<std::size_t, Arm>> seen;
  format::JsonlReader line(path);
  while (line.next()) {
    const std::string_view id = line.id({"query-id"});
    const Side side = topics.known(id, line);
    if (!seen.emplace(side.topic, side.arm).second) line.fail("query " + std::string(id) + " has two instructions");
    data.topics[side.topic].needs[static_cast<std::size_t>(side.arm)]->instruction =
        data.texts.keep(line.text("instruction"));
  }
  for (std::size_t i = 0; i < data.topics.size(); ++i)
    for (const Arm arm : {Arm::kOg, Arm::kChanged})
      if (!seen.contains({i, arm}))
        throw base::BadInput(line.name() + ": query " + data.topics[i].id.str() + "-" + std::string(name_of(arm)) +
                             " has no instruction");
}

void read_top_ranked(InstructionDataset& data, const Topics& topics, const fs::path& path) {
  format::JsonlReader line(path);
  while (line.next()) {
    const std::string_view id = line.id({"query-id"});
    const Side side = topics.known(id, line);
    InstructionTopic& topic = data.topics[side.topic];
    auto& candidates = side.arm == Arm::kChanged ? topic.candidates_changed : topic.candidates_og;
    if (!candidates.empty()) line.fail("query " + std::string(id) + " has two lists of candidates");
    std::unordered_set<std::uint32_t> seen;
    for (const std::string_view document : line.ids("corpus-ids")) {
      const auto position = data.corpus.find(document);
      if (!position) line.fail("the corpus has no document " + std::string(document));
      if (!seen.insert(*position).second)
        line.fail("document " + std::string(document) + " is repeated among the candidates of query " +
                  std::string(id));
      candidates.push_back(*position);
    }
  }
}

void read_qrels(InstructionDataset& data, const Topics& topics, const fs::path& path) {
  JudgmentReader reader(path);
  while (const auto judgment = reader.next()) {
    const Side side = topics.known(judgment->query, reader);
    Judgments& judgments = side.arm == Arm::kChanged ? data.judgments_changed : data.judgments_og;
    add_judgment(judgments, reader, data.topics[side.topic].id.text(), *judgment);
  }
  reader.note_comments(data.notes);
}

/// How many documents of the file keep their judgment, and how many that change theirs it leaves out.
void compare_with_diff(InstructionDataset& data, const Topics& topics, const fs::path& path) {
  const auto changes = [&](QueryId query, DocumentId document) {
    const int* const og = data.judgments_og.find(query)->find(document);
    const int* const changed = data.judgments_changed.find(query)->find(document);
    return (og != nullptr ? *og : 0) != (changed != nullptr ? *changed : 0);
  };
  long unchanged = 0, listed = 0, all = 0;
  format::JsonlReader line(path);
  while (line.next()) {
    const std::string_view id = line.id({"query-id"});
    const auto topic = topics.bare(id);
    if (!topic) line.fail("there is no query " + std::string(id) + " in queries.jsonl");
    for (const std::string_view document : line.ids("corpus-ids"))
      ++(changes(data.topics[*topic].id, DocumentId(document)) ? listed : unchanged);
  }
  for (const InstructionTopic& topic : data.topics)
    all += std::ranges::count_if(data.judgments_og.find(topic.id)->entries(),
                                 [&](const auto& entry) { return changes(topic.id, entry.document); });
  if (unchanged > 0)
    data.notes.push_back(path.string() + ": lists " + base::counted(unchanged, "document", "documents") +
                         " whose judgment does not change; the judgments decide");
  if (listed < all)
    data.notes.push_back(path.string() + ": leaves out " + base::counted(all - listed, "document", "documents") +
                         " whose judgment changes; the judgments decide");
}

}  // namespace

bool has_mteb_layout(const fs::path& folder) {
  return find_file(folder, "instruction.jsonl").has_value();
}

InstructionDataset read_mteb_layout(const fs::path& folder) {
  InstructionDataset data;
  data.corpus = read_corpus(require_file(folder, "corpus.jsonl"));
  Topics topics(data);
  read_queries(data, topics, require_file(folder, "queries.jsonl"));
  read_instructions(data, topics, require_file(folder, "instruction.jsonl"));
  read_top_ranked(data, topics, require_file(folder, "top_ranked.jsonl"));
  read_qrels(data, topics, require_split(folder / "qrels"));
  require_complete(data, folder);
  if (const auto diff = find_file(folder, "qrel_diff.jsonl")) compare_with_diff(data, topics, *diff);
  return data;
}

}  // namespace heed::collection
