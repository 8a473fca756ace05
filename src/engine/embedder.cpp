#include <algorithm>

#include <c10/core/InferenceMode.h>

#include "base/error.h"
#include "base/fingerprint.h"
#include "engine/bert.h"
#include "engine/decoder.h"
#include "engine/models.h"
#include "engine/t5.h"
#include "engine/tensors.h"
#include "infer/sentence_modules.h"

namespace heed::engine {

using base::BadInput;
using infer::Pooling;

namespace {

/// The states that are pooled: every token's, or of each sequence the one that the pooling takes.
class Body {
 public:
  virtual ~Body() = default;
  /// Called before sequences of up to `longest` tokens are computed, on one thread.
  virtual void prepare(std::int64_t longest) = 0;
  /// [T or sequences, C], float32.
  virtual at::Tensor states(const Packed& packed) const = 0;
};

struct HowToEmbed {
  infer::EmbedderSettings settings;
  infer::Path path = infer::Path::kFast;

  /// Whether a body that can do so computes the pooled tokens alone.
  bool only(Pooling pooling) const { return path == infer::Path::kFast && settings.pooling == pooling; }
};

class BertBody : public Body {
 public:
  BertBody(Weights& weights, const infer::BertConfig& config, HowToEmbed how) : model_(weights, config), how_(how) {
    weights.leave({"pooler.dense.weight", "pooler.dense.bias", "classifier.weight", "classifier.bias"});
  }
  void prepare(std::int64_t) override {}
  at::Tensor states(const Packed& packed) const override {
    return model_.states(packed, at::zeros_like(packed.ids),
                         how_.only(Pooling::kCls) ? Bert::Rows::kFirst : Bert::Rows::kAll, how_.path);
  }

 private:
  Bert model_;
  HowToEmbed how_;
};

class T5Body : public Body {
 public:
  T5Body(Weights& weights, const infer::T5Config& config, HowToEmbed how)
      : model_(weights, config, T5::Parts::kEncoder), how_(how) {}
  void prepare(std::int64_t longest) override {
    if (!bias_.defined() || bias_.size(1) < longest) bias_ = model_.position_bias(longest);
  }
  at::Tensor states(const Packed& packed) const override { return model_.encode(packed, {how_.path, bias_}); }

 private:
  T5 model_;
  HowToEmbed how_;
  at::Tensor bias_;
};

class DecoderBody : public Body {
 public:
  DecoderBody(Weights& weights, const infer::DecoderConfig& config, HowToEmbed how)
      : model_(weights, config, Decoder::Head::kNone), how_(how) {}
  void prepare(std::int64_t longest) override { rotation_ = rotation_of(model_.config(), longest); }
  at::Tensor states(const Packed& packed) const override {
    return model_.states(packed, {.attention = how_.settings.attention,
                                  .path = how_.path,
                                  .rows = how_.only(Pooling::kLast) ? Decoder::Rows::kLast : Decoder::Rows::kAll,
                                  .rotation = rotation_});
  }

 private:
  Decoder model_;
  HowToEmbed how_;
  Rotation rotation_;
};

std::unique_ptr<Body> open_body(Weights& weights, const infer::ModelConfig& config, HowToEmbed how) {
  if (const auto* bert = std::get_if<infer::BertConfig>(&config))
    return std::make_unique<BertBody>(weights, *bert, how);
  if (const auto* t5 = std::get_if<infer::T5Config>(&config)) return std::make_unique<T5Body>(weights, *t5, how);
  return std::make_unique<DecoderBody>(weights, std::get<infer::DecoderConfig>(config), how);
}

/// A layer behind the pooling, in float32.
struct Dense {
  at::Tensor weight, bias;
  bool has_tanh = false;
  std::string fingerprint;  ///< of the checkpoint

  explicit Dense(const infer::DenseModule& module) : has_tanh(module.has_tanh) {
    const auto checkpoint = format::Checkpoint::open_folder(module.folder);
    fingerprint = checkpoint.fingerprint();
    const auto take = [&](const char* name, std::vector<std::int64_t> shape) {
      if (checkpoint.find(name) == nullptr)
        throw BadInput(module.folder.string() + ": the checkpoint has no tensor " + name);
      return load_tensor(checkpoint, name, shape, at::kFloat);
    };
    weight = take("linear.weight", {module.out, module.in});
    if (module.has_bias) bias = take("linear.bias", {module.out});
  }

  at::Tensor operator()(const at::Tensor& x) const {
    const at::Tensor y = bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
    return has_tanh ? y.tanh() : y;
  }
};

class ModelEmbedder : public infer::Embedder {
 public:
  ModelEmbedder(std::unique_ptr<Body> body, HowToEmbed how, std::vector<Dense> dense, std::int64_t width,
                infer::ModelFacts facts, const infer::EngineOptions& options)
      : body_(std::move(body)),
        how_(how),
        dense_(std::move(dense)),
        width_(width),
        facts_(std::move(facts)),
        options_(options) {}

  const infer::ModelFacts& facts() const override { return facts_; }
  std::int64_t width() const override { return width_; }

  std::vector<std::vector<float>> embed(std::span<const infer::EmbedInput> inputs) override {
    std::vector<std::size_t> lengths;
    for (const infer::EmbedInput& input : inputs) {
      check_sequence(input.ids, facts_);
      lengths.push_back(input.ids.size());
    }
    std::vector<std::vector<float>> embeddings(inputs.size());
    if (inputs.empty()) return embeddings;
    const c10::InferenceMode inference;
    body_->prepare(static_cast<std::int64_t>(*std::ranges::max_element(lengths)));
    const auto batches = batches_for(lengths, options_);
    for_each_batch(batches.size(), options_.threads,
                   [&](std::size_t i) { embed_batch(inputs, batches[i], embeddings); });
    return embeddings;
  }

 private:
  void embed_batch(std::span<const infer::EmbedInput> inputs, const infer::Batch& batch,
                   std::vector<std::vector<float>>& embeddings) const {
    std::vector<std::span<const infer::TokenId>> sequences;
    for (const std::size_t i : batch) sequences.push_back(inputs[i].ids);
    const Packed packed = pack(sequences);
    at::Tensor pooled = pool(packed, body_->states(packed), inputs, batch);
    for (const Dense& dense : dense_) pooled = dense(pooled);
    if (how_.settings.normalize) pooled = pooled / at::linalg_vector_norm(pooled, 2, {-1}, true).clamp_min(1e-12);
    pooled = pooled.contiguous();
    for (std::size_t k = 0; k < batch.size(); ++k) embeddings[batch[k]] = finite_row(pooled, k);
  }

  /// [sequences, C]. A text of which nothing is left to average is the zero vector.
  at::Tensor pool(const Packed& packed, const at::Tensor& states, std::span<const infer::EmbedInput> inputs,
                  const infer::Batch& batch) const {
    if (states.size(0) == static_cast<std::int64_t>(packed.size()) && how_.settings.pooling != Pooling::kMean)
      return states;
    if (how_.settings.pooling == Pooling::kCls) return states.index_select(0, packed.first_rows());
    if (how_.settings.pooling == Pooling::kLast) return states.index_select(0, packed.last_rows());
    at::Tensor means = at::zeros({static_cast<std::int64_t>(packed.size()), states.size(1)}, at::kFloat);
    for (std::size_t s = 0; s < packed.size(); ++s) {
      const std::size_t unpooled = inputs[batch[s]].unpooled;
      if (unpooled < inputs[batch[s]].ids.size())
        means[static_cast<std::int64_t>(s)].copy_(
            packed.part(states, s).slice(0, static_cast<std::int64_t>(unpooled)).mean(0));
    }
    return means;
  }

  std::unique_ptr<Body> body_;
  HowToEmbed how_;
  std::vector<Dense> dense_;
  std::int64_t width_;
  infer::ModelFacts facts_;
  infer::EngineOptions options_;
};

std::int64_t width_of(const infer::ModelConfig& config) {
  return std::visit([](const auto& c) { return c.width; }, config);
}

}  // namespace

std::unique_ptr<infer::Embedder> open_embedder(const infer::ModelFiles& files, const infer::EmbedderSettings& settings,
                                               const infer::EngineOptions& options) {
  const c10::InferenceMode inference;
  const infer::ModelConfig config = infer::read_model_config(files.folder);
  const infer::SentenceModules modules = infer::read_sentence_modules(files.folder);
  if (modules.pooling && *modules.pooling != settings.pooling)
    throw BadInput(files.folder.string() + ": modules.json asks for another pooling than the recipe");
  Weights weights(files, options);
  HowToEmbed how{settings, options.path};
  how.settings.normalize = settings.normalize || modules.normalize;
  auto body = open_body(weights, config, how);
  weights.finish();
  std::int64_t width = width_of(config);
  std::vector<Dense> dense;
  infer::ModelFacts facts = weights.facts(config, options);
  for (const infer::DenseModule& module : modules.dense) {
    if (module.in != width)
      throw BadInput(module.folder.string() + ": in_features is " + std::to_string(module.in) +
                     ", but what comes before gives " + std::to_string(width));
    dense.emplace_back(module);
    width = module.out;
    facts.fingerprint = base::Digest()
                            .add_field(facts.fingerprint)
                            .add_field(dense.back().fingerprint)
                            .add_field(module.has_bias ? "bias" : "")
                            .add_field(module.has_tanh ? "tanh" : "")
                            .finish()
                            .hex();
  }
  if (how.settings.normalize)
    facts.fingerprint = base::Digest().add_field(facts.fingerprint).add_field("normalized").finish().hex();
  return std::make_unique<ModelEmbedder>(std::move(body), how, std::move(dense), width, std::move(facts), options);
}

}  // namespace heed::engine
