#include <cmath>

#include "engine/decoder.h"
#include "engine/learning_model.h"

namespace heed::engine {

namespace {

/// Decoder, differentiable; each line has its counterpart there.
class LearningDecoder : public LearningModel {
 public:
  LearningDecoder(Weights& weights, const infer::DecoderConfig& config, Updates& updates)
      : model_(weights, config, Decoder::Head::kPresent),
        type_(model_.embedding().scalar_type()),
        wide_(wide_type(type_)) {
    updates.choose({{"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"},
                    {"q_proj", "k_proj", "v_proj", "o_proj"}});
    for (const Decoder::Layer& layer : model_.layers())
      layers_.push_back({.q = updates.of(layer.q),
                         .k = updates.of(layer.k),
                         .v = updates.of(layer.v),
                         .o = updates.of(layer.o),
                         .gate = updates.of(layer.gate),
                         .up = updates.of(layer.up),
                         .down = updates.of(layer.down)});
  }

  std::size_t layers() const override { return layers_.size(); }
  std::int64_t segments() const override { return 0; }

  void prepare(LearningBatch& batch) const override {
    const Rotation rotation = rotation_of(model_.config(), batch.packed.positions.max().item<std::int64_t>() + 1);
    batch.cosines = rotation.cosines.index_select(0, batch.packed.positions).to(wide_);
    batch.sines = rotation.sines.index_select(0, batch.packed.positions).to(wide_);
  }

  at::Tensor embed(const LearningBatch& batch) const override {
    return model_.embedding().index_select(0, batch.packed.ids).to(wide_);
  }

  at::Tensor layer(std::size_t index, const at::Tensor& x, const LearningBatch& batch) const override {
    const Layer& layer = layers_[index];
    const Decoder::Layer& norms = model_.layers()[index];
    const at::Tensor normed = norm(norms.attention_norm, x);
    const at::Tensor k = turn(heads(layer.k(normed)), batch.cosines, batch.sines), v = heads(layer.v(normed));
    PackedSight sight{.queries = batch.packed.starts, .keys = batch.packed.starts, .causal = true};
    sight.window = model_.config().window;
    sight.scale = 1 / std::sqrt(static_cast<double>(model_.config().head_width));
    at::Tensor asking = normed, own = x, cosines = batch.cosines, sines = batch.sines;
    if (index + 1 == layers_.size()) {
      sight.queries = batch.row_starts;
      for (at::Tensor* all : {&asking, &own, &cosines, &sines}) *all = all->index_select(0, batch.rows);
    }
    const at::Tensor q = turn(heads(layer.q(asking)), cosines, sines);
    own = own + layer.o(attention(q, k, v, {}, sight).view({q.size(0), -1}));
    const at::Tensor inner = norm(norms.inner_norm, own);
    return own + layer.down(layer.up(inner) * activated(model_.config().activation, layer.gate(inner)));
  }

  at::Tensor logits(const at::Tensor& x, const LearningBatch& batch) const override {
    const at::Tensor states = rms_norm(x, model_.final_norm().weight, model_.final_norm().epsilon, wide_);
    const at::Tensor& head = model_.head();
    if (batch.answers) return at::linear(states, head.index_select(0, *batch.answers).to(wide_));
    return head.scalar_type() == wide_ ? at::linear(states, head) : head_logits(states, head);
  }

 private:
  struct Layer {
    LearningLinear q, k, v, o, gate, up, down;
  };

  at::Tensor norm(const RmsNorm& norm, const at::Tensor& x) const {
    return rms_norm(x, norm.weight, norm.epsilon, type_);
  }
  at::Tensor heads(const at::Tensor& x) const { return x.view({x.size(0), -1, model_.config().head_width}); }

  Decoder model_;
  at::ScalarType type_, wide_;
  std::vector<Layer> layers_;
};

}  // namespace

std::unique_ptr<LearningModel> learning_decoder(Weights& weights, const infer::DecoderConfig& config,
                                                Updates& updates) {
  return std::make_unique<LearningDecoder>(weights, config, updates);
}

}  // namespace heed::engine
