#pragma once

#include <vector>

#include "engine/attention.h"
#include "engine/layers.h"
#include "engine/packed.h"
#include "engine/weights.h"
#include "infer/model_config.h"

namespace heed::engine {

/// The angles by which pairs of elements are turned, a row for each position (Su et al. 2021).
struct Rotation {
  at::Tensor cosines, sines;  ///< [positions, 1, D/2], float32

  /// Turns x [T, H, D] by its tokens' positions; element i pairs with i + D/2, as in Hugging Face's checkpoints.
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& positions) const;
};

/// For positions 0 .. positions-1. Throws BadInput where the scaling depends on the text's length and it is too long.
Rotation rotation_of(const infer::DecoderConfig& config, std::int64_t positions);

/// What a prefix leaves for the tokens after it: keys and values of each layer, [G, P, D].
struct Prefix {
  std::vector<at::Tensor> keys, values;
  std::int64_t length = 0;
};

/// Llama and Mistral: for each layer x += attention(norm(x)), x += down(act(gate(norm(x))) * up(norm(x))); a norm at
/// the end.
class Decoder {
 public:
  /// Takes the body's tensors, and the head's where one is wanted.
  enum class Head { kNone, kPresent };
  Decoder(Weights& weights, const infer::DecoderConfig& config, Head head);

  /// Whose states are wanted: every token's, or each sequence's last token's alone.
  enum class Rows { kAll, kLast };
  struct Pass {
    infer::Attention attention = infer::Attention::kCausal;
    infer::Path path = infer::Path::kFast;
    Rows rows = Rows::kAll;
    const Prefix* prefix = nullptr;  ///< stands before every sequence
    Rotation rotation{};             ///< for at least as many positions as there are
  };

  /// The last layer's states after the final norm, [T or sequences, C], float32. Only the wanted rows pass the last
  /// layer's queries and feed-forward part.
  at::Tensor states(const Packed& packed, const Pass& pass) const;
  /// What `packed`, one sequence, leaves to those that go on from it.
  Prefix prefix(const Packed& packed, const Pass& pass) const;
  /// What a token of a prefix takes in memory, in bytes.
  std::size_t prefix_bytes() const;
  /// Logits of the answers, [rows, answers], of states [rows, C]; float32, as are the head's rows here.
  at::Tensor logits(const at::Tensor& states, const at::Tensor& answers) const;

  const infer::DecoderConfig& config() const { return config_; }

  struct Layer {
    RmsNorm attention_norm, inner_norm;
    Linear q, k, v, o, gate, up, down;
  };
  const std::vector<Layer>& layers() const { return layers_; }
  const at::Tensor& embedding() const { return embedding_; }
  const at::Tensor& head() const { return head_; }
  const RmsNorm& final_norm() const { return final_norm_; }

 private:
  struct Running;  // one pass through the layers

  infer::DecoderConfig config_;
  at::Tensor embedding_, head_;  // [vocabulary, C]
  std::vector<Layer> layers_;
  RmsNorm final_norm_;
};

}  // namespace heed::engine
