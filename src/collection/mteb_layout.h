#pragma once

#include <filesystem>

#include "collection/dataset.h"

namespace heed::collection {

/// The layout of the jhu-clsp/*-instructions-mteb repositories: `corpus.jsonl`; `queries.jsonl` and
/// `instruction.jsonl`, one line for `ID-og` and one for `ID-changed`; `top_ranked.jsonl` with a list `corpus-ids` for
/// each; `qrels/` over the same ids; `qrel_diff.jsonl` with the documents whose judgment changes. There are no keywords
/// and no short instructions. Any file may be gzipped. The judgments decide what changed: where `qrel_diff.jsonl` says
/// otherwise, a note counts it.
bool has_mteb_layout(const std::filesystem::path& folder);
InstructionDataset read_mteb_layout(const std::filesystem::path& folder);

}  // namespace heed::collection
