#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file_lock.h"
#include "format/json_journal.h"
#include "format/safetensors_writer.h"
#include "train/validation.h"

namespace heed::train {

/// The best validation so far.
struct Best {
  long step = 0;  ///< steps made before it
  double value = 0;
};

/// Where a run is, beside what the learner knows of itself.
struct Position {
  long step = 0;              ///< steps made
  bool is_validated = false;  ///< after them
  std::uint64_t log_length = 0;
  std::optional<Validation> before{};  ///< before the first step
  std::optional<Best> best{};
};

struct Checkpoint {
  Position position;
  std::vector<format::OwnedTensor> state;  ///< of the learner
};

/// The folder of a run: what was asked (training.json), and while the run is under way how to go on from where it was
/// (checkpoint.safetensors). Each file is there whole or not at all.
class RunFolder {
 public:
  /// `identity`: an object of all that the results depend on, each by the name that people know it by.
  RunFolder(std::filesystem::path path, format::Json identity);

  /// Makes the folder that of one process, before anything of it is read or changed. Throws BadInput where another
  /// process has it, or it has files that are no run's.
  [[nodiscard]] std::unique_ptr<base::LockFile> lock() const;

  enum class State { kNew, kUnfinished, kFinished };
  /// Whether the folder has this run. Throws BadInput where it has one with other settings, which it names, or files
  /// that are no run's.
  State state() const;
  /// Forgets the run that the folder has, whatever its settings, and removes what it learned: the files that it said it
  /// would write. Throws BadInput where the folder has files that are no run's.
  void restart() const;
  /// The version of heed that wrote into the folder last; empty where none did.
  std::string version() const;

  /// Says that the run is under way; `log`: where its log is.
  void begin(const std::filesystem::path& log) const;
  /// Says which files it writes into the folder, by their names, before it writes them.
  void announce(const std::filesystem::path& log, std::span<const std::string> files) const;
  /// Removes what a killed writer of large files left. REQUIRES: nobody else writes into the folder.
  void remove_left_overs() const;
  /// Nothing where none was written. Throws BadInput where it is damaged or of other settings.
  std::optional<Checkpoint> read_checkpoint() const;
  void write_checkpoint(const Position& position, std::span<const format::OwnedTensor> state) const;
  /// Says that the run is done, and what came of it; removes the checkpoint.
  void finish(const std::filesystem::path& log, const format::Json& result) const;

  const std::filesystem::path& path() const { return path_; }
  const format::Json& identity() const { return identity_; }

 private:
  std::filesystem::path manifest() const { return path_ / "training.json"; }
  std::filesystem::path checkpoint() const { return path_ / "checkpoint.safetensors"; }
  bool has_run() const;
  std::vector<std::string> files() const;
  void write_manifest(const std::filesystem::path& log, const char* state, const format::Json& result,
                      std::span<const std::string> files) const;

  std::filesystem::path path_;
  format::Json identity_;
};

/// What a log may be that is there before a run of this folder writes it.
enum class LogThere {
  kThisRuns,  ///< of a run with the same settings
  kAnyRuns,   ///< of whatever run: what is there is not wanted any more
};
/// Throws BadInput where the log has something else in it: no byte of another file is overwritten.
void expect_own_log(const format::JsonJournal& log, const format::Json& identity, LogThere there);

}  // namespace heed::train
