#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collection/per_query.h"

namespace heed::format {
class JsonlReader;
class LineReader;
}  // namespace heed::format

namespace heed::collection {

/// What assessors decided: for each query the judged documents with their grades. 0 is not relevant, 1 and more
/// relevant, negative in the pool but left unjudged (trec_eval's meaning).
struct Judgments : PerQuery<int> {
  std::vector<std::string> notes;  ///< what reading passed over, as sentences for the reader
};

using JudgedList = Judgments::List;

/// The largest grade that is accepted, and, negated, the least.
inline constexpr int kLargestGrade = 10000;

/// Reads judgments one by one (plain, gzip or `-`) in any of the three formats in use, told apart by the first line:
/// TREC qrels `query iter docno grade`; BEIR's TSV with the header `query-id corpus-id score` (InstructIR's: `qid pid
/// score`); JSON lines with `query-id`, `corpus-id`, `score`. Lines of TREC qrels that begin with # are passed over and
/// counted.
class JudgmentReader {
 public:
  struct Judgment {
    std::string_view query, document;  ///< valid until the next call
    int grade = 0;
  };

  explicit JudgmentReader(const std::filesystem::path& path);
  ~JudgmentReader();

  /// Throws BadInput, with file and line, for a line of another shape or a grade that is no integer.
  std::optional<Judgment> next();
  /// Throws BadInput: the line last returned, and what is wrong with it.
  [[noreturn]] void fail(std::string_view what) const;
  const std::string& name() const;
  /// Adds a note where lines were passed over.
  void note_comments(std::vector<std::string>& notes) const;

 private:
  std::optional<Judgment> next_line();

  std::unique_ptr<format::LineReader> lines_;  // of TREC qrels and BEIR's TSV
  std::unique_ptr<format::JsonlReader> json_;  // of JSON lines; one of the two is set
  bool is_beir_ = false;
  long comments_ = 0;
};

/// All judgments of a file, as JudgmentReader reads them. Throws BadInput also for a document judged twice for a
/// query, and where there is no judgment at all.
Judgments read_judgments(const std::filesystem::path& path);

/// Adds one judgment; throws BadInput, through the reader, where the query has the document already.
void add_judgment(Judgments& judgments, const JudgmentReader& reader, std::string_view query,
                  const JudgmentReader::Judgment& judgment);

/// The judgments as TREC qrels, in the order in which they came.
std::string trec_qrels(const Judgments& judgments);

}  // namespace heed::collection
