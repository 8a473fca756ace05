#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "infer/engine.h"

namespace heed::infer {

/// A linear layer behind the pooling; its weights lie in the folder.
struct DenseModule {
  std::filesystem::path folder;
  std::int64_t in = 0, out = 0;
  bool has_bias = true;
  bool has_tanh = false;  ///< the activation; else none
};

/// What a Sentence-Transformers folder does with the token states.
struct SentenceModules {
  std::optional<Pooling> pooling;
  std::vector<DenseModule> dense;
  bool normalize = false;
};

/// Reads modules.json and what it names; empty where the folder has none. Throws BadInput, with the file, for a module
/// or a pooling that heed does not compute (the known are listed), and for a path that leaves the folder.
SentenceModules read_sentence_modules(const std::filesystem::path& folder);

}  // namespace heed::infer
