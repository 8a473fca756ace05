#include <algorithm>

#include <c10/core/InferenceMode.h>

#include "base/error.h"
#include "engine/bert.h"
#include "engine/label_layer.h"
#include "engine/models.h"
#include "engine/t5.h"

namespace heed::engine {

namespace {

/// Label logits of a batch, [sequences, labels], float32.
class Head {
 public:
  virtual ~Head() = default;
  virtual void prepare(std::int64_t longest) = 0;
  virtual at::Tensor logits(const Packed& packed, const at::Tensor& type_ids) const = 0;
};

/// BERT: the first token's state through the pooler.
class BertHead : public Head {
 public:
  BertHead(Weights& weights, const infer::BertConfig& config, infer::Path path)
      : model_(weights, config), pooler_(weights, config.width), labels_(weights, config.width), path_(path) {}
  void prepare(std::int64_t) override {}
  at::Tensor logits(const Packed& packed, const at::Tensor& type_ids) const override {
    check_types(type_ids, model_.config());
    const bool is_fast = path_ == infer::Path::kFast;
    at::Tensor first = model_.states(packed, type_ids, is_fast ? Bert::Rows::kFirst : Bert::Rows::kAll, path_);
    if (!is_fast) first = first.index_select(0, packed.first_rows());
    return labels_(pooler_(first));
  }

 private:
  Bert model_;
  Pooler pooler_;
  LabelLayer labels_;
  infer::Path path_;
};

/// EncT5 (Liu et al. 2021): the encoder's first state, without a pooler.
class EncT5Head : public Head {
 public:
  EncT5Head(Weights& weights, const infer::T5Config& config, infer::Path path)
      : model_(weights, config, T5::Parts::kEncoder), labels_(weights, config.width), path_(path) {}
  void prepare(std::int64_t longest) override {
    if (!bias_.defined() || bias_.size(1) < longest) bias_ = model_.position_bias(longest);
  }
  at::Tensor logits(const Packed& packed, const at::Tensor&) const override {
    return labels_(model_.encode(packed, {path_, bias_}).index_select(0, packed.first_rows()));
  }

 private:
  T5 model_;
  LabelLayer labels_;
  infer::Path path_;
  at::Tensor bias_;
};

std::unique_ptr<Head> open_head(Weights& weights, const infer::ModelConfig& config, const infer::ModelFiles& files,
                                infer::Path path) {
  if (const auto* bert = std::get_if<infer::BertConfig>(&config))
    return std::make_unique<BertHead>(weights, *bert, path);
  if (const auto* t5 = std::get_if<infer::T5Config>(&config)) return std::make_unique<EncT5Head>(weights, *t5, path);
  throw base::BadInput(files.folder.string() + ": a cross-encoder is bert or t5, not " + architecture_of(config));
}

class ModelClassifier : public infer::Classifier {
 public:
  ModelClassifier(std::unique_ptr<Head> head, std::int64_t labels, infer::ModelFacts facts,
                  const infer::EngineOptions& options)
      : head_(std::move(head)), labels_(labels), facts_(std::move(facts)), options_(options) {}

  const infer::ModelFacts& facts() const override { return facts_; }
  std::int64_t labels() const override { return labels_; }

  std::vector<std::vector<float>> logits(std::span<const infer::ClassifyInput> inputs) override {
    std::vector<std::size_t> lengths;
    for (const infer::ClassifyInput& input : inputs) {
      check_sequence(input.ids, facts_);
      base::check(input.type_ids.empty() || input.type_ids.size() == input.ids.size());
      lengths.push_back(input.ids.size());
    }
    std::vector<std::vector<float>> logits(inputs.size());
    if (inputs.empty()) return logits;
    const c10::InferenceMode inference;
    head_->prepare(static_cast<std::int64_t>(*std::ranges::max_element(lengths)));
    const auto batches = batches_for(lengths, options_);
    for_each_batch(batches.size(), options_.threads, [&](std::size_t i) {
      const infer::Batch& batch = batches[i];
      std::vector<std::span<const infer::TokenId>> sequences;
      std::vector<std::int64_t> types;
      for (const std::size_t k : batch) {
        sequences.push_back(inputs[k].ids);
        if (inputs[k].type_ids.empty()) types.resize(types.size() + inputs[k].ids.size(), 0);
        types.insert(types.end(), inputs[k].type_ids.begin(), inputs[k].type_ids.end());
      }
      const Packed packed = pack(sequences);
      const at::Tensor values =
          head_->logits(packed, at::tensor(at::ArrayRef<std::int64_t>(types), at::kLong)).contiguous();
      for (std::size_t k = 0; k < batch.size(); ++k) logits[batch[k]] = finite_row(values, k);
    });
    return logits;
  }

 private:
  std::unique_ptr<Head> head_;
  std::int64_t labels_;
  infer::ModelFacts facts_;
  infer::EngineOptions options_;
};

}  // namespace

std::unique_ptr<infer::Classifier> open_classifier(const infer::ModelFiles& files,
                                                   const infer::EngineOptions& options) {
  const c10::InferenceMode inference;
  const infer::ModelConfig config = infer::read_model_config(files.folder);
  Weights weights(files, options);
  auto head = open_head(weights, config, files, options.path);
  weights.finish();
  return std::make_unique<ModelClassifier>(std::move(head), weights.rows_of("/classifier.weight"),
                                           weights.facts(config, options), options);
}

}  // namespace heed::engine
