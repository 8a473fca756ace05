#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/ATen.h>

#include "engine/adapter.h"
#include "engine/layers.h"
#include "format/checkpoint.h"
#include "infer/engine.h"
#include "infer/model_config.h"

namespace heed::engine {

/// A checkpoint's tensors as a model takes them: by the names of the architecture, whatever prefix the published
/// checkpoint puts before them, each checked against the shape that the configuration says. What the model leaves must
/// be known to be left.
class Weights {
 public:
  /// How tensors are held, for models that learn.
  struct Holding {
    /// Of matrices; float64, of all: to check gradients against differences. Without it, the precision of the options.
    std::optional<at::ScalarType> type{};
    /// kOwned: every tensor is a copy that may be written to, listed in owned().
    enum class Copies { kMapped, kOwned } copies = Copies::kMapped;
    /// So many times the weights' size is needed, which is `what`.
    int times = 1;
    std::string what = "the weights";
  };

  /// Opens the folder's checkpoint and adapter. Throws BadInput where the weights do not fit into this machine's
  /// memory: nothing is read before.
  Weights(const infer::ModelFiles& files, const infer::EngineOptions& options, const Holding& holding);
  Weights(const infer::ModelFiles& files, const infer::EngineOptions& options) : Weights(files, options, Holding{}) {}

  /// The body's prefix: the first of `prefixes` with which the checkpoint has `anchor`. Throws BadInput where none has.
  void find_body(const std::string& anchor, std::initializer_list<std::string_view> prefixes);

  /// Names below are of the body; a leading '/' makes a name the checkpoint's own ("/classifier.weight").
  bool has(const std::string& name) const;
  /// Rows of a tensor, as stored: what no configuration says reliably, as the number of labels. Throws BadInput where
  /// it is missing or has no rows.
  std::int64_t rows_of(const std::string& name) const;
  /// In the precision of the options.
  at::Tensor matrix(const std::string& name, std::vector<std::int64_t> shape);
  /// In float32, or float64: norms, biases that are added to float32.
  at::Tensor vector(const std::string& name, std::vector<std::int64_t> shape);
  /// `name`.weight [out, in], with `name`.bias [out] where it has one, and the adapter's update of it.
  enum class Bias { kNone, kPresent };
  Linear linear(const std::string& name, std::int64_t out, std::int64_t in, Bias bias);

  /// A tensor that ends so, or begins so with a trailing '*', is known and not used here.
  void leave(std::initializer_list<std::string_view> patterns);
  /// Throws BadInput naming a tensor that was neither taken nor left.
  void finish() const;

  /// A tensor by the name that it has in the checkpoint.
  struct Owned {
    std::string name;
    at::Tensor tensor;
  };
  const std::vector<Owned>& owned() const { return owned_; }

  at::ScalarType type() const { return type_; }
  std::int64_t parameters() const { return parameters_; }
  std::int64_t bytes() const { return bytes_; }
  /// What an open model tells of itself; changes with weights, adapter, its use, and configuration.
  infer::ModelFacts facts(const infer::ModelConfig& config, const infer::EngineOptions& options) const;

 private:
  std::string full_name(const std::string& name) const;
  /// The name in the checkpoint, with the spelling of norms that BERT's first checkpoints have. Throws BadInput.
  std::string located(const std::string& name) const;
  at::Tensor take(const std::string& name, const std::vector<std::int64_t>& shape, at::ScalarType type);
  at::Tensor held(const std::string& name, at::Tensor tensor);

  std::filesystem::path folder_;
  format::Checkpoint checkpoint_;
  std::optional<Adapter> adapter_;
  infer::AdapterUse adapter_use_;
  at::ScalarType type_, wide_type_;
  Holding::Copies copies_;
  std::string prefix_;
  std::set<std::string> taken_;
  std::vector<std::string> left_;
  std::vector<Owned> owned_;
  std::int64_t parameters_ = 0, bytes_ = 0;
};

}  // namespace heed::engine
