#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "format/json.h"
#include "infer/engine.h"

namespace heed::train {

/// What says of a folder that merge_checkpoint() made it: from what, and which files are its.
inline constexpr const char* kMergeFile = "heed-merge.json";

/// A checkpoint with its adapter folded in.
struct MergeOrder {
  infer::ModelFiles files;
  std::filesystem::path out;                 ///< the folder that is made
  std::optional<format::TensorType> type{};  ///< of floating-point tensors: kFloat32, kFloat16, kBfloat16; or as stored
  /// Tensors' bytes in a file, above which there are several; transformers' 5 GB. A larger tensor has one for itself.
  std::uint64_t shard_bytes = 5'000'000'000;
  /// heed.json of the result; without it the checkpoint's own, where it has one. Its "adapter" is left out.
  std::optional<format::Json> recipe{};
  /// What happens to what has the name of `out`: kReplaced, where a merge made it and nothing else is in it.
  enum class Existing { kRefused, kReplaced } existing = Existing::kRefused;
  /// Told after each tensor how many of how many are written; what it throws ends the merge, and nothing is left.
  std::function<void(std::size_t, std::size_t)> on_tensor{};
};

struct MergedCheckpoint {
  std::size_t tensors = 0, weight_files = 0;
  std::uint64_t bytes = 0;  ///< of tensors
};

/// Throws BadInput where `out` cannot be made: something that no merge made has its name, or it is the folder of the
/// model or the adapter, or inside.
void check_merge_target(const MergeOrder& order);

/// Writes the folder, whole or not at all: the weights as safetensors (model.safetensors, or shards with their index,
/// as transformers names them), config.json with the type where it is another, the checkpoint's other files, those of
/// the modules that modules.json names, and heed-merge.json. Left out are the checkpoint's own files of weights, in any
/// format, adapters, hidden files and other folders. Throws BadInput as check_merge_target(), Engine::merge() and where
/// the disk has not the room.
MergedCheckpoint merge_checkpoint(const infer::Engine& engine, const MergeOrder& order);

}  // namespace heed::train
