#pragma once

#include <filesystem>

#include "collection/dataset.h"

namespace heed::collection {

/// The layout of jhu-clsp/{core17,news21,robust04}-instructions: `corpus.jsonl`; `queries.jsonl` with `text`,
/// `instruction_og`, `instruction_changed` and, where there are any, `keywords` and `short_query`; the candidates in
/// `top_ranked.jsonl` (`qid`, `pid`, one a line) or, where that is absent, `empty_scores.json` ({qid: {docid: score}},
/// the higher score first); judgments in `qrels_og/` and `qrels_changed/`. Any file may be gzipped.
bool has_followir_layout(const std::filesystem::path& folder);
InstructionDataset read_followir_layout(const std::filesystem::path& folder);

}  // namespace heed::collection
