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
}

}  // namespace
}  // namespace heed::infer
