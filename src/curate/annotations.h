#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "curate/agreement.h"
#include "curate/curation.h"

namespace heed::curate {

/// A place in the one order of everything that annotators did; later is larger, 0 is before all.
using Revision = std::int64_t;

/// A text that an annotator saved as a topic's altered instruction.
struct SavedInstruction {
  Revision revision = 0;
  std::string annotator, text;
  std::string at;  ///< when, in UTC: "2024-05-01T12:00:00Z"
};

/// What someone decided about a document; without a decision where it was taken back, or where there is only a note.
struct Judgment {
  Revision revision = 0;
  std::string annotator;
  std::optional<Decision> decision;
  std::string note;
  Revision under = 0;  ///< the final instruction that was read
  std::string at;
};

/// Of one topic, the newest of everything. All annotators judge under the same instruction: one of them writes it and
/// makes it final. Once another is made final, what was decided under the one before it no longer counts, until it is
/// decided again.
struct TopicAnnotations {
  std::map<std::string, SavedInstruction> drafts;  ///< by annotator
  std::optional<SavedInstruction> final_instruction;
  std::map<std::string, std::map<std::string, Judgment>> judgments;  ///< by document, then annotator
  std::map<std::string, Judgment> adjudications;                     ///< by document
};

struct Annotations {
  Revision revision = 0;  ///< of the newest thing of all
  std::vector<std::string> annotators;
  std::map<std::string, TopicAnnotations> topics;
};

/// Of one topic; nothing at all where nobody did anything to it.
const TopicAnnotations& annotations_of(const Annotations& annotations, const std::string& topic);

/// The decision, where it was made under the instruction that is final now.
std::optional<Decision> current_decision(const Judgment& judgment, const TopicAnnotations& topic);

/// Who decided something about the topic, under its final instruction, sorted.
std::vector<std::string> annotators_of(const TopicAnnotations& topic);

/// How the decisions of a document's annotators come together.
enum class Standing {
  kOpen,         ///< an annotator of the topic has not decided
  kAgreed,       ///< one annotator, or several of one mind
  kToSettle,     ///< they differ, or all several are unsure, and nobody has adjudicated since
  kAdjudicated,  ///< they differed, and it was settled after they had
};

struct Settlement {
  Standing standing = Standing::kOpen;
  std::optional<Decision> decision;  ///< where agreed or adjudicated
  std::string note;                  ///< of all who decided so, or of the adjudication
};

/// `annotators` as annotators_of() gives them. An adjudication counts where it was made under the final instruction,
/// and after the newest decision that it settles.
Settlement settlement(const TopicAnnotations& topic, const std::string& document,
                      const std::vector<std::string>& annotators);

/// The documents that both decided under the final instruction, as pairs for agreement().
std::vector<DecisionPair> decision_pairs(const TopicAnnotations& topic, const std::string& first,
                                         const std::string& second);

/// The relevant documents of each topic's pool, which are judged anew, in the pool's order.
std::map<std::string, std::vector<std::string>> documents_to_judge(const Curation& curation);

/// What a topic lacks, as a sentence, or nothing where it is complete: an instruction is final, each of its annotators
/// has decided each document, each difference is adjudicated.
std::optional<std::string> what_is_missing(const TopicAnnotations& topic, const std::vector<std::string>& documents);

/// What of the topics is exported.
enum class ExportScope { kCompleteTopics, kAllThatIsSettled };

struct AnnotationExport {
  std::vector<Alteration> alterations;
  std::vector<Rejudgment> rejudgments;
  std::vector<std::string> topics;                              ///< whose annotations are in the lists
  std::vector<std::pair<std::string, std::string>> incomplete;  ///< topic, and what it lacks
};

/// The lists that take the place of the folder's: topics in topics.jsonl's order, documents in the pool's. A topic that
/// is not exported (never made final here, or not complete and not asked for) keeps what the folder has of it. One that
/// is keeps its keywords and short_query, and, where its instruction is the folder's, decisions about documents that
/// are not settled here; those made under another instruction go with it.
AnnotationExport export_of(const Curation& curation, const Annotations& annotations, ExportScope scope);

/// Writes the folder's alterations.jsonl and rejudgments.jsonl anew from export_of(); neither where no topic would be
/// exported. No decision ever stands under an instruction that it was not made under: those of topics whose instruction
/// changes are first taken out, then the instructions written, then all decisions. Ended in between, it leaves relevant
/// documents that are not re-judged, which find_violations() names as errors; writing again mends it. Throws BadInput
/// as read_curation() and write_file() do.
AnnotationExport write_export(const std::filesystem::path& folder, const Annotations& annotations, ExportScope scope);

}  // namespace heed::curate
