#pragma once

#include <vector>

#include "engine/attention.h"
#include "engine/layers.h"
#include "engine/packed.h"
#include "engine/weights.h"
#include "infer/model_config.h"

namespace heed::engine {

/// BERT's encoder: embeddings of token, position and segment, normed; then in each layer x = norm(x + attention(x)),
/// x = norm(x + down(act(up(x)))).
class Bert {
 public:
  Bert(Weights& weights, const infer::BertConfig& config);

  /// Whose states are wanted: every token's, or each sequence's first token's alone.
  enum class Rows { kAll, kFirst };
  /// The last layer's states, [T or sequences, C], float32. `type_ids` [T].
  at::Tensor states(const Packed& packed, const at::Tensor& type_ids, Rows rows, infer::Path path) const;

  const infer::BertConfig& config() const { return config_; }

  struct Layer {
    Linear q, k, v, o, up, down;
    LayerNorm attention_norm, inner_norm;
  };
  const std::vector<Layer>& layers() const { return layers_; }
  const at::Tensor& words() const { return words_; }
  const at::Tensor& positions() const { return positions_; }
  const at::Tensor& types() const { return types_; }
  const LayerNorm& embedding_norm() const { return embedding_norm_; }

 private:
  at::Tensor attention(const Layer& layer, const Packed& packed, const at::Tensor& x, Rows rows,
                       infer::Path path) const;

  infer::BertConfig config_;
  at::Tensor words_, positions_, types_;  // [vocabulary, C], [positions, C], [segments, C]
  LayerNorm embedding_norm_;
  std::vector<Layer> layers_;
};

}  // namespace heed::engine
