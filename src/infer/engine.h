#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "format/tensor.h"

namespace heed::infer {

using TokenId = std::int32_t;

/// What matrices are multiplied in. Sums over a row, softmax, norms and everything that is added up over the layers
/// are float32 in both.
enum class Precision { kFloat32, kBfloat16 };
std::string name_of(Precision precision);

/// kBfloat16 where the CPU multiplies it in hardware (AVX512_BF16 or AMX), else kFloat32.
Precision native_precision();

/// kFast packs sequences, shares prefixes and computes only what is asked for; kPlain is the textbook's forward pass,
/// one whole sequence at a time, to test the fast one against.
enum class Path { kFast, kPlain };

/// Whether a low-rank update is added into the weights on opening (no cost later), or computed beside them (no
/// rounding of the sum to bfloat16).
enum class AdapterUse { kMerged, kApplied };

struct EngineOptions {
  Precision precision = native_precision();
  int threads = 1;  ///< changes the time, and results by no more than rounding in the precision
  Path path = Path::kFast;
  AdapterUse adapter_use = AdapterUse::kMerged;
  bool share_prefixes = true;  ///< kFast decoders: compute what prompts have in common once
  std::size_t batch_tokens =
      1024;  ///< tokens that go through a layer together, on each thread; a longer text goes alone
};

/// A checkpoint folder in Hugging Face's layout, and maybe a folder with a LoRA adapter in PEFT's.
struct ModelFiles {
  std::filesystem::path folder;
  std::optional<std::filesystem::path> adapter;
};

/// What is known of an open model.
struct ModelFacts {
  std::string architecture;  ///< `model_type` of config.json
  std::string fingerprint;   ///< changes with weights, adapter or configuration
  std::string device;        ///< what computes: "CPU, 2 threads"
  Precision precision = Precision::kFloat32;
  std::int64_t parameters = 0;
  std::int64_t weight_bytes = 0;  ///< in memory
  std::int64_t vocabulary = 0;    ///< ids are 0 .. vocabulary - 1
  std::int64_t positions = 0;     ///< the longest sequence
};

enum class Pooling { kMean, kCls, kLast };
enum class Attention { kCausal, kBidirectional };

struct EmbedderSettings {
  Pooling pooling = Pooling::kMean;
  Attention attention = Attention::kCausal;  ///< of decoders; BERT and T5 encoders see both sides
  bool normalize = false;                    ///< to unit length, after all else
};

struct EmbedInput {
  std::span<const TokenId> ids;
  std::size_t unpooled = 0;  ///< so many leading tokens are seen by the others but leave the mean
};

// Every model below throws BadInput where an input is empty, longer than the model's positions, or has an id outside
// its vocabulary. A result depends on its own input alone, whatever stands in the batch, but for rounding: in float32
// some units of its last digit; in bfloat16, whose products are rounded to 8 bits in another order, up to those.
// An instance belongs to one thread at a time; it uses the threads of its options itself.

/// Vectors of texts.
class Embedder {
 public:
  virtual ~Embedder() = default;
  virtual const ModelFacts& facts() const = 0;
  /// Elements of an embedding.
  virtual std::int64_t width() const = 0;
  /// One embedding for each input, in order.
  virtual std::vector<std::vector<float>> embed(std::span<const EmbedInput> inputs) = 0;
};

struct ClassifyInput {
  std::span<const TokenId> ids;
  std::span<const TokenId> type_ids;  ///< empty: all 0
};

/// Logits of labels, from the first token's state.
class Classifier {
 public:
  virtual ~Classifier() = default;
  virtual const ModelFacts& facts() const = 0;
  virtual std::int64_t labels() const = 0;
  /// labels() logits for each input, in order.
  virtual std::vector<std::vector<float>> logits(std::span<const ClassifyInput> inputs) = 0;
};

/// Logits of the next token: after the prompt (decoders), or at the first step of the answer (encoder-decoders).
class Answerer {
 public:
  virtual ~Answerer() = default;
  virtual const ModelFacts& facts() const = 0;
  /// result[i][j]: the logit of answers[j] after prompts[i].
  virtual std::vector<std::vector<float>> logits(std::span<const std::span<const TokenId>> prompts,
                                                 std::span<const TokenId> answers) = 0;
};

class Learner;           // infer/learner.h
struct LearnerSettings;  // infer/learner.h

/// Opens models. Each throws BadInput naming file and tensor where a tensor is missing, surplus, of the wrong shape or
/// truncated, where the architecture cannot do what is asked, and, before reading any weight, where the weights do not
/// fit into this machine's memory.
class Engine {
 public:
  virtual ~Engine() = default;
  /// BERT, T5 (its encoder), Llama, Mistral. Dense and normalising modules of a Sentence-Transformers folder follow
  /// the pooling.
  virtual std::unique_ptr<Embedder> open_embedder(const ModelFiles& files, const EmbedderSettings& settings,
                                                  const EngineOptions& options) const = 0;
  /// BERT with pooler and classifier (monoBERT), T5's encoder with a classifier (EncT5: Liu et al. 2021).
  virtual std::unique_ptr<Classifier> open_classifier(const ModelFiles& files, const EngineOptions& options) const = 0;
  /// T5, Llama, Mistral.
  virtual std::unique_ptr<Answerer> open_answerer(const ModelFiles& files, const EngineOptions& options) const = 0;
  /// Llama and Mistral as language models, BERT and EncT5 as classifiers. The adapter of the files, if any, is merged
  /// into the weights and stays as it is. `options.precision` is that of frozen weights; what is learned, and with
  /// Method::kFull everything, is float32.
  enum class Task { kAnswer, kClassify };
  virtual std::unique_ptr<Learner> open_learner(const ModelFiles& files, Task task, const LearnerSettings& settings,
                                                const EngineOptions& options) const = 0;
  /// The checkpoint with its adapter added in, one tensor in memory at a time: `begin` is told all of them, in the type
  /// in which the checkpoint stores them (or `type`, floating-point ones), then `tensor` gets the bytes of each, in
  /// that order: larger elements first, so that each is aligned where they lie one behind the other, then by name. A
  /// sum is made in float32 (of float64 in that) and rounded once; what is neither changed nor converted comes as it is
  /// stored. The adapter may change linear layers in the blocks of the model's body. Throws BadInput, before `begin`,
  /// where it has updates that no such layer takes, or of another shape; and where a finite number is none in its type.
  struct MergeSink {
    std::function<void(const std::vector<format::TensorInfo>&)> begin;
    std::function<void(std::span<const std::byte>)> tensor;
  };
  virtual void merge(const ModelFiles& files, std::optional<format::TensorType> type, const MergeSink& sink) const = 0;
};

}  // namespace heed::infer
