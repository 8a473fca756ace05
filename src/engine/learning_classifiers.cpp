#include <cmath>

#include "base/error.h"
#include "engine/bert.h"
#include "engine/label_layer.h"
#include "engine/learning_model.h"
#include "engine/t5.h"

namespace heed::engine {

namespace {

/// Each sequence to itself, all of it seen; the last layer asks for the wanted rows alone.
PackedSight whole_sight(const LearningBatch& batch, bool is_last) {
  return {.queries = is_last ? batch.row_starts : batch.packed.starts, .keys = batch.packed.starts};
}

/// Bert with the pooler and the labels' layer, differentiable; each line has its counterpart there.
class LearningBert : public LearningModel {
 public:
  LearningBert(Weights& weights, const infer::BertConfig& config, Updates& updates)
      : model_(weights, config),
        pooler_(weights, config.width),
        labels_(weights, config.width),
        type_(model_.words().scalar_type()),
        wide_(wide_type(type_)) {
    const std::vector<std::string> attention = {"query", "key", "value", "attention.output.dense"};
    updates.choose(
        {{"query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"}, attention});
    for (const Bert::Layer& layer : model_.layers())
      layers_.push_back({.q = updates.of(layer.q),
                         .k = updates.of(layer.k),
                         .v = updates.of(layer.v),
                         .o = updates.of(layer.o),
                         .up = updates.of(layer.up),
                         .down = updates.of(layer.down)});
  }

  std::size_t layers() const override { return layers_.size(); }
  std::int64_t segments() const override { return model_.config().type_count; }
  void prepare(LearningBatch&) const override {}

  at::Tensor embed(const LearningBatch& batch) const override {
    const at::Tensor x = model_.words().index_select(0, batch.packed.ids).to(wide_) +
                         model_.positions().index_select(0, batch.packed.positions) +
                         model_.types().index_select(0, batch.type_ids);
    return model_.embedding_norm()(x);
  }

  at::Tensor layer(std::size_t index, const at::Tensor& x, const LearningBatch& batch) const override {
    const Layer& layer = layers_[index];
    const Bert::Layer& norms = model_.layers()[index];
    const bool is_last = index + 1 == layers_.size();
    const at::Tensor own = is_last ? x.index_select(0, batch.rows) : x;
    const at::Tensor in_type = x.to(type_);
    const at::Tensor q = heads(layer.q(own.to(type_))), k = heads(layer.k(in_type)), v = heads(layer.v(in_type));
    PackedSight sight = whole_sight(batch, is_last);
    sight.scale = 1 / std::sqrt(static_cast<double>(q.size(2)));
    const at::Tensor attended =
        norms.attention_norm(own + layer.o(attention(q, k, v, {}, sight).view({q.size(0), -1})));
    const at::Tensor inner = activated(model_.config().activation, layer.up(attended.to(type_)));
    return norms.inner_norm(attended + layer.down(inner));
  }

  at::Tensor logits(const at::Tensor& x, const LearningBatch&) const override { return labels_(pooler_(x)); }

 private:
  struct Layer {
    LearningLinear q, k, v, o, up, down;
  };

  at::Tensor heads(const at::Tensor& x) const { return x.view({x.size(0), model_.config().heads, -1}); }

  Bert model_;
  Pooler pooler_;
  LabelLayer labels_;
  at::ScalarType type_, wide_;
  std::vector<Layer> layers_;
};

/// T5's encoder with the labels' layer, differentiable.
class LearningEncT5 : public LearningModel {
 public:
  LearningEncT5(Weights& weights, const infer::T5Config& config, Updates& updates)
      : model_(weights, config, T5::Parts::kEncoder),
        labels_(weights, config.width),
        type_(model_.embedding().scalar_type()),
        wide_(wide_type(type_)) {
    std::vector<std::string> all = {"q", "k", "v", "o", "wi", "wo"};
    if (config.gated) all = {"q", "k", "v", "o", "wi_0", "wi_1", "wo"};
    updates.choose({all, {"q", "k", "v", "o"}});
    for (const T5::EncoderLayer& layer : model_.encoder())
      layers_.push_back({.q = updates.of(layer.attention.q),
                         .k = updates.of(layer.attention.k),
                         .v = updates.of(layer.attention.v),
                         .o = updates.of(layer.attention.o),
                         .gate = config.gated ? updates.of(layer.inner.gate) : LearningLinear{},
                         .up = updates.of(layer.inner.up),
                         .down = updates.of(layer.inner.down)});
  }

  std::size_t layers() const override { return layers_.size(); }
  std::int64_t segments() const override { return 0; }
  void prepare(LearningBatch& batch) const override {
    if (!model_.distance_bias().requires_grad()) batch.bias = bias_for(batch);
  }
  at::Tensor embed(const LearningBatch& batch) const override {
    return model_.embedding().index_select(0, batch.packed.ids).to(wide_);
  }

  at::Tensor layer(std::size_t index, const at::Tensor& x, const LearningBatch& batch) const override {
    const Layer& layer = layers_[index];
    const T5::EncoderLayer& norms = model_.encoder()[index];
    const bool is_last = index + 1 == layers_.size();
    const at::Tensor normed = norm(norms.attention.norm, x);
    const at::Tensor k = heads(layer.k(normed)), v = heads(layer.v(normed));
    at::Tensor asking = normed, own = x;
    if (is_last)
      for (at::Tensor* all : {&asking, &own}) *all = all->index_select(0, batch.rows);
    const at::Tensor q = heads(layer.q(asking));
    const at::Tensor bias = batch.bias.defined() ? batch.bias : bias_for(batch);
    own = own + layer.o(attention(q, k, v, bias, whole_sight(batch, is_last)).view({q.size(0), -1}));
    return own + feed_forward(layer, norm(norms.inner.norm, own));
  }

  at::Tensor logits(const at::Tensor& x, const LearningBatch&) const override {
    return labels_(rms_norm(x, model_.encoder_norm().weight, model_.encoder_norm().epsilon, wide_));
  }

 private:
  struct Layer {
    LearningLinear q, k, v, o, gate, up, down;
  };

  at::Tensor bias_for(const LearningBatch& batch) const {
    return model_.position_bias(batch.packed.positions.max().item<std::int64_t>() + 1);
  }
  at::Tensor feed_forward(const Layer& layer, const at::Tensor& normed) const {
    const infer::Activation activation = model_.config().activation;
    if (!model_.config().gated) return layer.down(activated(activation, layer.up(normed)));
    return layer.down(layer.up(normed) * activated(activation, layer.gate(normed)));
  }
  at::Tensor norm(const RmsNorm& norm, const at::Tensor& x) const {
    return rms_norm(x, norm.weight, norm.epsilon, type_);
  }
  at::Tensor heads(const at::Tensor& x) const {
    return x.view({x.size(0), model_.config().heads, model_.config().head_width});
  }

  T5 model_;
  LabelLayer labels_;
  at::ScalarType type_, wide_;
  std::vector<Layer> layers_;
};

}  // namespace

std::unique_ptr<LearningModel> learning_bert(Weights& weights, const infer::BertConfig& config, Updates& updates) {
  return std::make_unique<LearningBert>(weights, config, updates);
}

std::unique_ptr<LearningModel> learning_enc_t5(Weights& weights, const infer::T5Config& config, Updates& updates) {
  return std::make_unique<LearningEncT5>(weights, config, updates);
}

}  // namespace heed::engine
