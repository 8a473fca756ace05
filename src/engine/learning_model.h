#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "base/random.h"
#include "engine/adapter.h"
#include "engine/differentiable.h"
#include "engine/layers.h"
#include "engine/learned_tensors.h"
#include "engine/packed.h"
#include "engine/weights.h"
#include "infer/learner.h"

/// Models as autograd sees them: layers that are functions of their input and of what is learned.
namespace heed::engine {

/// Sequences that go through the layers together.
struct LearningBatch {
  Packed packed;
  at::Tensor type_ids;                   ///< [T], of BERT
  at::Tensor rows;                       ///< [R]: the rows of the last layer that the head reads
  std::vector<std::int64_t> row_starts;  ///< of each sequence's among them, and the end of the last's
  at::Tensor targets{};                  ///< [R]: the logit that is meant in each; undefined where none is
  at::Tensor signs{};                    ///< [R], of classifiers: 0 by softmax; by sigmoid 1 if true, -1 if false
  std::optional<at::Tensor> answers{};   ///< the only logits that are wanted, of decoders; else all
  at::Tensor cosines{}, sines{};         ///< decoders: of each token (LearningModel::prepare)
  at::Tensor bias{};                     ///< T5, where its bias is frozen (LearningModel::prepare)
};

class LearningModel {
 public:
  virtual ~LearningModel() = default;
  virtual std::size_t layers() const = 0;
  /// Type ids are below it; 0: of no account.
  virtual std::int64_t segments() const = 0;
  /// Fills in what depends on the batch alone.
  virtual void prepare(LearningBatch& batch) const = 0;
  /// What goes into the first layer, [T, C], wide.
  virtual at::Tensor embed(const LearningBatch& batch) const = 0;
  /// x [T, C] -> [T, C]; the last layer gives the rows that the head reads, [R, C].
  virtual at::Tensor layer(std::size_t index, const at::Tensor& x, const LearningBatch& batch) const = 0;
  /// [R, vocabulary, answers or labels], wide.
  virtual at::Tensor logits(const at::Tensor& x, const LearningBatch& batch) const = 0;
};

/// A linear layer that may have an update that is learned: y = x W^T + b + scale (x A^T) B^T.
struct LearningLinear {
  Linear base;
  at::Tensor a, b;  ///< [rank, in] and [out, rank], wide; or undefined
  double scale = 1;

  /// In x's type, that of the weights. The update's products are in it too.
  at::Tensor operator()(const at::Tensor& x) const;
};

/// Gives linear layers the updates that the settings ask for, and begins them.
class Updates {
 public:
  /// Throws BadInput where the settings make no sense or the first adapter does not fit them.
  Updates(const infer::LearnerSettings& settings, at::ScalarType wide, LearnedTensors& learned);

  /// The last parts of the names of an architecture's linear layers.
  struct Parts {
    std::vector<std::string> all, attention;
  };
  /// Settles the targets: those of the settings, or those of attention. Throws BadInput, listing what there is, where
  /// one is no layer's. REQUIRES: called once, before of().
  void choose(const Parts& parts);
  /// The layer, with its update if it is among the targets.
  LearningLinear of(const Linear& linear);
  /// Throws BadInput where a target was no layer's, or the first adapter changes a layer that is not learned.
  void finish() const;

  const std::vector<std::string>& targets() const { return targets_; }

 private:
  LowRank first_update(const Linear& linear);

  const infer::LearnerSettings& settings_;
  at::ScalarType wide_;
  LearnedTensors& learned_;
  std::vector<std::string> targets_;
  std::set<std::string> matched_;  ///< of the targets
  std::optional<Adapter> first_;
  base::Random random_;
  double numbers_ = 0;  // that are learned
};

std::unique_ptr<LearningModel> learning_decoder(Weights& weights, const infer::DecoderConfig& config, Updates& updates);
std::unique_ptr<LearningModel> learning_bert(Weights& weights, const infer::BertConfig& config, Updates& updates);
std::unique_ptr<LearningModel> learning_enc_t5(Weights& weights, const infer::T5Config& config, Updates& updates);

}  // namespace heed::engine
