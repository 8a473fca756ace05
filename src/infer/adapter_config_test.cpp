#include "infer/adapter_config.h"

#include <cmath>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::infer {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

AdapterConfig read(const std::string& json) {
  const TemporaryDir dir;
  dir.write("adapter_config.json", json);
  return read_adapter_config(dir.path());
}

std::string complaint(const std::string& json) {
  const TemporaryDir dir;
  const auto file = dir.write("adapter_config.json", json).string();
  const std::string text = complaint_of([&] { read_adapter_config(dir.path()); });
  EXPECT_TRUE(text.starts_with(file)) << text;
  return text;
}

TEST(AdapterConfig, TheScaleIsAlphaOverTheRank) {
  const AdapterConfig config = read(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "bias": "none"})");
  EXPECT_EQ(config.rank, 8);
  EXPECT_EQ(config.scale, 2);
}

TEST(AdapterConfig, RankStabilizedAdaptersDivideByTheRoot) {
  EXPECT_DOUBLE_EQ(read(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "use_rslora": true})").scale,
                   16 / std::sqrt(8.0));
}

TEST(AdapterConfig, FieldsOfPeftsVersionsThatSayNothingArePassedOver) {
  // What PEFT 0.18 writes, and LLaMA-Factory by it: the newest set of fields; older versions write some of them.
  const AdapterConfig config = read(R"({
    "alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null, "auto_mapping": null,
    "base_model_name_or_path": "some/model", "bias": "none", "corda_config": null, "ensure_weight_tying": false,
    "eva_config": null, "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true,
    "init_lora_weights": true, "layer_replication": null, "layers_pattern": null, "layers_to_transform": null,
    "loftq_config": {}, "lora_alpha": 32, "lora_bias": false, "lora_dropout": 0.0, "megatron_config": null,
    "megatron_core": "megatron.core", "modules_to_save": null, "peft_type": "LORA", "peft_version": "0.18.0",
    "qalora_group_size": 16, "r": 16, "rank_pattern": {}, "revision": null,
    "target_modules": ["o_proj", "v_proj", "k_proj", "q_proj"], "target_parameters": null, "task_type": "CAUSAL_LM",
    "trainable_token_indices": null, "use_dora": false, "use_qalora": false, "use_rslora": false})");
  EXPECT_EQ(config.rank, 16);
  EXPECT_EQ(config.scale, 2);
  EXPECT_EQ(read(R"({"peft_type": "LORA", "r": 2, "lora_alpha": 2, "modules_to_save": [], "target_parameters": [],
                     "trainable_token_indices": {}, "init_lora_weights": "gaussian", "bias": null})")
                .scale,
            1);
}

TEST(AdapterConfig, WhatIsNotComputedIsRefusedByName) {
  const auto says = [](const std::string& json, const char* part) {
    EXPECT_NE(complaint(json).find(part), std::string::npos) << complaint(json);
  };
  says("[]", "not a JSON object");
  says(R"({"r": 8, "lora_alpha": 16})", "peft_type");
  says(R"({"peft_type": "IA3"})", "peft_type");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "use_dora": true})", "use_dora");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "fan_in_fan_out": true})", "fan_in_fan_out");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "bias": "all"})", "bias");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "rank_pattern": {"q_proj": 4}})", "rank_pattern");
  says(R"({"peft_type": "LORA", "r": 0, "lora_alpha": 16})", "r is not a positive integer");
  says(R"({"peft_type": "LORA", "r": 99999999999, "lora_alpha": 16})", "r is not a positive integer");
  says(R"({"peft_type": "LORA", "r": 8})", "lora_alpha");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 1e300})", "out of proportion");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "use_rslora": "true"})", "use_rslora is not true or false");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "modules_to_save": ["score"]})", "modules_to_save");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "use_qalora": true})", "use_qalora");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "target_parameters": ["experts.up"]})", "target_parameters");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "trainable_token_indices": [1, 2]})",
       "trainable_token_indices");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "alora_invocation_tokens": [1]})", "alora_invocation_tokens");
  says(R"({"peft_type": "LORA", "r": 8, "lora_alpha": 16, "init_lora_weights": "pissa_niter_4"})", "pissa_niter_4");
}

}  // namespace
}  // namespace heed::infer
