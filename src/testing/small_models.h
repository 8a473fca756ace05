#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "infer/engine.h"
#include "testing/random_checkpoint.h"
#include "testing/testing.h"

namespace heed::testing {

/// Configurations for write_random_checkpoint(): this vocabulary, two layers, and the width that is asked for, a
/// multiple of 16.
inline constexpr int kVocabulary = 50;

inline nlohmann::json small_bert(int width) {
  return {{"model_type", "bert"},   {"vocab_size", kVocabulary},        {"hidden_size", width},
          {"num_hidden_layers", 2}, {"num_attention_heads", width / 8}, {"intermediate_size", width * 3 / 2},
          {"hidden_act", "gelu"},   {"max_position_embeddings", 128}};
}

inline nlohmann::json small_t5(int width) {
  return {{"model_type", "t5"},     {"vocab_size", kVocabulary}, {"d_model", width}, {"d_kv", width / 4},
          {"num_heads", width / 8}, {"d_ff", width * 3 / 2},     {"num_layers", 2}};
}

inline nlohmann::json small_llama(int width) {
  return {{"model_type", "llama"},    {"vocab_size", kVocabulary},     {"hidden_size", width},
          {"num_hidden_layers", 2},   {"num_attention_heads", 4},      {"intermediate_size", width * 3 / 2},
          {"num_key_value_heads", 2}, {"max_position_embeddings", 512}};
}

/// The configuration with these fields set.
inline nlohmann::json with(nlohmann::json config, const nlohmann::json& fields) {
  config.update(fields);
  return config;
}

/// A classifier of two labels on small_bert(width), and of three on small_t5(width).
inline CheckpointNames bert_classifier(std::int64_t width) {
  return {.prefix = "bert.",
          .others = {{"bert.pooler.dense.weight", {width, width}},
                     {"bert.pooler.dense.bias", {width}},
                     {"classifier.weight", {2, width}},
                     {"classifier.bias", {2}}}};
}
inline CheckpointNames t5_classifier(std::int64_t width) {
  return {.others = {{"classifier.weight", {3, width}}, {"classifier.bias", {3}}}};
}

/// A folder with a checkpoint of random weights.
struct RandomCheckpoint : TemporaryDir {
  explicit RandomCheckpoint(const nlohmann::json& config, const CheckpointNames& names = {},
                            RandomWeights::Type type = RandomWeights::Type::kFloat32) {
    write_random_checkpoint(path(), config, type, names);
  }
  infer::ModelFiles files() const { return {path(), {}}; }
};

}  // namespace heed::testing
