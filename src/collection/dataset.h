#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fingerprint.h"
#include "collection/document.h"
#include "collection/judgments.h"
#include "collection/need.h"

namespace heed::collection {

/// What goes with the query (Weller et al. 2024, section 4 and figure 3).
enum class Arm { kOg, kChanged, kNone, kKeywords, kShort };

struct ArmRow {
  Arm arm;
  std::string_view name;
  std::string_view explanation;
};

inline constexpr std::array<ArmRow, 5> kArms = {{
    {Arm::kOg, "og", "the query with its original instruction"},
    {Arm::kChanged, "changed", "the query with the altered instruction"},
    {Arm::kNone, "none", "the query alone"},
    {Arm::kKeywords, "keywords", "the query with keywords of the original instruction"},
    {Arm::kShort, "short", "the query with a short instruction that names the task only"},
}};

std::string_view name_of(Arm arm);
std::optional<Arm> arm_named(std::string_view name);

/// What a data set measures.
enum class DatasetKind {
  kInstruction,  ///< whether a system obeys an altered instruction: p-MRR
  kRetrieval,    ///< whether it finds what is relevant: nDCG@10
  kRobustness,   ///< how it fares under the least favourable of a query's instructions: Robustness@10
};

/// "instruction", "retrieval", "robustness".
std::string_view name_of(DatasetKind kind);

/// One topic of a benchmark.
struct InstructionTopic {
  QueryId id;
  /// Of a robustness benchmark: what the topics that ask the same have in common.
  std::string_view group;
  std::array<std::optional<Need>, kArms.size()> needs;  ///< by arm; an arm that the data lacks has none
  /// The documents to rank, as positions in the corpus, in the order in which the data set lists them.
  std::vector<std::uint32_t> candidates_og, candidates_changed;

  const std::optional<Need>& need(Arm arm) const { return needs[static_cast<std::size_t>(arm)]; }
  /// The altered instruction has a list of its own in mteb's layout; all other arms share the original's.
  const std::vector<std::uint32_t>& candidates(Arm arm) const {
    return arm == Arm::kChanged ? candidates_changed : candidates_og;
  }
};

/// A benchmark of topics with two instructions each, and judgments under both; or, if its kind is another, of topics
/// with one or none, whose candidates are the whole corpus and whose judgments are judgments_og. Owns all its texts.
struct InstructionDataset {
  std::string_view layout;  ///< the name of its row in kLayouts; "beir", "instructir"
  DatasetKind kind = DatasetKind::kInstruction;
  bool ranks_corpus = false;  ///< no topic has candidates of its own
  Corpus corpus;
  TextArena texts;
  std::vector<InstructionTopic> topics;
  Judgments judgments_og, judgments_changed;
  std::vector<std::string> notes;  ///< what is odd or was passed over, as sentences for the reader

  /// The arms that every topic has.
  std::vector<Arm> arms() const;
  /// Of the content, not of the files: the same data gives the same one when packed, or with its lines' fields in
  /// another order.
  base::Fingerprint fingerprint() const;
};

/// How a data set lies in its folder.
struct Layout {
  std::string_view name;
  std::string_view explanation;
  bool (*recognises)(const std::filesystem::path& folder);
  InstructionDataset (*read)(const std::filesystem::path& folder);
};

/// All layouts of instruction benchmarks, in the order in which they are tried.
std::span<const Layout> layouts();

/// Reads an instruction benchmark from its folder, whichever layout it has. Throws BadInput where no layout fits
/// (saying which there are), and, with file and line, for broken lines, a judgment or candidate of an unknown query,
/// a candidate that the corpus lacks, a topic without candidates or judgments, an id given twice.
InstructionDataset read_instruction_dataset(const std::filesystem::path& folder);

}  // namespace heed::collection
