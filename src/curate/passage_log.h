#pragma once

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/fingerprint.h"
#include "curate/passage_choice.h"

namespace heed::curate {

/// What the best passages of a problem depend on: its texts, the passages' size and who scores them.
base::Fingerprint passage_key(const PassageProblem& problem, const std::string& scorer);

/// Best passages that were found, kept in a file of JSON lines while the choice goes on, so that one that was cut off
/// goes on where it stood. An instance belongs to one thread at a time.
class PassageLog {
 public:
  /// Takes over what the file holds under the same key; a file of another key is begun anew. A line that a crash cut
  /// off, and what follows it, does not count; neither does one that names what the problem lacks (a topic, a document
  /// of its pool, a passage). Throws BadInput where the file cannot be read or written. REQUIRES: the key is the
  /// problem's.
  PassageLog(const std::filesystem::path& path, const base::Fingerprint& key, const PassageProblem& problem);

  /// Lines that named what the problem lacks.
  long ignored() const { return ignored_; }

  /// All that is there.
  const std::vector<BestPassage>& best() const { return best_; }
  /// Whether the task's passages are there.
  bool has(const PassageProblem& problem, const PassageTask& task) const;
  /// Adds a task's passages, on disk when it returns.
  void add(std::span<const BestPassage> best);

 private:
  void keep(BestPassage best);

  std::filesystem::path path_;
  long ignored_ = 0;
  std::vector<BestPassage> best_;
  std::set<std::pair<std::string, std::string>> there_;  // topics and documents of best_
};

}  // namespace heed::curate
