#pragma once

#include <filesystem>

#include "collection/dataset.h"

namespace heed::collection {

/// InstructIR's layout (Oh et al. 2024): BEIR's, where each query is one of several instances of a base query, every
/// one with an instruction of its own. Instances stand in `only_instruction_queries.jsonl` (`text` is the instruction,
/// `metadata.origin_query` the query) or in `queries.jsonl` (the same, or a `text` that is "INSTRUCTION [SEP] QUERY").
bool has_instructir_layout(const std::filesystem::path& folder);

/// Reads it: arms og and none; groups are the base queries' texts; every document is a candidate. Judged instances
/// alone are topics.
InstructionDataset read_instructir_layout(const std::filesystem::path& folder);

/// Reads BEIR's layout (beir.h) as a data set that ranks its whole corpus: the queries that `qrels/test` judges, in the
/// arm none, and, where every one of them has an instruction (`instruction` or `narrative`), og.
InstructionDataset read_beir_as_dataset(const std::filesystem::path& folder);

/// The layouts above, in the order in which they are tried, before those of layouts().
std::span<const Layout> retrieval_layouts();

/// Reads whatever heed bench runs on: an instruction benchmark (read_instruction_dataset) or one of the above. Throws
/// BadInput as they do, and where no layout fits.
InstructionDataset read_benchmark(const std::filesystem::path& folder);

}  // namespace heed::collection
