#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "eval/p_mrr.h"
#include "format/json.h"
#include "report/sentences.h"

namespace heed::report {

/// What kind of task an entry of results.json is about.
enum class Kind {
  kInstruction,  ///< a pair of instructions: p-MRR
  kRetrieval,    ///< a BEIR collection
  kRobustness,   ///< the same question under many instructions: Robustness@10
};

/// The judgments that an original run is held against (docs/measures.md).
enum class Pairing { kCorrect, kPaper };

/// Measures and their values, as fractions or counts, in the file's order. One that was not finite is left out.
using Values = std::vector<std::pair<std::string, double>>;

/// The value of that name, where there is one.
std::optional<double> find_value(const Values& values, std::string_view name);

/// One document whose judgment changed.
struct ResultFlip {
  std::string document{}, title{};  ///< the title is empty where the file has none
  long grade_og = 0, grade_changed = 0;
  eval::RankRange before{}, after{};
  bool is_tied = false;
  double p_mrr = 0;
};

struct ResultTopic {
  std::string id;
  std::string query, instruction_og, instruction_changed;  ///< empty where the file has none
  std::optional<double> p_mrr;                             ///< nothing without a changed judgment
  std::vector<ResultFlip> flipped;
};

struct ResultArm {
  std::string name;
  Values values;
};

struct Robustness {
  std::string measure;
  double value = 0;
  long groups = 0, queries = 0;
};

/// How much a run cost.
struct Work {
  long pairs = 0;
  std::optional<std::pair<long, long>> embedded;  ///< queries and documents
};

/// One entry of results.json: one model on one task.
struct ResultEntry {
  std::string source;  ///< the file that it is from, as captions name it
  std::string task, model, recipe;
  Kind kind = Kind::kInstruction;
  std::string headline;  ///< the measure of the score's column
  std::string ranked;    ///< what was ranked, in words; may be empty
  /// Of a whole collection that was searched, in place of the task's candidates: its documents.
  std::optional<long> collection;
  std::string heed_version, model_identity, dtype;
  std::string layout, sha256;
  long topics = 0, documents = 0, candidates = 0;
  std::vector<std::string> notes;
  std::optional<Obedience> obedience;  ///< where both instructions were run
  std::vector<ResultArm> correct, paper;
  std::vector<ResultTopic> per_query;  ///< in the file's order
  std::optional<Robustness> robustness;
  std::optional<Work> work;

  /// The arm's values under that pairing, or null.
  const Values* arm(Pairing pairing, std::string_view name) const;
  std::optional<double> value(Pairing pairing, std::string_view arm_name, std::string_view measure) const;
};

/// The entries of a document of results (docs/formats.md, "results.json"). `source` is the file that it is or will be,
/// as complaints and captions name it. Throws BadInput, with the entry, where something is missing or of another type.
std::vector<ResultEntry> parse_results(const format::Json& document, const std::string& source);

/// The entries of several files, each a results.json or a folder with one, in their order. Throws BadInput as
/// parse_results() does, and where two entries have the same model, recipe and task: neither is dropped in silence.
std::vector<ResultEntry> read_results(const std::vector<std::filesystem::path>& paths);

}  // namespace heed::report
