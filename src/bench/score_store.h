#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/fingerprint.h"

namespace heed::bench {

/// What a block of scores was computed from; together they decide the scores.
struct ScoreKey {
  std::string_view model_identity;
  std::string_view query;
  std::string_view instruction;
  base::Fingerprint documents;  ///< of the block's documents: ids are left out, titles and texts count, in order

  base::Fingerprint fingerprint() const;
};

/// Scores that outlive a crash of the program: an SQLite file in WAL mode, one row a block, committed when put()
/// returns (a power cut may cost the last rows, not the file). Rows are
/// found by what they were computed from, so a changed text, instruction or model is computed anew, and one file
/// serves any number of models and data sets. May be used by several threads and processes at once.
class ScoreStore {
 public:
  /// Opens or creates the file. Throws BadInput where it cannot be written, is damaged, or is another program's.
  explicit ScoreStore(const std::filesystem::path& path);
  ~ScoreStore();
  ScoreStore(const ScoreStore&) = delete;
  ScoreStore& operator=(const ScoreStore&) = delete;

  /// The scores under the key, bit for bit as they were put, or nothing.
  std::optional<std::vector<double>> find(const ScoreKey& key);
  void put(const ScoreKey& key, std::span<const double> scores);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::bench
