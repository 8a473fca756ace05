#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heed::curate {

/// A topic that was picked for a benchmark (`topics.jsonl`: id, query, instruction).
struct CurationTopic {
  std::string id;
  std::string query;
  std::string instruction;  ///< the original: TREC's narrative

  bool operator==(const CurationTopic&) const = default;
};

/// A document of a topic's pool (`pool.jsonl`: topic, document, grade, source).
struct PooledDocument {
  std::string topic, document;
  int grade = 0;       ///< by the original judgments; 1 and more is relevant, 0 judged non-relevant or unjudged
  std::string source;  ///< "judged", or the runs that brought it, parted by commas

  bool operator==(const PooledDocument&) const = default;
};

/// A document as the benchmark shows it (`documents.jsonl`: id, title, text): its best passage.
struct CuratedDocument {
  std::string id, title, text;

  bool operator==(const CuratedDocument&) const = default;
};

/// What a topic's instruction became (`alterations.jsonl`: topic, instruction, and, where there are any, keywords and
/// short_query of the length ablation).
struct Alteration {
  std::string topic;
  std::string instruction;
  std::optional<std::string> keywords, short_query;

  bool operator==(const Alteration&) const = default;
};

/// What an id may not be in a curation, whose files are UTF-8 and whose ids are printed: "is not UTF-8", "has a control
/// character in it" (those of Unicode's category Cc); nothing where it is sound.
std::optional<std::string> id_fault(std::string_view id);

/// What a relevant document is under the altered instruction.
enum class Decision { kRelevant, kNotRelevant, kUnsure };

/// "relevant", "not_relevant", "unsure".
std::string_view name_of(Decision decision);
std::optional<Decision> decision_named(std::string_view name);

/// One document judged anew (`rejudgments.jsonl`: topic, document, decision, and note where there is one).
struct Rejudgment {
  std::string topic, document;
  Decision decision = Decision::kRelevant;
  std::string note;

  bool operator==(const Rejudgment&) const = default;
};

/// A benchmark in the making: the files of a folder, each made by one step and open to any editor between two steps.
/// All lists are in the files' order.
struct Curation {
  std::vector<CurationTopic> topics;
  std::vector<PooledDocument> pool;
  std::vector<CuratedDocument> documents;
  std::vector<Alteration> alterations;
  std::vector<Rejudgment> rejudgments;

  bool operator==(const Curation&) const = default;
};

/// The names of the files, in the order of the steps that make them.
inline constexpr std::string_view kTopicsFile = "topics.jsonl", kPoolFile = "pool.jsonl",
                                  kDocumentsFile = "documents.jsonl", kAlterationsFile = "alterations.jsonl",
                                  kRejudgmentsFile = "rejudgments.jsonl";

/// Reads what is there of a curation folder; a file that is not there gives an empty list. Throws BadInput, with file
/// and line, for a broken line, a missing field, an id given twice or with an id_fault, a topic or document that the
/// earlier files lack; without a line where the folder has no topics.jsonl, or no topic in it.
Curation read_curation(const std::filesystem::path& folder);

/// As read_curation, of the files up to `last` alone, for a step that makes those after it anew.
Curation read_curation_until(const std::filesystem::path& folder, std::string_view last);

/// Altered instructions and re-judgments from a file of the same lines that lies elsewhere. Throws as read_curation
/// does, for topics and documents that the curation lacks too, and for a file without a line.
std::vector<Alteration> read_alterations(const std::filesystem::path& path, const Curation& curation);
std::vector<Rejudgment> read_rejudgments(const std::filesystem::path& path, const Curation& curation);

/// Each file's content, as it is written; reading it back gives the same list. Throws
/// BadInput where an id of a topic, or of a document of the pool, has an id_fault.
std::string topics_text(const std::vector<CurationTopic>& topics);
std::string pool_text(const std::vector<PooledDocument>& pool);
std::string documents_text(const std::vector<CuratedDocument>& documents);
std::string alterations_text(const std::vector<Alteration>& alterations);
std::string rejudgments_text(const std::vector<Rejudgment>& rejudgments);

}  // namespace heed::curate
