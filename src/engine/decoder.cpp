#include "engine/decoder.h"

#include <cmath>
#include <numbers>

#include "base/error.h"

namespace heed::engine {

using infer::Attention;
using infer::DecoderConfig;
using infer::Path;
using infer::RopeScaling;

namespace {

/// Llama 3.1's stretching (transformers, rope_utils): waves longer than the text of training are slowed by the factor,
/// short ones are left, those between are blended.
at::Tensor stretch_long_waves(const at::Tensor& frequencies, const RopeScaling& scaling) {
  const at::Tensor turns = frequencies * (scaling.original_positions / (2 * std::numbers::pi));
  const at::Tensor blend =
      ((turns - scaling.low_frequency) / (scaling.high_frequency - scaling.low_frequency)).clamp(0, 1);
  return frequencies * blend + frequencies / scaling.factor * (1 - blend);
}

at::Tensor frequencies_of(const DecoderConfig& config, std::int64_t positions) {
  const at::Tensor exponents =
      at::arange(0, config.head_width, 2, at::kDouble) / static_cast<double>(config.head_width);
  const at::Tensor frequencies = at::pow(config.rope_theta, -exponents);
  switch (config.rope_scaling.kind) {
    case RopeScaling::Kind::kNone:
      return frequencies;
    case RopeScaling::Kind::kLinear:
      return frequencies / config.rope_scaling.factor;
    case RopeScaling::Kind::kLlama3:
      return stretch_long_waves(frequencies, config.rope_scaling);
    case RopeScaling::Kind::kDynamic:
      if (positions > config.positions)
        throw base::BadInput("a text has " + std::to_string(positions) +
                             " tokens; with dynamic rotary scaling at most " + std::to_string(config.positions) +
                             " are computed");
      return frequencies;
  }
  throw base::Bug("a rotary scaling without a formula");
}

}  // namespace

Rotation rotation_of(const DecoderConfig& config, std::int64_t positions) {
  const at::Tensor angles =
      at::outer(at::arange(positions, at::kDouble), frequencies_of(config, positions)).unsqueeze(1);
  return {angles.cos().to(at::kFloat), angles.sin().to(at::kFloat)};
}

at::Tensor Rotation::operator()(const at::Tensor& x, const at::Tensor& positions) const {
  const at::Tensor c = cosines.index_select(0, positions), s = sines.index_select(0, positions);
  const auto halves = x.to(at::kFloat).chunk(2, -1);
  at::Tensor turned = at::empty(x.sizes(), x.options());
  const auto into = turned.chunk(2, -1);
  into[0].copy_((halves[0] * c).addcmul_(halves[1], s, -1));
  into[1].copy_((halves[1] * c).addcmul_(halves[0], s));
  return turned;
}

Decoder::Decoder(Weights& weights, const DecoderConfig& config, Head head) : config_(config) {
  using Bias = Weights::Bias;
  const std::int64_t width = config.width, inner = config.inner_width;
  const std::int64_t own = config.heads * config.head_width, shared = config.key_value_heads * config.head_width;
  const Bias attention_bias = config.attention_bias ? Bias::kPresent : Bias::kNone;
  const Bias inner_bias = config.inner_bias ? Bias::kPresent : Bias::kNone;
  weights.find_body("embed_tokens.weight", {"model.", ""});
  embedding_ = weights.matrix("embed_tokens.weight", {config.vocabulary, width});
  for (std::int64_t i = 0; i < config.layers; ++i) {
    const std::string at = "layers." + std::to_string(i) + ".";
    layers_.push_back({
        .attention_norm = {weights.vector(at + "input_layernorm.weight", {width}), config.norm_epsilon},
        .inner_norm = {weights.vector(at + "post_attention_layernorm.weight", {width}), config.norm_epsilon},
        .q = weights.linear(at + "self_attn.q_proj", own, width, attention_bias),
        .k = weights.linear(at + "self_attn.k_proj", shared, width, attention_bias),
        .v = weights.linear(at + "self_attn.v_proj", shared, width, attention_bias),
        .o = weights.linear(at + "self_attn.o_proj", width, own, attention_bias),
        .gate = weights.linear(at + "mlp.gate_proj", inner, width, inner_bias),
        .up = weights.linear(at + "mlp.up_proj", inner, width, inner_bias),
        .down = weights.linear(at + "mlp.down_proj", width, inner, inner_bias),
    });
  }
  final_norm_ = {weights.vector("norm.weight", {width}), config.norm_epsilon};
  if (head == Head::kPresent) {
    const bool is_tied = config.tied_head && !weights.has("/lm_head.weight");
    head_ = is_tied ? embedding_ : weights.matrix("/lm_head.weight", {config.vocabulary, width});
  } else {
    weights.leave({"lm_head.weight"});
  }
  weights.leave({".rotary_emb.inv_freq"});
}

/// One pass of packed sequences: the residual stream, and what each layer does to it.
struct Decoder::Running {
  const Decoder& model;
  const Packed& packed;
  const Pass& pass;
  at::Tensor x;  ///< [T, C], float32

  Running(const Decoder& m, const Packed& p, const Pass& how)
      : model(m), packed(p), pass(how), x(m.embedding_.index_select(0, p.ids).to(at::kFloat)) {}

  at::Tensor heads(const Linear& linear, const at::Tensor& input) const {
    return linear(input).view({input.size(0), -1, model.config_.head_width});
  }

  struct KeysValues {
    at::Tensor keys, values;  ///< [T, G, D]
  };
  KeysValues keys_values(const Layer& layer, const at::Tensor& normed) const {
    return {pass.rotation(heads(layer.k, normed), packed.positions), heads(layer.v, normed)};
  }

  /// [G, P + S, D]: the prefix's rows, then the sequence's own.
  static at::Tensor behind_prefix(const at::Tensor* prefix, const at::Tensor& own) {
    const at::Tensor by_group = own.transpose(0, 1);
    return prefix == nullptr ? by_group.contiguous() : at::cat({*prefix, by_group}, 1);
  }

  /// Attention of the queries q, [T or sequences, H, D], each sequence to itself: [T or sequences, H D].
  at::Tensor attention(std::size_t index, const at::Tensor& q, const KeysValues& kv, Rows rows) const {
    at::Tensor out = at::empty(q.sizes(), q.options());
    for (std::size_t s = 0; s < packed.size(); ++s) {
      const auto sequence = static_cast<std::int64_t>(s);
      const std::int64_t begin = rows == Rows::kLast ? sequence : packed.starts[s];
      const std::int64_t end = rows == Rows::kLast ? sequence + 1 : packed.starts[s + 1];
      AttentionInput input;
      input.q = q.slice(0, begin, end);
      input.keys = behind_prefix(pass.prefix ? &pass.prefix->keys[index] : nullptr, packed.part(kv.keys, s));
      input.values = behind_prefix(pass.prefix ? &pass.prefix->values[index] : nullptr, packed.part(kv.values, s));
      input.scale = 1 / std::sqrt(static_cast<double>(model.config_.head_width));
      input.sight = {pass.attention == Attention::kCausal, input.keys.size(1) - (end - begin), model.config_.window};
      out.slice(0, begin, end).copy_(pass.path == Path::kFast ? attend(input) : attend_plainly(input));
    }
    return out.view({q.size(0), -1});
  }

  void feed_forward(const Layer& layer) {
    const at::Tensor normed = layer.inner_norm(x).to(model.embedding_.scalar_type());
    const at::Tensor gate = activate(model.config_.activation, layer.gate(normed));
    x.add_(layer.down(layer.up(normed).mul_(gate)));
  }

  /// Runs the layer, and goes on with the wanted rows alone. Returns the keys and values of all.
  KeysValues layer(std::size_t index, Rows rows) {
    const Layer& layer = model.layers_[index];
    const at::Tensor normed = layer.attention_norm(x).to(model.embedding_.scalar_type());
    KeysValues kv = keys_values(layer, normed);
    at::Tensor asking = normed, positions = packed.positions;
    if (rows == Rows::kLast) {
      const at::Tensor last = packed.last_rows();
      asking = normed.index_select(0, last);
      positions = positions.index_select(0, last);
      x = x.index_select(0, last);
    }
    x.add_(layer.o(attention(index, pass.rotation(heads(layer.q, asking), positions), kv, rows)));
    feed_forward(layer);
    return kv;
  }
};

at::Tensor Decoder::states(const Packed& packed, const Pass& pass) const {
  Running running(*this, packed, pass);
  for (std::size_t i = 0; i < layers_.size(); ++i) running.layer(i, i + 1 == layers_.size() ? pass.rows : Rows::kAll);
  return final_norm_(running.x);
}

Prefix Decoder::prefix(const Packed& packed, const Pass& pass) const {
  Prefix prefix;
  prefix.length = packed.tokens();
  Running running(*this, packed, pass);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const bool is_last = i + 1 == layers_.size();  // of which nothing but keys and values is asked
    const auto kv =
        is_last ? running.keys_values(layers_[i], layers_[i].attention_norm(running.x).to(embedding_.scalar_type()))
                : running.layer(i, Rows::kAll);
    prefix.keys.push_back(kv.keys.transpose(0, 1).contiguous());
    prefix.values.push_back(kv.values.transpose(0, 1).contiguous());
  }
  return prefix;
}

std::size_t Decoder::prefix_bytes() const {
  const std::int64_t elements = 2 * config_.layers * config_.key_value_heads * config_.head_width;
  return static_cast<std::size_t>(elements) * at::elementSize(embedding_.scalar_type());
}

at::Tensor Decoder::logits(const at::Tensor& states, const at::Tensor& answers) const {
  return at::linear(states, head_.index_select(0, answers).to(at::kFloat));
}

}  // namespace heed::engine
