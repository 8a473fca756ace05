#pragma once

#include <optional>
#include <string_view>

#include "bench/runner.h"
#include "format/json.h"

namespace heed::bench {

/// The summary of an evaluation: {measure: value}, numbers only.
format::Json summary_json(const eval::Evaluation& evaluation);

/// The values of one query, by its position in evaluation.queries.
format::Json query_json(const eval::Evaluation& evaluation, std::size_t query);

/// A judged pair: p_mrr, p_mrr_ci, queries, changed_pairs, ties, og, changed, paper, per_query. Values are fractions.
format::Json pair_json(const eval::PairEvaluation& pair);

/// One document whose judgment changed: grades, ranks (a range [first, last] where ties are taken every way), p_mrr.
format::Json flipped_json(const eval::FlippedDocument& document);

/// One entry of results.json: the task, what made it, and its figures, with the texts of topics and titles of documents
/// that a report shows. `data` is the task's. The same input gives the same bytes.
format::Json task_json(const TaskResult& result, const collection::InstructionDataset& data,
                       std::string_view heed_version);

/// The task in MTEB's result layout (one file for each model and task, as mteb's loader, TaskResult.from_disk, takes it
/// since 1.11): measures named and rounded as there, times left null, the task under mteb's name where it is one of
/// its. Nothing of an instruction benchmark without a pair. `data` is the task's.
std::optional<format::Json> mteb_json(const TaskResult& result, const collection::InstructionDataset& data);

/// The document as text: indented, with a last newline, numbers that read back exactly.
std::string json_text(const format::Json& document);

}  // namespace heed::bench
