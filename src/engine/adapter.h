#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <ATen/ATen.h>

#include "format/checkpoint.h"
#include "infer/adapter_config.h"

namespace heed::engine {

/// The low-rank update of one linear layer: W x becomes W x + scale * B (A x).
struct LowRank {
  at::Tensor a;  ///< [rank, in], float32
  at::Tensor b;  ///< [out, rank], float32
  double scale = 1;
};

/// The weight [out, in] with the update in it, in the weight's wide type: the same bits whatever the number of threads.
at::Tensor merged(const at::Tensor& weight, const LowRank& update);

/// A LoRA adapter in PEFT's layout: adapter_config.json with adapter_model.safetensors or adapter_model.bin. Layers are
/// named as in the model, without the names that PEFT and the checkpoint put before them.
class Adapter {
 public:
  /// Throws BadInput, naming file and tensor, where a half is missing, the rank is another or a name is not understood.
  explicit Adapter(const std::filesystem::path& folder);
  /// Its tensors alone, in one file, with what the configuration beside them would say. Throws as above.
  Adapter(const std::filesystem::path& file, const infer::AdapterConfig& config);

  /// The update of the layer, by its name in the model or in the checkpoint, taken; none where the adapter leaves it
  /// alone. Throws BadInput where the shapes do not fit [out, in].
  std::optional<LowRank> take(const std::string& layer, std::int64_t out, std::int64_t in);
  /// Throws BadInput, naming one and saying what its layer is, where updates are left that no layer of the model took.
  void finish(std::string_view why = "no linear layer of the model's body") const;
  const infer::AdapterConfig& config() const { return config_; }
  /// REQUIRES: opened from a folder.
  std::string fingerprint() const;

  /// The name of a layer in an adapter or a checkpoint without PEFT's wrapper and the model's own name before it:
  /// "layers.0.mlp.up_proj" of "base_model.model.model.layers.0.mlp.up_proj".
  static std::string layer_of(std::string name);

 private:
  Adapter(std::filesystem::path path, const infer::AdapterConfig& config, format::Checkpoint tensors);

  std::filesystem::path path_;
  infer::AdapterConfig config_;
  format::Checkpoint tensors_;
  /// The names of a layer's tensors, and what they have in common.
  struct Halves {
    std::string stem, a, b;
    bool is_taken = false;
  };
  std::map<std::string, Halves> layers_;
};

}  // namespace heed::engine
