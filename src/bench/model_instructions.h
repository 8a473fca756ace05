#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bench/task.h"

namespace heed::bench {

/// What a model is told beside the query on a BEIR collection (Weller et al. 2024, tables 3 and 6).
struct ModelInstructions {
  std::optional<std::string> short_instruction;  ///< its authors'
  std::optional<std::string> keywords;           ///< what stands in its place
};

/// The paper's keywords for the task and the model (those of the models without instructions for one that it did not
/// measure), and the short instruction where the model's authors publish one and it is known here: BGE's and
/// E5-mistral's. Nothing for another task than SciFact, NFCorpus and FiQA (their names' beginnings, in any case).
ModelInstructions paper_instructions(std::string_view task, std::string_view model);

/// Gives a retrieval task the arms `short` and `keywords`: every query with the instruction; an arm without one stays
/// as it is. REQUIRES: the task's kind is retrieval.
void add_instructions(Task& task, const ModelInstructions& instructions);

}  // namespace heed::bench
