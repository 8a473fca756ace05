#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "format/safetensors_writer.h"
#include "infer/engine.h"

namespace heed::infer {

/// What of a model is learned: a low-rank update of some of its linear layers (LoRA: Hu et al. 2022), or all of it.
enum class Method { kLora, kFull };

/// What a layer keeps between forward and backward: everything that its backward needs, or its input alone, from which
/// the rest is computed again, so that memory grows with one layer and not with all (Chen et al. 2016).
enum class Activations { kKept, kRecomputed };

struct LearnerSettings {
  Method method = Method::kLora;
  int rank = 8;
  double alpha = 16;  ///< the update is alpha / rank * B A
  /// The linear layers of the body that are updated, by the last parts of their names ("q_proj",
  /// "attention.output.dense"), in any layer. Empty: those of attention: query, key, value, output.
  std::vector<std::string> targets{};
  /// Where the update begins: an adapter in PEFT's layout, its folder or its safetensors file. Without one A is uniform
  /// in +-sqrt(1 / in) (PEFT: Kaiming with a = sqrt 5) and B zero.
  std::optional<std::filesystem::path> init_adapter{};
  std::uint64_t seed = 1;  ///< of A
  Activations activations = Activations::kRecomputed;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8,
         weight_decay = 0;  ///< AdamW (Loshchilov and Hutter 2019); epsilon > 0
  double clip = 1;          ///< the gradient's norm is scaled down to it; 0: never
};

/// One example in numbers.
struct Lesson {
  /// Of a decoder the prompt and the answer behind it; of a classifier the pair. Borrowed.
  std::span<const TokenId> ids{};
  std::span<const TokenId> type_ids{};  ///< of classifiers; empty: all 0
  std::size_t answer = 0;  ///< of decoders: so many of the last ids are to be predicted, of 1 to all but one
  int label = 0;           ///< of classifiers: the logit that is meant
  /// Of classifiers: the label is told apart from the others by softmax; or, with kSigmoid, whether logit `label` is
  /// to be high (true) or low.
  enum class Loss { kSoftmax, kSigmoid } loss = Loss::kSoftmax;
  bool is_true = true;

  /// Terms of the loss: answer tokens of a decoder, one of a classifier.
  std::size_t terms() const { return answer > 0 ? answer : 1; }
};

/// A model that learns. Losses are natural logarithms. Results are the same bits whatever the number of threads.
/// An instance belongs to one thread at a time; it uses the threads of its options itself.
class Learner {
 public:
  virtual ~Learner() = default;
  virtual const ModelFacts& facts() const = 0;
  /// Numbers that are learned.
  virtual std::int64_t learned_parameters() const = 0;

  /// Adds the gradient of `scale` times the sum of the lessons' losses to what was added since the last step, and
  /// returns each lesson's loss: the sum of the cross-entropy of its terms. (A batch's loss, the mean over its terms,
  /// has scale 1 / terms.) Throws BadInput for ids, labels or segments that the model does not know, and for answers
  /// that are empty or have no prompt: before any gradient is added; whatever else it throws, the gradient is zero
  /// then. A loss may be NaN.
  virtual std::vector<double> learn(std::span<const Lesson> lessons, double scale) = 0;
  /// One step of AdamW at the rate, with the gradient clipped; then the gradient is zero. Returns the gradient's norm
  /// before clipping. Where that is not finite, nothing is changed but the gradient.
  virtual double step(double rate) = 0;
  /// The losses without learning.
  virtual std::vector<double> losses(std::span<const Lesson> lessons) = 0;
  /// Logits as they are now: of a decoder those of `answers` after each prompt (ids, `answer` ignored), of a classifier
  /// those of all labels (`answers` ignored). Throws BadInput where one is not finite, as after steps that were too
  /// large.
  virtual std::vector<std::vector<float>> logits(std::span<const Lesson> prompts, std::span<const TokenId> answers) = 0;

  /// What is learned: LoRA's tensors as PEFT names them, float32; or with kFull all of the model's, as the checkpoint
  /// names them, float32.
  virtual std::vector<format::OwnedTensor> learned() const = 0;
  /// All that the next step depends on: what is learned, the moments, the number of steps made. restore() gives back a
  /// learner whose further results are the same, bit for bit, with a gradient of zero; it throws BadInput, beginning
  /// with `what`, and changes nothing, where the tensors are another model's. Names: those of learned(), the same
  /// behind "first_moment." and "second_moment.", float32; and "steps", a scalar of int64. REQUIRES of state(): nothing
  /// was learned since the last step, for it holds no gradient.
  virtual std::vector<format::OwnedTensor> state() const = 0;
  virtual void restore(std::span<const format::OwnedTensor> state, const std::string& what) = 0;
  /// adapter_config.json's "target_modules", as PEFT names them.
  virtual std::vector<std::string> targets() const = 0;
};

}  // namespace heed::infer
