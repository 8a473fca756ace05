#include "engine/t5.h"

#include <cmath>

namespace heed::engine {

using infer::Path;
using infer::T5Config;

namespace {

/// Which row of the bias table a distance (key minus query) reads in the encoder: half the buckets for keys before the
/// query, half for those after; near distances have a bucket each, far ones share them logarithmically (Raffel et al.
/// 2020, section 2.1; the rounding is that of the T5 code base).
at::Tensor buckets_of(const at::Tensor& distances, const T5Config& config) {
  const std::int64_t half = config.distance_buckets / 2, near = half / 2;
  const at::Tensor size = distances.abs();
  const double spread = std::log(static_cast<double>(config.longest_distance) / static_cast<double>(near));
  const at::Tensor far = (at::log(size.clamp_min(1).to(at::kFloat) / static_cast<double>(near)) / spread *
                          static_cast<double>(half - near))
                             .to(at::kLong)
                             .add_(near)
                             .clamp_max_(half - 1);
  return at::where(size < near, size, far) + (distances > 0).to(at::kLong) * half;
}

}  // namespace

T5::Attention T5::take_attention(Weights& weights, const std::string& layer, const std::string& name) const {
  const std::int64_t width = config_.width, heads = config_.heads * config_.head_width;
  const std::string at = layer + name + ".";
  using Bias = Weights::Bias;
  return {.norm = {weights.vector(layer + "layer_norm.weight", {width}), config_.norm_epsilon},
          .q = weights.linear(at + "q", heads, width, Bias::kNone),
          .k = weights.linear(at + "k", heads, width, Bias::kNone),
          .v = weights.linear(at + "v", heads, width, Bias::kNone),
          .o = weights.linear(at + "o", width, heads, Bias::kNone)};
}

T5::FeedForward T5::take_feed_forward(Weights& weights, const std::string& layer) const {
  const std::int64_t width = config_.width, inner = config_.inner_width;
  const std::string at = layer + "DenseReluDense.";
  using Bias = Weights::Bias;
  FeedForward part;
  part.norm = {weights.vector(layer + "layer_norm.weight", {width}), config_.norm_epsilon};
  if (config_.gated) part.gate = weights.linear(at + "wi_0", inner, width, Bias::kNone);
  part.up = weights.linear(at + (config_.gated ? "wi_1" : "wi"), inner, width, Bias::kNone);
  part.down = weights.linear(at + "wo", width, inner, Bias::kNone);
  return part;
}

T5::T5(Weights& weights, const T5Config& config, Parts parts) : config_(config) {
  const std::vector<std::int64_t> table = {config.vocabulary, config.width};
  const std::string bias = "block.0.layer.0.SelfAttention.relative_attention_bias.weight";
  weights.find_body("encoder." + bias, {"", "model.", "transformer."});
  embedding_ = weights.matrix(weights.has("shared.weight") ? "shared.weight" : "encoder.embed_tokens.weight", table);
  distance_bias_ = weights.vector("encoder." + bias, {config.distance_buckets, config.heads});
  for (std::int64_t i = 0; i < config.layers; ++i) {
    const std::string at = "encoder.block." + std::to_string(i) + ".layer.";
    encoder_.push_back({take_attention(weights, at + "0.", "SelfAttention"), take_feed_forward(weights, at + "1.")});
  }
  encoder_norm_ = {weights.vector("encoder.final_layer_norm.weight", {config.width}), config.norm_epsilon};
  weights.leave({"encoder.embed_tokens.weight", "decoder.embed_tokens.weight"});
  if (parts == Parts::kEncoder) {
    weights.leave({"decoder.*", "lm_head.weight"});
    return;
  }
  for (std::int64_t i = 0; i < config.decoder_layers; ++i) {
    const std::string at = "decoder.block." + std::to_string(i) + ".layer.";
    decoder_.push_back({take_attention(weights, at + "0.", "SelfAttention"),
                        take_attention(weights, at + "1.", "EncDecAttention"), take_feed_forward(weights, at + "2.")});
  }
  decoder_norm_ = {weights.vector("decoder.final_layer_norm.weight", {config.width}), config.norm_epsilon};
  // A head that is stored is the head: configurations that newer versions of transformers wrote call T5 1.1 tied.
  const bool is_tied = config.tied_head && !weights.has("/lm_head.weight");
  head_ = is_tied ? embedding_ : weights.matrix("/lm_head.weight", table);
  // One step has no distances; old checkpoints also store a bias of the cross attention that nothing reads.
  weights.leave({"relative_attention_bias.weight"});
}

at::Tensor T5::position_bias(std::int64_t length) const {
  const at::Tensor place = at::arange(length, at::kLong);
  const at::Tensor distances = place.unsqueeze(0) - place.unsqueeze(1);  // [query, key]
  const at::Tensor table = distance_bias_.to(embedding_.scalar_type());
  const at::Tensor rows = table.index_select(0, buckets_of(distances, config_).view({-1}));
  return rows.view({length, length, config_.heads}).permute({2, 0, 1}).contiguous();
}

at::Tensor T5::split(const at::Tensor& x) const {
  return x.view({x.size(0), config_.heads, config_.head_width});
}

void T5::feed_forward(const FeedForward& part, at::Tensor& x) const {
  const at::Tensor normed = part.norm(x).to(embedding_.scalar_type());
  at::Tensor inner = part.up(normed);
  if (config_.gated)
    inner.mul_(activate(config_.activation, part.gate(normed)));
  else
    inner = activate(config_.activation, inner);
  x.add_(part.down(inner));
}

at::Tensor T5::self_attention(const Attention& part, const Packed& packed, const at::Tensor& x,
                              const Pass& pass) const {
  const at::Tensor normed = part.norm(x).to(embedding_.scalar_type());
  const at::Tensor q = split(part.q(normed)), k = split(part.k(normed)), v = split(part.v(normed));
  at::Tensor out = at::empty(q.sizes(), q.options());
  for (std::size_t s = 0; s < packed.size(); ++s) {
    AttentionInput input;
    input.q = packed.part(q, s);
    input.keys = packed.part(k, s).transpose(0, 1).contiguous();
    input.values = packed.part(v, s).transpose(0, 1).contiguous();
    input.bias = pass.bias;
    packed.part(out, s).copy_(pass.path == Path::kFast ? attend(input) : attend_plainly(input));
  }
  return part.o(out.view({q.size(0), -1}));
}

at::Tensor T5::encode(const Packed& packed, const Pass& pass) const {
  at::Tensor x = embedding_.index_select(0, packed.ids).to(at::kFloat);
  for (const EncoderLayer& layer : encoder_) {
    x.add_(self_attention(layer.attention, packed, x, pass));
    feed_forward(layer.inner, x);
  }
  return encoder_norm_(x);
}

/// x [sequences, C] asks the encoder's states of its own sequence.
at::Tensor T5::cross_attention_plainly(const Attention& part, const Packed& packed, const at::Tensor& encoded,
                                       const at::Tensor& x) const {
  const at::Tensor q = split(part.q(part.norm(x).to(embedding_.scalar_type())));
  const at::Tensor k = split(part.k(encoded)), v = split(part.v(encoded));
  at::Tensor out = at::empty(q.sizes(), q.options());
  for (std::size_t s = 0; s < packed.size(); ++s) {
    const auto row = static_cast<std::int64_t>(s);
    AttentionInput input;
    input.q = q.slice(0, row, row + 1);
    input.keys = packed.part(k, s).transpose(0, 1).contiguous();
    input.values = packed.part(v, s).transpose(0, 1).contiguous();
    out.slice(0, row, row + 1).copy_(attend_plainly(input));
  }
  return part.o(out.view({q.size(0), -1}));
}

/// The same, with one query a sequence: q . (K e) = (K^T q) . e and sum p (V e) = V (sum p e), so that no key and no
/// value of the long text is ever computed.
at::Tensor T5::cross_attention(const Attention& part, const Packed& packed, const at::Tensor& encoded,
                               const at::Tensor& x) const {
  const std::int64_t heads = config_.heads, width = config_.head_width;
  const at::Tensor q = split(part.q(part.norm(x).to(embedding_.scalar_type())));  // [sequences, H, D]
  const at::Tensor k = part.k.whole_weight().view({heads, width, -1});            // [H, D, C]
  const at::Tensor v = part.v.whole_weight().view({heads, width, -1});
  at::Tensor asking = at::empty({q.size(0), heads, config_.width}, q.options());
  for (std::int64_t h = 0; h < heads; ++h) asking.select(1, h).copy_(at::mm(q.select(1, h), k[h]));
  at::Tensor seen = at::empty_like(asking);  // [sequences, H, C]: what each head gathers of the encoder's states
  for (std::size_t s = 0; s < packed.size(); ++s) {
    const at::Tensor states = packed.part(encoded, s);
    const at::Tensor scores = at::linear(asking[static_cast<std::int64_t>(s)], states);  // [H, T]
    seen[static_cast<std::int64_t>(s)].copy_(at::mm(at::softmax(scores, -1), states));
  }
  at::Tensor out = at::empty(q.sizes(), q.options());
  for (std::int64_t h = 0; h < heads; ++h) out.select(1, h).copy_(at::linear(seen.select(1, h), v[h]));
  return part.o(out.view({q.size(0), -1}));
}

at::Tensor T5::first_step(const Packed& packed, const at::Tensor& encoded, Path path) const {
  const at::ScalarType type = embedding_.scalar_type();
  const auto sequences = static_cast<std::int64_t>(packed.size());
  const at::Tensor encoded_in_type = encoded.to(type);
  at::Tensor x = embedding_[config_.decoder_start].to(at::kFloat).unsqueeze(0).repeat({sequences, 1});
  for (const DecoderLayer& layer : decoder_) {
    // A single token attends to itself alone: its value is all it gets.
    x.add_(layer.self.o(layer.self.v(layer.self.norm(x).to(type))));
    x.add_(path == Path::kFast ? cross_attention(layer.cross, packed, encoded_in_type, x)
                               : cross_attention_plainly(layer.cross, packed, encoded_in_type, x));
    feed_forward(layer.inner, x);
  }
  x = decoder_norm_(x);
  return config_.scaled_head ? x.mul_(1 / std::sqrt(static_cast<double>(config_.width))) : x;
}

at::Tensor T5::logits(const at::Tensor& states, const at::Tensor& answers) const {
  return at::linear(states, head_.index_select(0, answers).to(at::kFloat));
}

}  // namespace heed::engine
