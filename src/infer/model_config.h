#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

namespace heed::infer {

/// What stands between the two matrices of a feed-forward layer. kGelu is exact (erf); kGeluTanh is its tanh
/// approximation, `gelu_new` of Hugging Face.
enum class Activation { kGelu, kGeluTanh, kRelu, kSilu };

/// BERT (Devlin et al. 2019). Widths are elements of a vector, sizes counts of rows.
struct BertConfig {
  std::int64_t vocabulary = 0, width = 0, layers = 0, heads = 0, inner_width = 0;
  std::int64_t positions = 0;   ///< the longest sequence
  std::int64_t type_count = 0;  ///< segments: 2 for pairs
  Activation activation = Activation::kGelu;
  double norm_epsilon = 1e-12;
};

/// T5 (Raffel et al. 2020), and version 1.1 with gated units (Shazeer 2020).
struct T5Config {
  std::int64_t vocabulary = 0, width = 0, head_width = 0, heads = 0, inner_width = 0;
  std::int64_t layers = 0, decoder_layers = 0;
  std::int64_t distance_buckets = 32, longest_distance = 128;  ///< of the relative position bias
  Activation activation = Activation::kRelu;
  bool gated = false;
  /// Whether the head is the embedding matrix, unless the checkpoint stores one; and whether the decoder's states are
  /// scaled by width^-1/2 before it, which goes with it.
  bool tied_head = true;
  bool scaled_head = true;
  double norm_epsilon = 1e-6;
  std::int32_t decoder_start = 0;
};

/// How rotary angles are stretched for texts longer than those of training.
struct RopeScaling {
  enum class Kind { kNone, kLinear, kDynamic, kLlama3 } kind = Kind::kNone;
  double factor = 1;
  double low_frequency = 1, high_frequency = 4;  ///< kLlama3
  double original_positions = 8192;              ///< kLlama3: positions of training
};

/// Llama (Touvron et al. 2023) and Mistral (Jiang et al. 2023), which adds the window.
struct DecoderConfig {
  std::string family;  ///< "llama" or "mistral"
  std::int64_t vocabulary = 0, width = 0, layers = 0, heads = 0, key_value_heads = 0, head_width = 0, inner_width = 0;
  std::int64_t positions = 0;
  double rope_theta = 10000;
  RopeScaling rope_scaling;
  std::optional<std::int64_t> window;  ///< a token sees itself and the window - 1 tokens before it
  Activation activation = Activation::kSilu;
  bool tied_head = false;
  bool attention_bias = false, inner_bias = false;
  double norm_epsilon = 1e-6;
};

using ModelConfig = std::variant<BertConfig, T5Config, DecoderConfig>;

/// `model_type` as Hugging Face spells it: bert, t5, llama, mistral.
std::string architecture_of(const ModelConfig& config);

/// Rows of the embedding matrix: ids are below it.
std::int64_t vocabulary_of(const ModelConfig& config);

/// The longest sequence that the model can be given: BERT's table of positions, a decoder's max_position_embeddings;
/// of T5, whose positions are relative, what heed computes: 4096, as it keeps the bias of every pair of positions.
std::int64_t positions_of(const ModelConfig& config);

/// Reads config.json of a checkpoint folder. Throws BadInput, with the file and the field, where a field is missing,
/// of another type, out of range, or says something that heed does not compute (the known values are listed).
ModelConfig read_model_config(const std::filesystem::path& folder);

}  // namespace heed::infer
