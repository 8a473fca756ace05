#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fingerprint.h"
#include "format/json_journal.h"
#include "train/row.h"

namespace heed::train {

/// A judge's scores of rows, line by line in a file, so that judging that was cut off goes on where it stood. May be
/// used by several threads at once.
class ScoreLog {
 public:
  /// Reads what is there; a last line that was cut is taken away. `judge` is who scores, and changes whenever the
  /// scores may: another one's scores stay in the file and are not used. Throws BadInput where the file is no such log,
  /// another process has it, or it cannot be written.
  ScoreLog(const std::filesystem::path& path, const std::string& judge);

  /// The score of the row's texts, where it is there.
  std::optional<double> score(const Row& row);
  /// Adds the scores, with the kernel when it returns. Throws BadInput where the file cannot be written.
  void add(std::span<const Row* const> rows, std::span<const double> scores);
  /// How many scores were there already.
  long reused() const { return reused_; }

 private:
  format::JsonJournal journal_;
  std::string judge_;
  std::mutex lock_;
  std::map<base::Fingerprint, double> scores_;
  long reused_ = 0;
};

/// How rows are judged: in blocks, of which a crash costs those under way.
struct JudgingPlan {
  std::size_t block = 32;      ///< rows scored at a time, at least 1
  int workers = 1;             ///< blocks scored at once
  bool takes_one_need = true;  ///< whether all rows of a block have the same need
  /// Called from one thread at a time.
  std::function<void(long done, long total, long found)> progress{};
};
/// One score for each row, in order: P(relevant).
using Judge = std::function<std::vector<double>(int worker, std::span<const Row* const> rows)>;

/// The score of each row, in order. The same texts are scored once, and not at all where the log has them. Throws what
/// the judge throws, once what else was under way is in the log; BadInput, naming the row, for a score that is no
/// probability.
std::vector<double> judge_rows(std::span<const Row> rows, const JudgingPlan& plan, ScoreLog& log, const Judge& judge);

/// What is kept of the rows that the judge agrees with.
enum class Balance {
  kOn,   ///< for each need that has both, one relevant and one irrelevant row: those that the judge is surest of
  kOff,  ///< all
};

enum class RowFate {
  kKept,
  kDisagrees,  ///< the judge says the contrary of the label
  kSurplus,    ///< another row of the need and label is kept, of which the judge is surer
  kOneSided,   ///< no row of the need with the other label is left
};
/// "kept", "judge disagrees", "another is surer", "one-sided".
std::string_view name_of(RowFate fate);
inline constexpr RowFate kRowFates[] = {RowFate::kKept, RowFate::kDisagrees, RowFate::kSurplus, RowFate::kOneSided};

/// What becomes of each row (Weller et al. 2024, section 5): the judge says relevant from the threshold on, and has to
/// agree with the label; then what balance says. Of rows that it is equally sure of the first is kept.
/// REQUIRES: as many scores as rows.
std::vector<RowFate> fates_of(std::span<const Row> rows, std::span<const double> scores, double threshold,
                              Balance balance);

/// Counts by fate and label, of all rows and of each file of topics (what stands before "---" in an id), and each row
/// that is not kept (docs/formats.md).
format::Json filter_report(std::span<const Row> rows, std::span<const double> scores, std::span<const RowFate> fates);

}  // namespace heed::train
