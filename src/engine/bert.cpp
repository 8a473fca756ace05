#include "engine/bert.h"

#include <cmath>

namespace heed::engine {

using infer::BertConfig;
using infer::Path;

Bert::Bert(Weights& weights, const BertConfig& config) : config_(config) {
  using Bias = Weights::Bias;
  const std::int64_t width = config.width, inner = config.inner_width;
  weights.find_body("embeddings.word_embeddings.weight", {"bert.", ""});
  const auto norm = [&](const std::string& name) {
    return LayerNorm{weights.vector(name + ".weight", {width}), weights.vector(name + ".bias", {width}),
                     config.norm_epsilon};
  };
  words_ = weights.matrix("embeddings.word_embeddings.weight", {config.vocabulary, width});
  positions_ = weights.matrix("embeddings.position_embeddings.weight", {config.positions, width});
  types_ = weights.matrix("embeddings.token_type_embeddings.weight", {config.type_count, width});
  embedding_norm_ = norm("embeddings.LayerNorm");
  for (std::int64_t i = 0; i < config.layers; ++i) {
    const std::string at = "encoder.layer." + std::to_string(i) + ".";
    layers_.push_back({
        .q = weights.linear(at + "attention.self.query", width, width, Bias::kPresent),
        .k = weights.linear(at + "attention.self.key", width, width, Bias::kPresent),
        .v = weights.linear(at + "attention.self.value", width, width, Bias::kPresent),
        .o = weights.linear(at + "attention.output.dense", width, width, Bias::kPresent),
        .up = weights.linear(at + "intermediate.dense", inner, width, Bias::kPresent),
        .down = weights.linear(at + "output.dense", width, inner, Bias::kPresent),
        .attention_norm = norm(at + "attention.output.LayerNorm"),
        .inner_norm = norm(at + "output.LayerNorm"),
    });
  }
  // Heads of pre-training, and a table of 0, 1, 2.. that old checkpoints store.
  weights.leave({"cls.*", "embeddings.position_ids"});
}

at::Tensor Bert::attention(const Layer& layer, const Packed& packed, const at::Tensor& x, Rows rows, Path path) const {
  const auto heads = [&](const Linear& linear, const at::Tensor& input) {
    return linear(input).view({input.size(0), config_.heads, -1});
  };
  const at::Tensor asking = rows == Rows::kFirst ? x.index_select(0, packed.first_rows()) : x;
  const at::Tensor q = heads(layer.q, asking), k = heads(layer.k, x), v = heads(layer.v, x);
  at::Tensor out = at::empty(q.sizes(), q.options());
  for (std::size_t s = 0; s < packed.size(); ++s) {
    const auto part = [&](const at::Tensor& all) {
      const auto sequence = static_cast<std::int64_t>(s);
      return rows == Rows::kFirst ? all.slice(0, sequence, sequence + 1) : packed.part(all, s);
    };
    AttentionInput input;
    input.q = part(q);
    input.keys = packed.part(k, s).transpose(0, 1).contiguous();
    input.values = packed.part(v, s).transpose(0, 1).contiguous();
    input.scale = 1 / std::sqrt(static_cast<double>(q.size(2)));
    part(out).copy_(path == Path::kFast ? attend(input) : attend_plainly(input));
  }
  return layer.o(out.view({q.size(0), -1}));
}

at::Tensor Bert::states(const Packed& packed, const at::Tensor& type_ids, Rows rows, Path path) const {
  const at::ScalarType type = words_.scalar_type();
  at::Tensor x = words_.index_select(0, packed.ids).to(at::kFloat);
  x = x.add(positions_.index_select(0, packed.positions)).add_(types_.index_select(0, type_ids));
  x = embedding_norm_(x);
  for (const Layer& layer : layers_) {
    const Rows wanted = &layer == &layers_.back() ? rows : Rows::kAll;
    const at::Tensor attended = attention(layer, packed, x.to(type), wanted, path);
    if (wanted == Rows::kFirst) x = x.index_select(0, packed.first_rows());
    x = layer.attention_norm(x.add(attended));
    const at::Tensor inner = activate(config_.activation, layer.up(x.to(type)));
    x = layer.inner_norm(x.add(layer.down(inner)));
  }
  return x;
}

}  // namespace heed::engine
