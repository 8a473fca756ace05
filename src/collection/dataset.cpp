#include "collection/dataset.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "collection/followir_layout.h"
#include "collection/mteb_layout.h"

namespace heed::collection {

namespace {

constexpr Layout kLayouts[] = {
    {"followir", "the FollowIR repositories on the Hub: qrels_og/, qrels_changed/, both instructions in queries.jsonl",
     has_followir_layout, read_followir_layout},
    {"mteb", "mteb's JSON lines: instruction.jsonl, query ids that end in -og and -changed", has_mteb_layout,
     read_mteb_layout},
};

/// How many documents change their judgment without being a candidate: p-MRR puts them below the last candidate.
long flipped_without_rank(const InstructionDataset& data) {
  long count = 0;
  for (const InstructionTopic& topic : data.topics) {
    std::unordered_set<std::string_view> candidates;
    for (const std::uint32_t candidate : topic.candidates_og) candidates.insert(data.corpus[candidate].id.text());
    const JudgedList& changed = *data.judgments_changed.find(topic.id);
    for (const auto& [document, grade] : data.judgments_og.find(topic.id)->entries()) {
      const int* const other = changed.find(document);
      count += grade != (other != nullptr ? *other : 0) && !candidates.contains(document.text());
    }
  }
  return count;
}

/// Adds what is odd about the data as a whole, which no single line shows.
void note_oddities(InstructionDataset& data) {
  for (const ArmRow& row : kArms) {
    const auto missing = std::count_if(data.topics.begin(), data.topics.end(),
                                       [&](const InstructionTopic& topic) { return !topic.need(row.arm); });
    if (missing > 0 && missing < static_cast<long>(data.topics.size()))
      data.notes.push_back(base::counted(missing, "topic has", "topics have") + " no text for the arm " +
                           std::string(row.name) + ", which is left out");
  }
  if (const long count = flipped_without_rank(data); count > 0)
    data.notes.push_back(
        base::counted(count, "document whose judgment changes is", "documents whose judgment changes are") +
        " no candidate of the query: ranked just below the last");
  for (const Judgments* const judgments : {&data.judgments_og, &data.judgments_changed}) {
    long unknown = 0;
    for (const JudgedList& list : judgments->lists())
      unknown += std::ranges::count_if(list.entries(),
                                       [&](const auto& entry) { return !data.corpus.find(entry.document.text()); });
    if (unknown > 0)
      data.notes.push_back(base::counted(unknown, "judgment is", "judgments are") +
                           " of a document that the corpus lacks (" +
                           (judgments == &data.judgments_og ? "original" : "altered") + " instruction)");
  }
}

}  // namespace

std::string_view name_of(Arm arm) {
  return kArms[static_cast<std::size_t>(arm)].name;
}

std::string_view name_of(DatasetKind kind) {
  switch (kind) {
    case DatasetKind::kInstruction:
      return "instruction";
    case DatasetKind::kRetrieval:
      return "retrieval";
    case DatasetKind::kRobustness:
      return "robustness";
  }
  throw base::Bug("a kind of data set without a name");
}

std::optional<Arm> arm_named(std::string_view name) {
  for (const ArmRow& row : kArms)
    if (row.name == name) return row.arm;
  return std::nullopt;
}

std::vector<Arm> InstructionDataset::arms() const {
  std::vector<Arm> all;
  for (const ArmRow& row : kArms)
    if (std::ranges::all_of(topics, [&](const InstructionTopic& topic) { return topic.need(row.arm).has_value(); }))
      all.push_back(row.arm);
  return all;
}

base::Fingerprint InstructionDataset::fingerprint() const {
  base::Digest digest;
  const auto add_count = [&](std::size_t count) { digest.add_field(std::to_string(count)); };
  add_count(corpus.documents().size());
  for (const Document& document : corpus.documents())
    digest.add_field(document.id.text()).add_field(document.title).add_field(document.text);
  for (const InstructionTopic& topic : topics) {
    digest.add_field(topic.id.text());
    for (const ArmRow& row : kArms) {
      const auto& need = topic.need(row.arm);
      digest.add_field(need ? need->query : "").add_field(need ? need->instruction : "").add(need ? "+" : "-");
    }
    for (const auto* const candidates : {&topic.candidates_og, &topic.candidates_changed}) {
      add_count(candidates->size());
      for (const std::uint32_t candidate : *candidates) digest.add_field(corpus[candidate].id.text());
    }
    for (const Judgments* const judgments : {&judgments_og, &judgments_changed}) {
      if (judgments->find(topic.id) == nullptr) continue;
      const JudgedList& list = *judgments->find(topic.id);
      add_count(list.size());
      for (const auto& [document, grade] : list.entries())
        digest.add_field(document.text()).add_field(std::to_string(grade));
    }
  }
  return digest.finish();
}

std::span<const Layout> layouts() {
  return kLayouts;
}

InstructionDataset read_instruction_dataset(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder))
    throw base::BadInput(folder.string() + ": is not a folder with a data set");
  for (const Layout& layout : kLayouts) {
    if (!layout.recognises(folder)) continue;
    InstructionDataset data = layout.read(folder);
    data.layout = layout.name;
    note_oddities(data);
    return data;
  }
  std::string known;
  for (const Layout& layout : kLayouts) known += (known.empty() ? "" : ", ") + std::string(layout.name);
  throw base::BadInput(folder.string() + ": is no instruction benchmark in a layout that heed knows (" + known +
                       "; heed help layouts explains)");
}

}  // namespace heed::collection
