#include "collection/retrieval_layouts.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "collection/beir.h"
#include "collection/layout_files.h"
#include "format/jsonl.h"

namespace heed::collection {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kInstancesFile = "only_instruction_queries.jsonl";
constexpr std::string_view kSeparator = " [SEP] ";

/// The query and the instruction of an instance, or nothing where the line is no instance.
std::optional<Need> instance_of(format::JsonlReader& line) {
  const std::string_view text = line.text("text");
  if (const auto query = line.optional_text_at({"metadata", "origin_query"})) return Need{*query, text};
  const std::size_t at = text.rfind(kSeparator);
  if (at == std::string_view::npos) return std::nullopt;
  return Need{text.substr(at + kSeparator.size()), text.substr(0, at)};
}

fs::path instances_file(const fs::path& folder) {
  const auto own = find_file(folder, kInstancesFile);
  return own ? *own : require_file(folder, "queries.jsonl");
}

void set(InstructionTopic& topic, Arm arm, Need need) {
  topic.needs[static_cast<std::size_t>(arm)] = need;
}

/// Leaves the topics that are judged. Throws BadInput where none is.
void keep_judged(InstructionDataset& data, const fs::path& folder) {
  std::erase_if(data.topics, [&](const InstructionTopic& topic) { return !data.judgments_og.find(topic.id); });
  if (data.topics.empty()) throw base::BadInput(folder.string() + ": no query of it is judged");
}

void note_missing_documents(InstructionDataset& data) {
  std::unordered_set<DocumentId> missing;
  for (const JudgedList& list : data.judgments_og.lists())
    for (const auto& entry : list.entries())
      if (!data.corpus.find(entry.document.text())) missing.insert(entry.document);
  if (!missing.empty())
    data.notes.push_back("the judgments name " +
                         base::counted(static_cast<long>(missing.size()), "document", "documents") +
                         " that the corpus lacks");
}

}  // namespace

bool has_instructir_layout(const fs::path& folder) {
  if (!find_file(folder, "corpus.jsonl") || !fs::is_directory(folder / "qrels")) return false;
  if (find_file(folder, kInstancesFile)) return true;
  const auto queries = find_file(folder, "queries.jsonl");
  if (!queries) return false;
  try {
    format::JsonlReader line(*queries);
    return line.next() && instance_of(line).has_value();
  } catch (const base::BadInput&) {
    return false;  // whoever reads the file as what it is says what is wrong
  }
}

InstructionDataset read_instructir_layout(const fs::path& folder) {
  InstructionDataset data;
  data.layout = "instructir";
  data.kind = DatasetKind::kRobustness;
  data.ranks_corpus = true;
  data.corpus = read_corpus(require_file(folder, "corpus.jsonl"));
  std::unordered_set<std::string_view> ids;
  format::JsonlReader line(instances_file(folder));
  while (line.next()) {
    const auto need = instance_of(line);
    if (!need) line.fail("is no instance: it has neither metadata.origin_query nor \" [SEP] \" in its text");
    InstructionTopic topic;
    topic.id = QueryId(data.texts.keep(line.id({"_id", "id"})));
    if (!ids.insert(topic.id.text()).second) line.fail("query " + topic.id.str() + " is given twice");
    const std::string_view query = data.texts.keep(need->query);
    topic.group = query;
    set(topic, Arm::kOg, {query, data.texts.keep(need->instruction)});
    set(topic, Arm::kNone, {query, ""});
    data.topics.push_back(std::move(topic));
  }
  data.judgments_og =
      read_known_judgments(require_split(folder / "qrels"), [&](auto query) { return ids.contains(query); });
  data.notes = data.judgments_og.notes;
  keep_judged(data, folder);
  note_missing_documents(data);
  return data;
}

InstructionDataset read_beir_as_dataset(const fs::path& folder) {
  TestCollection beir = read_beir(folder);
  InstructionDataset data;
  data.layout = "beir";
  data.kind = DatasetKind::kRetrieval;
  data.ranks_corpus = true;
  data.corpus = std::move(beir.corpus);
  data.texts = std::move(beir.queries.texts);
  data.judgments_og = std::move(beir.judgments);
  data.notes = std::move(beir.notes);
  for (const Topic& query : beir.queries.topics) {
    InstructionTopic topic;
    topic.id = query.id;
    topic.group = query.title;
    set(topic, Arm::kNone, {query.title, ""});
    if (!query.narrative.empty()) set(topic, Arm::kOg, {query.title, query.narrative});
    data.topics.push_back(std::move(topic));
  }
  keep_judged(data, folder);
  return data;
}

namespace {

std::string names_of(std::span<const Layout> layouts) {
  std::string names;
  for (const Layout& layout : layouts) names += (names.empty() ? "" : ", ") + std::string(layout.name);
  return names;
}

}  // namespace

std::span<const Layout> retrieval_layouts() {
  static constexpr Layout kLayouts[] = {
      {"instructir", "BEIR's, each query an instance of another with an instruction of its own: Robustness@10",
       has_instructir_layout, read_instructir_layout},
      {"beir", "corpus.jsonl, queries.jsonl, qrels/test.tsv; the whole corpus is ranked: nDCG@10", has_beir_layout,
       read_beir_as_dataset},
  };
  return kLayouts;
}

InstructionDataset read_benchmark(const fs::path& folder) {
  for (const Layout& layout : retrieval_layouts())
    if (layout.recognises(folder)) return layout.read(folder);
  const auto is_known = [&](const Layout& layout) { return layout.recognises(folder); };
  if (fs::is_directory(folder) && std::ranges::none_of(layouts(), is_known))
    throw base::BadInput(folder.string() + ": is no benchmark in a layout that heed knows (" + names_of(layouts()) +
                         ", " + names_of(retrieval_layouts()) + "; heed help layouts explains)");
  return read_instruction_dataset(folder);
}

}  // namespace heed::collection
