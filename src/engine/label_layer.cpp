#include "engine/label_layer.h"

#include "base/error.h"

namespace heed::engine {

Pooler::Pooler(Weights& weights, std::int64_t width)
    : weight(weights.vector("pooler.dense.weight", {width, width})),
      bias(weights.vector("pooler.dense.bias", {width})) {}

LabelLayer::LabelLayer(Weights& weights, std::int64_t width) {
  const std::int64_t labels = weights.rows_of("/classifier.weight");
  weight = weights.vector("/classifier.weight", {labels, width});
  bias = weights.vector("/classifier.bias", {labels});
}

void check_types(const at::Tensor& type_ids, const infer::BertConfig& config) {
  if (const auto type = type_ids.max().item<std::int64_t>(); type >= config.type_count)
    throw base::BadInput("the tokenizer marks tokens with segment " + std::to_string(type) +
                         ", but the model has the segments 0 to " + std::to_string(config.type_count - 1));
}

}  // namespace heed::engine
