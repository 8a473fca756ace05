#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/fingerprint.h"
#include "collection/dataset.h"
#include "collection/judgments.h"
#include "format/json.h"
#include "infer/learner.h"
#include "train/lessons.h"
#include "train/row.h"

namespace heed::train {

/// What a model is worth on examples that it does not learn from.
struct Validation {
  /// Of rows: the mean over the terms of their answers, as a batch's (natural logarithm).
  std::optional<double> loss{};
  /// The share of judged pairs that are relevant if and only if says_relevant() of P(relevant).
  double accuracy = 0;
  /// The mean over queries with two instructions and a document whose judgment changes between them (Weller et al.
  /// 2024, eq. 1; eval::obedience, ties by document id); of a query with several alterations it is their mean. Nothing
  /// where there is no such query.
  std::optional<double> p_mrr{};
  long queries = 0;  ///< that p_mrr is the mean over

  bool operator==(const Validation&) const = default;
};

/// {"loss", "accuracy", "p_mrr", "queries"}, without what there is not.
format::Json to_json(const Validation& validation);
Validation validation_from(const format::Json& json);

/// Rows apart from others, by whole queries.
struct HeldOut {
  std::vector<std::size_t> taught, held_out;  ///< positions among the rows, in their order
};

/// Holds out this share of the queries (by query_key()), rounded, but at least one and not all; which ones is a matter
/// of the seed.
/// REQUIRES: 0 < share < 1. Throws BadInput where there is one query alone.
HeldOut hold_out(std::span<const Row> rows, double share, std::uint64_t seed);

/// Examples to measure a model by.
class ValidationSet {
 public:
  /// Rows. Of a query whose rows have several instructions, the first to appear is the original and each other one an
  /// alteration of it: p-MRR is of the documents that are relevant under the original and not under the alteration,
  /// among all documents of the query. The queries of one set weigh the same. Where a row contradicts an earlier one
  /// with the same texts, the first counts alone.
  explicit ValidationSet(std::vector<Row> rows);
  /// An instruction benchmark: each topic's candidates under the instructions og and changed, and p-MRR as heed bench
  /// has it: of every document whose grade differs, a candidate or not. `topics`: only so many, the first that have
  /// such a document. Throws BadInput where the data has no such topic, lacks an arm, or judges a topic under one
  /// instruction alone.
  ValidationSet(collection::InstructionDataset data, std::optional<long> topics);

  ValidationSet(ValidationSet&&) noexcept = default;
  ValidationSet& operator=(ValidationSet&&) noexcept = default;

  /// Throws BadInput, naming the query, where one leaves no room for a document.
  void check(const Lessons& lessons) const;
  bool has_loss() const { return has_loss_; }
  /// Queries that p-MRR is the mean over.
  long queries() const { return queries_; }
  /// Judged pairs.
  long judged() const { return static_cast<long>(judged_.size()); }
  /// Pairs of need and document that are scored.
  long questions() const { return static_cast<long>(questions_.size()); }
  base::Fingerprint fingerprint() const;
  /// Whether it has the query, by query_key().
  bool has_query(const std::string& key) const { return keys_.contains(key); }

  struct Watch {
    std::function<void(long done, long total)> progress{};  ///< pairs scored
    std::function<bool()> wants_stop{};                     ///< asked between batches
  };
  /// Nothing where the watch wanted to stop. Throws BadInput where a score or a loss is not finite.
  std::optional<Validation> measure(infer::Learner& learner, const Lessons& lessons, const Watch& watch) const;

 private:
  struct Question {
    collection::Need need;
    collection::Document document;
  };
  struct Judged {
    std::size_t question = 0;
    recipe::Label label = recipe::Label::kFalse;
  };
  /// A query under two instructions. Those of one query follow each other.
  struct Pair {
    std::string id;
    std::size_t query = 0;
    std::vector<std::size_t> og, changed;  ///< questions
  };
  /// What the questions borrow from, in one place, so that a set can be moved.
  struct Texts {
    std::vector<Row> rows;
    collection::InstructionDataset data;
    std::deque<std::string> document_ids;  ///< of rows, which name their documents not
    collection::Judgments og, changed;     ///< by the ids of pairs_
  };
  class RowQuery;

  void add_pair(std::size_t topic);
  void count_queries();
  double p_mrr(const Pair& pair, std::span<const double> scores) const;
  std::optional<std::vector<double>> scores(infer::Learner& learner, const Lessons& lessons, const Watch& watch) const;
  std::optional<double> loss(infer::Learner& learner, const Lessons& lessons, const Watch& watch) const;
  double p_mrr(std::span<const double> scores) const;

  std::unique_ptr<Texts> texts_;
  std::vector<Question> questions_;
  std::vector<Judged> judged_;
  std::vector<Pair> pairs_;
  std::unordered_set<std::string> keys_;
  long queries_ = 0;  // of pairs_
  bool has_loss_ = false;
};

}  // namespace heed::train
