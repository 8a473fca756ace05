#pragma once

#include <vector>

#include "engine/attention.h"
#include "engine/layers.h"
#include "engine/packed.h"
#include "engine/weights.h"
#include "infer/model_config.h"

namespace heed::engine {

/// T5's encoder, and one step of its decoder. Norms come before each part, scores are not scaled, and what tells
/// positions apart is a bias on them that depends on the distance alone.
class T5 {
 public:
  enum class Parts { kEncoder, kEncoderDecoder };
  T5(Weights& weights, const infer::T5Config& config, Parts parts);

  /// The bias of every head for sequences of up to `length` tokens, [H, length, length], in the weights' type.
  at::Tensor position_bias(std::int64_t length) const;

  struct Pass {
    infer::Path path = infer::Path::kFast;
    at::Tensor bias;  ///< position_bias of at least the longest sequence
  };
  /// The encoder's states after its final norm, [T, C], float32.
  at::Tensor encode(const Packed& packed, const Pass& pass) const;
  /// The decoder's state at its start token, for each sequence of `encoded`, ready for the head: [sequences, C],
  /// float32.
  at::Tensor first_step(const Packed& packed, const at::Tensor& encoded, infer::Path path) const;
  /// Logits of the answers, [sequences, answers], of first_step's states; float32.
  at::Tensor logits(const at::Tensor& states, const at::Tensor& answers) const;

  const infer::T5Config& config() const { return config_; }

  struct Attention {
    RmsNorm norm;
    Linear q, k, v, o;
  };
  struct FeedForward {
    RmsNorm norm;
    Linear gate, up, down;  ///< gate: of gated units alone
  };
  struct EncoderLayer {
    Attention attention;
    FeedForward inner;
  };
  const std::vector<EncoderLayer>& encoder() const { return encoder_; }
  const at::Tensor& embedding() const { return embedding_; }
  const at::Tensor& distance_bias() const { return distance_bias_; }
  const RmsNorm& encoder_norm() const { return encoder_norm_; }

 private:
  struct DecoderLayer {
    Attention self, cross;
    FeedForward inner;
  };

  Attention take_attention(Weights& weights, const std::string& layer, const std::string& name) const;
  FeedForward take_feed_forward(Weights& weights, const std::string& layer) const;
  void feed_forward(const FeedForward& part, at::Tensor& x) const;
  at::Tensor split(const at::Tensor& x) const;
  at::Tensor self_attention(const Attention& part, const Packed& packed, const at::Tensor& x, const Pass& pass) const;
  at::Tensor cross_attention(const Attention& part, const Packed& packed, const at::Tensor& encoded,
                             const at::Tensor& x) const;
  at::Tensor cross_attention_plainly(const Attention& part, const Packed& packed, const at::Tensor& encoded,
                                     const at::Tensor& x) const;

  infer::T5Config config_;
  at::Tensor embedding_, head_;  // [vocabulary, C]
  at::Tensor distance_bias_;     // [buckets, H], float32
  std::vector<EncoderLayer> encoder_;
  std::vector<DecoderLayer> decoder_;
  RmsNorm encoder_norm_, decoder_norm_;
};

}  // namespace heed::engine
