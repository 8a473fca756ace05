#include "infer/model_config.h"

#include <gtest/gtest.h>

#include "format/json.h"
#include "testing/testing.h"

namespace heed::infer {
namespace {

using format::Json;
using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

const Json kBert = {
    {"model_type", "bert"},     {"vocab_size", 100},       {"hidden_size", 12},    {"num_hidden_layers", 2},
    {"num_attention_heads", 3}, {"intermediate_size", 48}, {"hidden_act", "gelu"}, {"max_position_embeddings", 64}};
const Json kT5 = {{"model_type", "t5"}, {"vocab_size", 100}, {"d_model", 16},  {"d_kv", 8},
                  {"num_heads", 2},     {"d_ff", 32},        {"num_layers", 2}};
const Json kLlama = {{"model_type", "llama"},          {"vocab_size", 100},        {"hidden_size", 32},
                     {"num_hidden_layers", 2},         {"num_attention_heads", 4}, {"intermediate_size", 64},
                     {"max_position_embeddings", 2048}};

Json with(Json config, const Json& changes) {
  config.update(changes);
  return config;
}

ModelConfig read(const Json& config) {
  const TemporaryDir dir;
  dir.write("config.json", config.dump());
  return read_model_config(dir.path());
}

template <class Config>
Config read_as(const Json& config) {
  return std::get<Config>(read(config));
}

/// What is said of a configuration, without the folder's name.
std::string complaint(const Json& config) {
  const TemporaryDir dir;
  const auto file = dir.write("config.json", config.dump()).string();
  std::string text = complaint_of([&] { read_model_config(dir.path()); });
  EXPECT_TRUE(text.starts_with(file + ": ")) << text;
  return text.substr(std::min(text.size(), file.size() + 2));
}

TEST(ModelConfig, BertIsRead) {
  const auto config = read_as<BertConfig>(kBert);
  EXPECT_EQ(config.width, 12);
  EXPECT_EQ(config.heads, 3);
  EXPECT_EQ(config.inner_width, 48);
  EXPECT_EQ(config.type_count, 2);
  EXPECT_EQ(config.activation, Activation::kGelu);
  EXPECT_EQ(config.norm_epsilon, 1e-12);
  EXPECT_EQ(positions_of(config), 64);
  EXPECT_EQ(architecture_of(config), "bert");
  EXPECT_EQ(vocabulary_of(config), 100);
}

TEST(ModelConfig, OldT5ScalesWhatItTies) {
  const auto config = read_as<T5Config>(kT5);
  EXPECT_EQ(config.decoder_layers, 2);
  EXPECT_FALSE(config.gated);
  EXPECT_EQ(config.activation, Activation::kRelu);
  EXPECT_TRUE(config.tied_head);
  EXPECT_TRUE(config.scaled_head);
  EXPECT_EQ(positions_of(config), 4096);
}

TEST(ModelConfig, NewT5IsGatedAndUntied) {
  const auto config = read_as<T5Config>(
      with(kT5, {{"feed_forward_proj", "gated-gelu"}, {"tie_word_embeddings", false}, {"num_decoder_layers", 3}}));
  EXPECT_TRUE(config.gated);
  EXPECT_EQ(config.activation, Activation::kGeluTanh);
  EXPECT_FALSE(config.tied_head);
  EXPECT_FALSE(config.scaled_head);
  EXPECT_EQ(config.decoder_layers, 3);
  EXPECT_TRUE(
      read_as<T5Config>(with(kT5, {{"tie_word_embeddings", false}, {"scale_decoder_outputs", true}})).scaled_head);
}

TEST(ModelConfig, LlamaHasOneKeyForEachHeadUnlessToldOtherwise) {
  const auto config = read_as<DecoderConfig>(kLlama);
  EXPECT_EQ(config.key_value_heads, 4);
  EXPECT_EQ(config.head_width, 8);
  EXPECT_EQ(config.rope_theta, 10000);
  EXPECT_FALSE(config.window);
  EXPECT_FALSE(config.tied_head);
  EXPECT_EQ(architecture_of(config), "llama");
}

TEST(ModelConfig, GroupsAndHeadWidthsAreObeyed) {
  const auto config = read_as<DecoderConfig>(with(kLlama, {{"num_key_value_heads", 2}, {"head_dim", 16}}));
  EXPECT_EQ(config.key_value_heads, 2);
  EXPECT_EQ(config.head_width, 16);
}

TEST(ModelConfig, MissingFieldsMeanWhatTheyMeanToTransformers) {
  Json llama = kLlama;
  llama.erase("max_position_embeddings");
  EXPECT_EQ(read_as<DecoderConfig>(llama).positions, 2048);
  EXPECT_EQ(read_as<DecoderConfig>(llama).norm_epsilon, 1e-6);
  const auto mistral = read_as<DecoderConfig>(with(llama, {{"model_type", "mistral"}, {"num_attention_heads", 16}}));
  EXPECT_EQ(mistral.key_value_heads, 8);
  EXPECT_EQ(mistral.positions, 131072);
  EXPECT_EQ(mistral.window, 4096);
}

TEST(ModelConfig, MistralHasAWindowUnlessItIsNull) {
  const Json mistral = with(kLlama, {{"model_type", "mistral"}, {"num_key_value_heads", 2}, {"sliding_window", 1024}});
  EXPECT_EQ(read_as<DecoderConfig>(mistral).window, 1024);
  EXPECT_FALSE(read_as<DecoderConfig>(with(mistral, {{"sliding_window", nullptr}})).window);
  EXPECT_EQ(architecture_of(read(mistral)), "mistral");
  EXPECT_FALSE(read_as<DecoderConfig>(with(kLlama, {{"sliding_window", 4096}})).window);  // Llama has none
}

TEST(ModelConfig, RotaryScalingIsReadInBothSpellings) {
  const Json llama3 = {{"type", "llama3"},
                       {"factor", 8},
                       {"low_freq_factor", 1},
                       {"high_freq_factor", 4},
                       {"original_max_position_embeddings", 8192}};
  const auto old = read_as<DecoderConfig>(with(kLlama, {{"rope_theta", 500000.0}, {"rope_scaling", llama3}}));
  EXPECT_EQ(old.rope_scaling.kind, RopeScaling::Kind::kLlama3);
  EXPECT_EQ(old.rope_scaling.factor, 8);
  EXPECT_EQ(old.rope_theta, 500000);
  const Json now = {{"rope_type", "linear"}, {"factor", 2}, {"rope_theta", 1e6}};
  const auto newer = read_as<DecoderConfig>(with(kLlama, {{"rope_parameters", now}}));
  EXPECT_EQ(newer.rope_scaling.kind, RopeScaling::Kind::kLinear);
  EXPECT_EQ(newer.rope_theta, 1e6);
}

TEST(ModelConfig, AnUnknownArchitectureIsNamedWithTheKnown) {
  EXPECT_EQ(complaint(with(kBert, {{"model_type", "gpt2"}})),
            "unknown architecture gpt2; known: bert, t5, llama, mistral");
  EXPECT_EQ(complaint({{"vocab_size", 1}}), "has no model_type");
}

TEST(ModelConfig, WhatIsWrongIsNamedByField) {
  EXPECT_EQ(complaint(Json::array()), "is not a JSON object");
  EXPECT_EQ(complaint(with(kBert, {{"vocab_size", nullptr}})), "has no vocab_size");
  EXPECT_EQ(complaint(with(kBert, {{"hidden_size", 0}})), "hidden_size is not a positive integer");
  EXPECT_EQ(complaint(with(kBert, {{"hidden_size", "12"}})), "hidden_size is not a positive integer");
  EXPECT_EQ(complaint(with(kBert, {{"hidden_size", 1e30}})), "hidden_size is not a positive integer");
  EXPECT_EQ(complaint(with(kBert, {{"hidden_size", 9223372036854775807}})), "hidden_size is not a positive integer");
  EXPECT_EQ(complaint(with(kBert, {{"hidden_size", 13}})),
            "hidden_size over num_attention_heads: 13 is no multiple of 3");
  EXPECT_EQ(complaint(with(kBert, {{"hidden_act", "mish"}})),
            "unknown activation mish; known: gelu, gelu_new, gelu_pytorch_tanh, relu, silu, swish");
  EXPECT_EQ(complaint(with(kBert, {{"position_embedding_type", "relative_key"}})),
            "position_embedding_type is not absolute, the only one that is computed");
  EXPECT_EQ(complaint(with(kBert, {{"layer_norm_eps", -1}})), "layer_norm_eps is not a positive number");
  EXPECT_EQ(complaint(with(kT5, {{"decoder_start_token_id", 100}})),
            "decoder_start_token_id is not an id of the vocabulary");
  EXPECT_EQ(complaint(with(kT5, {{"tie_word_embeddings", 1}})), "tie_word_embeddings is not true or false");
  EXPECT_EQ(complaint(with(kT5, {{"relative_attention_num_buckets", 2}})),
            "relative_attention_max_distance is not above half of relative_attention_num_buckets");
  EXPECT_EQ(complaint(with(kLlama, {{"num_key_value_heads", 3}})),
            "num_attention_heads over num_key_value_heads: 4 is no multiple of 3");
  EXPECT_EQ(complaint(with(kLlama, {{"head_dim", 7}})), "an odd width of heads cannot be rotated");
  EXPECT_EQ(complaint(with(kLlama, {{"rope_scaling", {{"type", "yarn"}, {"factor", 2}}}})),
            "rope_scaling: unknown rotary scaling yarn; known: default, linear, dynamic, llama3");
  EXPECT_EQ(complaint(with(kLlama, {{"rope_scaling", {{"type", "linear"}}}})), "rope_scaling: has no factor");
}

}  // namespace
}  // namespace heed::infer
