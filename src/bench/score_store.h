#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/fingerprint.h"
#include "retrieve/vectors.h"

namespace heed::bench {

/// Of one document or, from a model that scores all of a query's candidates together, of a list.
using Scores = std::vector<double>;

/// What scores were computed from; it decides them.
struct ScoreKey {
  base::Fingerprint need;       ///< need_fingerprint()
  base::Fingerprint documents;  ///< of the document, or of the list in order: ids are left out, titles and texts count

  bool operator==(const ScoreKey&) const = default;
};

base::Fingerprint need_fingerprint(std::string_view model_identity, std::string_view query,
                                   std::string_view instruction);

/// Scores and vectors that outlive a crash of the program: an SQLite file in WAL mode, committed when put() returns (a
/// power cut may cost the last rows, not the file). Rows are found by what they were computed from, so a changed text,
/// instruction or model is computed anew, and one file serves any number of models and data sets. May be used by
/// several threads and processes at once.
class ScoreStore {
 public:
  /// Opens or creates the file. Throws BadInput where it cannot be written, is damaged, or is another program's.
  explicit ScoreStore(const std::filesystem::path& path);
  ~ScoreStore();
  ScoreStore(const ScoreStore&) = delete;
  ScoreStore& operator=(const ScoreStore&) = delete;

  /// The scores under each key, bit for bit as they were put, or nothing. Throws BadInput where a row is damaged.
  std::vector<std::optional<Scores>> find(std::span<const ScoreKey> keys);
  /// In one transaction: all or, where it throws (a full disk), none. What was put before stays.
  void put(std::span<const ScoreKey> keys, std::span<const Scores> scores);

  /// The vectors that the model of this identity made. The store has to outlive it.
  std::unique_ptr<retrieve::VectorStore> vectors(std::string_view model_identity);

 private:
  struct State;
  class StoredVectors;
  std::unique_ptr<State> state_;
};

}  // namespace heed::bench
