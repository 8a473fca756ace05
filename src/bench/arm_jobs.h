#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "bench/score_store.h"
#include "bench/task.h"

namespace heed::bench {

/// One need of a topic, as it is ranked.
struct JobMember {
  collection::Arm arm;
  collection::Need need;
};

/// The arms of one topic that rank the same candidates, and so are scored together.
struct Job {
  const collection::InstructionTopic* topic = nullptr;
  const std::vector<std::uint32_t>* candidates = nullptr;
  std::vector<JobMember> members;
};

/// In the order of the topics. REQUIRES: every topic has the arms.
std::vector<Job> jobs_of(std::span<const collection::InstructionTopic> topics, std::span<const collection::Arm> arms);

/// A call of a model: some members of a job, some of its candidates.
struct Piece {
  std::size_t job = 0;
  std::vector<std::size_t> members, candidates;  ///< positions in the job
};

/// The scores of jobs as far as the store has them, and the pieces that are missing.
class JobScores {
 public:
  struct Shape {
    std::string model_identity;
    bool scores_each_document_alone = true;
    bool takes_one_need = false;
    std::size_t block = 64;
  };

  /// Looks all of them up.
  JobScores(const collection::Corpus& corpus, std::span<const Job> jobs, Shape shape, ScoreStore& store);

  const std::vector<Piece>& missing() const { return missing_; }
  long total() const { return total_; }
  long found() const { return found_; }
  /// Scores that another of the same run is: the same need and document in two topics. They are computed once.
  long copies() const { return static_cast<long>(copies_.size()); }

  /// Puts what the model gave for a piece into the store and keeps it. May be called by several threads at once.
  /// Throws Bug where a score is missing or not finite.
  void put(const Piece& piece, std::vector<std::vector<double>> scores);
  /// By job, member and candidate. REQUIRES: every piece was put.
  const std::vector<std::vector<std::vector<double>>>& all();

 private:
  struct Place {
    std::size_t job = 0, member = 0, candidate = 0;
  };
  struct KeyHash {
    std::size_t operator()(const ScoreKey& key) const;
  };

  bool is_planned(const ScoreKey& key, Place place);
  ScoreKey key(const Piece& piece, std::size_t member, std::size_t candidate) const;
  void look_up(std::size_t job);
  void plan_blocks(std::size_t job, const std::vector<std::vector<bool>>& there);

  std::span<const Job> jobs_;
  Shape shape_;
  ScoreStore& store_;
  std::vector<base::Fingerprint> documents_;           // of the corpus
  std::vector<std::vector<base::Fingerprint>> needs_;  // by job and member
  std::vector<std::vector<std::vector<double>>> scores_;
  std::vector<Piece> missing_;
  std::unordered_map<ScoreKey, Place, KeyHash> planned_;
  std::vector<std::pair<Place, Place>> copies_;  // from, to
  long total_ = 0, found_ = 0;
};

}  // namespace heed::bench
