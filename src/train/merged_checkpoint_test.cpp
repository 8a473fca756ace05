// The folder around merged weights; how they are merged is the engine's, which plays no part here.
#include "train/merged_checkpoint.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/error.h"
#include "format/checkpoint.h"
#include "format/safetensors_writer.h"
#include "infer/learner.h"
#include "testing/testing.h"

namespace heed::train {
namespace {

namespace fs = std::filesystem;
using format::OwnedTensor;
using heed::testing::complaint_of;
using heed::testing::content_of;
using heed::testing::TemporaryDir;
using infer::EngineOptions;
using infer::ModelFiles;

/// Gives away the tensors that it is told.
struct PlayedEngine : infer::Engine {
  std::unique_ptr<infer::Embedder> open_embedder(const ModelFiles&, const infer::EmbedderSettings&,
                                                 const EngineOptions&) const override {
    return nullptr;
  }
  std::unique_ptr<infer::Classifier> open_classifier(const ModelFiles&, const EngineOptions&) const override {
    return nullptr;
  }
  std::unique_ptr<infer::Answerer> open_answerer(const ModelFiles&, const EngineOptions&) const override {
    return nullptr;
  }
  std::unique_ptr<infer::Learner> open_learner(const ModelFiles&, Task, const infer::LearnerSettings&,
                                               const EngineOptions&) const override {
    return nullptr;
  }
  void merge(const ModelFiles&, std::optional<format::TensorType>, const MergeSink& sink) const override {
    std::vector<format::TensorInfo> infos;
    for (const OwnedTensor& tensor : tensors) infos.push_back(tensor.info);
    sink.begin(infos);
    for (const OwnedTensor& tensor : tensors) sink.tensor(tensor.bytes);
  }
  std::vector<OwnedTensor> tensors;
};

OwnedTensor tensor_of(const std::string& name, std::int64_t floats) {
  return {{name, format::TensorType::kFloat32, {floats}}, std::vector<std::byte>(static_cast<std::size_t>(floats) * 4)};
}

struct Merged : ::testing::Test {
  Merged() {
    engine.tensors = {tensor_of("a", 2), tensor_of("b", 3), tensor_of("c", 30), tensor_of("d", 1)};
    format::write_safetensors(dir.path() / "model" / "model.safetensors", engine.tensors);
    dir.write("model/config.json", R"({"model_type":"llama","torch_dtype":"float32"})");
    order.files.folder = dir.path() / "model";
    order.out = dir.path() / "out";
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(order.out))
      if (!entry.is_directory()) found.push_back(entry.path().lexically_relative(order.out).generic_string());
    std::ranges::sort(found);
    return found;
  }
  TemporaryDir dir;
  PlayedEngine engine;
  MergeOrder order;
};

TEST_F(Merged, ShardsAreFilledInOrderAndALargeTensorStandsAlone) {
  order.shard_bytes = 20;
  const MergedCheckpoint merged = merge_checkpoint(engine, order);
  EXPECT_EQ(merged.weight_files, 3U);
  EXPECT_EQ(merged.bytes, 144U);
  EXPECT_EQ(names(), (std::vector<std::string>{"config.json", "heed-merge.json", "model-00001-of-00003.safetensors",
                                               "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors",
                                               "model.safetensors.index.json"}));
  const auto index = format::read_json(order.out / "model.safetensors.index.json");
  EXPECT_EQ(index["weight_map"]["b"], "model-00001-of-00003.safetensors");
  EXPECT_EQ(index["weight_map"]["c"], "model-00002-of-00003.safetensors");
  EXPECT_EQ(index["metadata"]["total_size"], 144);
  EXPECT_EQ(format::Checkpoint::open_folder(order.out).tensors().size(), 4U);
}

TEST_F(Merged, OtherFilesComeAlongButNoWeightsAndNoAdapter) {
  for (const char* name :
       {"model/tokenizer.json", "model/README.md", "model/2_Dense/model.safetensors", "model/2_Dense/config.json"})
    dir.write(name, "kept");
  for (const char* name :
       {"model/pytorch_model-00001-of-00002.bin", "model/pytorch_model.bin.index.json", "model/old.safetensors",
        "model/.gitattributes", "model/adapter_config.json", "model/onnx/model.onnx", "model/adapter/adapter_model.bin",
        "model/heed-pull.json", "model/consolidated.00.pth"})
    dir.write(name, "left");
  dir.write("model/modules.json", R"([{"path":"","type":"a.Transformer"},{"path":"2_Dense","type":"a.Dense"},
                                      {"path":"3_Normalize","type":"a.Normalize"}])");
  dir.write("model/heed.json", R"({"kind":"bi-encoder","adapter":"adapter","max_length":8})");
  merge_checkpoint(engine, order);
  EXPECT_EQ(names(), (std::vector<std::string>{"2_Dense/config.json", "2_Dense/model.safetensors", "README.md",
                                               "config.json", "heed-merge.json", "heed.json", "model.safetensors",
                                               "modules.json", "tokenizer.json"}));
  EXPECT_FALSE(format::read_json(order.out / "heed.json").contains("adapter"));
  EXPECT_EQ(content_of(order.out / "config.json"), content_of(dir.path() / "model" / "config.json"));
}

TEST_F(Merged, TheConfigurationNamesTheTypeUnderEachNameThatItHas) {
  order.type = format::TensorType::kBfloat16;
  const auto converted = [&](const std::string& config) {
    dir.write("model/config.json", config);
    fs::remove_all(order.out);
    merge_checkpoint(engine, order);
    return format::compact(format::read_json(order.out / "config.json"));
  };
  EXPECT_EQ(converted(R"({"torch_dtype":"float32"})"), R"({"torch_dtype":"bfloat16"})");
  EXPECT_EQ(converted(R"({"dtype":"float32"})"), R"({"dtype":"bfloat16"})");
  EXPECT_EQ(converted("{}"), R"({"torch_dtype":"bfloat16"})");
}

TEST_F(Merged, WhatStopsItLeavesNothing) {
  order.on_tensor = [](std::size_t done, std::size_t total) {
    EXPECT_EQ(total, 4U);
    if (done == 2) throw base::BadInput("stopped");
  };
  EXPECT_EQ(complaint_of([&] { merge_checkpoint(engine, order); }), "stopped");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1) << "the model alone";
}

TEST_F(Merged, PathsOutsideTheCheckpointAreRefused) {
  dir.write("model/modules.json", R"([{"path":"../elsewhere","type":"a.Dense"}])");
  EXPECT_NE(complaint_of([&] { merge_checkpoint(engine, order); }).find("leaves the folder"), std::string::npos);
  order.out = dir.path() / "model" / "merged";
  EXPECT_NE(complaint_of([&] { check_merge_target(order); }).find("inside it"), std::string::npos);
  order.out = dir.write("a-file", "");
  EXPECT_NE(complaint_of([&] { check_merge_target(order); }).find("no folder"), std::string::npos);
}

}  // namespace
}  // namespace heed::train
