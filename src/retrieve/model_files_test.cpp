#include "retrieve/model_files.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::retrieve {
namespace {

using heed::testing::complaint_of;
using Paths = std::vector<std::string>;

Paths sorted(Paths paths) {
  std::ranges::sort(paths);
  return paths;
}

TEST(ModelFiles, AreTheOnesThatAreReadAndNoOthers) {
  const Paths listed = {".gitattributes",
                        "README.md",
                        "config.json",
                        "config_sentence_transformers.json",
                        "flax_model.msgpack",
                        "model.safetensors",
                        "modules.json",
                        "onnx/model.onnx",
                        "original/consolidated.00.pth",
                        "pytorch_model.bin",
                        "rust_model.ot",
                        "special_tokens_map.json",
                        "tf_model.h5",
                        "tokenizer.json",
                        "1_Pooling/config.json",
                        "2_Dense/config.json",
                        "2_Dense/model.safetensors",
                        "2_Dense/pytorch_model.bin",
                        "3_Normalize/README.md",
                        "0_Transformer/config.json"};
  EXPECT_EQ(sorted(model_files("lab/model", listed)),
            (Paths{"1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "config.json",
                   "model.safetensors", "modules.json", "special_tokens_map.json", "tokenizer.json"}));
}

TEST(ModelFiles, ShardsComeWithTheirIndex) {
  const Paths listed = {"config.json",
                        "consolidated.safetensors",
                        "model-00001-of-00002.safetensors",
                        "model-00002-of-00002.safetensors",
                        "model-fp16-of-x.safetensors",
                        "model.safetensors.index.json",
                        "pytorch_model-00001-of-00001.bin",
                        "pytorch_model.bin.index.json",
                        "tokenizer.model"};
  EXPECT_EQ(sorted(model_files("lab/model", listed)),
            (Paths{"config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                   "model.safetensors.index.json", "tokenizer.model"}));
  const Paths pickled = {"config.json", "pytorch_model-00001-of-00001.bin", "pytorch_model.bin.index.json",
                         "spiece.model"};
  EXPECT_EQ(sorted(model_files("lab/model", pickled)), pickled);
}

TEST(ModelFiles, AnAdapterHasNoModelOfItsOwn) {
  const Paths listed = {"README.md", "adapter_config.json", "adapter_model.bin", "adapter_model.safetensors"};
  EXPECT_EQ(sorted(model_files("lab/model", listed)), (Paths{"adapter_config.json", "adapter_model.safetensors"}));
}

TEST(ModelFiles, WhatIsNoModelIsRefused) {
  const Paths data = {"corpus.jsonl"}, onnx = {"config.json", "model.onnx"};
  EXPECT_NE(complaint_of([&] { model_files("lab/model", data); }).find("neither config.json"), std::string::npos);
  EXPECT_NE(complaint_of([&] { model_files("lab/model", onnx); }).find("no weights"), std::string::npos);
}

}  // namespace
}  // namespace heed::retrieve
