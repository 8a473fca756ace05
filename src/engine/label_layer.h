#pragma once

#include "engine/weights.h"
#include "infer/model_config.h"

/// What stands behind the encoder of a classifier, in float32: it sees one row a sequence.
namespace heed::engine {

/// BERT's, from the first token's state, as pre-training's next-sentence head: linear, tanh.
struct Pooler {
  at::Tensor weight, bias;
  Pooler(Weights& weights, std::int64_t width);
  at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias).tanh(); }
};

/// A logit for each label.
struct LabelLayer {
  at::Tensor weight, bias;
  LabelLayer(Weights& weights, std::int64_t width);
  at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }
};

/// Throws BadInput where a token is of a segment that the model does not have.
void check_types(const at::Tensor& type_ids, const infer::BertConfig& config);

}  // namespace heed::engine
