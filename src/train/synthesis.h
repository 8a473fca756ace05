#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "format/json.h"
#include "net/answer_log.h"
#include "train/row.h"
#include "train/synthetic_documents.h"
#include "train/topic_choice.h"

namespace heed::train {

/// How documents are asked for.
struct SynthesisOptions {
  int documents = 3;    ///< of each kind
  int tries = 3;        ///< times that a topic's question is asked until its answer can be used; at least 1
  int concurrency = 1;  ///< topics asked about at once
  /// Called from one thread at a time when a topic is through.
  std::function<void(long done, long total)> progress{};
};

/// How it went with a topic.
enum class SynthesisEnd {
  kDone,
  kUnusable,  ///< it was asked as often as allowed, and no answer had documents of both kinds
  kRefused,   ///< the service refuses this question
  kFailed,    ///< the service did not answer
  kNotAsked,  ///< the service had refused or failed too often before
};
/// "done", "unusable", "refused", "failed", "not asked".
std::string_view name_of(SynthesisEnd end);

struct TopicDocuments {
  SynthesisEnd end = SynthesisEnd::kNotAsked;
  SyntheticDocuments documents{};  ///< where it is done
  int asked = 0;                   ///< answers that were looked at
  std::string why{};               ///< where it is not done, a sentence
};

/// After so many topics in a row that the service refused or did not answer, it is asked about no more of them.
inline constexpr int kMostFailuresInARow = 8;

/// Documents for each topic, in their order. One topic's failure is no other's: what the service refuses or does not
/// answer is in the result, and every answer is in the log before it is used. Throws what the log throws, and what
/// `ask` throws but BadInput and Unavailable.
std::vector<TopicDocuments> synthesize(std::span<const SourcedTopic> topics, const SynthesisOptions& options,
                                       net::AnswerLog& log, const net::AskChat& ask);

/// The topic's rows: relevant ones, then irrelevant ones, with the ids "TOPIC#1", "TOPIC#2"...; none where it is not
/// done.
std::vector<Row> rows_of(const SourcedTopic& topic, const TopicDocuments& documents, const std::string& source);

/// What became of all topics: counts, and by name those that are not whole (docs/formats.md). REQUIRES: `documents` are
/// those of choice.chosen.
format::Json synthesis_report(const TopicChoice& choice, std::span<const TopicDocuments> documents);

}  // namespace heed::train
