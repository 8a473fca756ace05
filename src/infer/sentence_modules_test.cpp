#include "infer/sentence_modules.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::infer {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

std::string module(const std::string& type, const std::string& path) {
  return R"({"type": "sentence_transformers.models.)" + type + R"(", "path": ")" + path + R"("})";
}

/// A folder with INSTRUCTOR's modules, of which a test may overwrite some.
struct Folder : TemporaryDir {
  Folder() {
    write("modules.json", "[" + module("Transformer", "") + "," + module("Pooling", "1_Pooling") + "," +
                              module("Dense", "2_Dense") + "," + module("Normalize", "3_Normalize") + "]");
    write("1_Pooling/config.json", R"({"word_embedding_dimension": 8, "pooling_mode_mean_tokens": true,
                                       "pooling_mode_cls_token": false})");
    write("2_Dense/config.json", R"({"in_features": 8, "out_features": 4, "bias": false,
                                     "activation_function": "torch.nn.modules.linear.Identity"})");
  }
  std::string complaint() const {
    return complaint_of([&] { read_sentence_modules(path()); });
  }
};

TEST(SentenceModules, AFolderWithoutThemHasNone) {
  const TemporaryDir dir;
  const SentenceModules modules = read_sentence_modules(dir.path());
  EXPECT_FALSE(modules.pooling);
  EXPECT_TRUE(modules.dense.empty());
  EXPECT_FALSE(modules.normalize);
}

TEST(SentenceModules, InstructorsAreRead) {
  const Folder folder;
  const SentenceModules modules = read_sentence_modules(folder.path());
  EXPECT_EQ(modules.pooling, Pooling::kMean);
  ASSERT_EQ(modules.dense.size(), 1u);
  EXPECT_EQ(modules.dense[0].in, 8);
  EXPECT_EQ(modules.dense[0].out, 4);
  EXPECT_FALSE(modules.dense[0].has_bias);
  EXPECT_FALSE(modules.dense[0].has_tanh);
  EXPECT_TRUE(modules.normalize);
}

TEST(SentenceModules, ADenseLayerHasABiasAndMayHaveATanh) {
  const Folder folder;
  folder.write("2_Dense/config.json",
               R"({"in_features": 8, "out_features": 4, "activation_function": "torch.nn.modules.activation.Tanh"})");
  const auto modules = read_sentence_modules(folder.path());
  EXPECT_TRUE(modules.dense[0].has_bias);
  EXPECT_TRUE(modules.dense[0].has_tanh);
}

TEST(SentenceModules, WhatIsNotComputedIsRefusedByName) {
  const auto says = [](const char* file, const std::string& content, const char* part) {
    const Folder folder;
    folder.write(file, content);
    EXPECT_NE(folder.complaint().find(part), std::string::npos) << folder.complaint();
    EXPECT_NE(folder.complaint().find(file), std::string::npos) << folder.complaint();
  };
  says("modules.json", "{}", "not a JSON list");
  says("modules.json", "[1]", "not an object");
  says("modules.json", "[" + module("CNN", "1_CNN") + "]", "unknown module sentence_transformers.models.CNN");
  says("modules.json", "[" + module("Pooling", "../../etc") + "]", "leaves the folder");
  says("modules.json", "[" + module("Pooling", "/etc") + "]", "leaves the folder");
  says("modules.json", "[" + module("Transformer", "0_Transformer") + "]", "transformer is not in the folder");
  says("1_Pooling/config.json", R"({"pooling_mode_max_tokens": true})", "unknown pooling pooling_mode_max_tokens");
  says("1_Pooling/config.json", R"({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true})",
       "two poolings");
  says("1_Pooling/config.json", "{}", "names no pooling");
  says("modules.json", "[" + module("Normalize", "1_Normalize") + "," + module("Dense", "2_Dense") + "]",
       "behind Normalize");
  says("2_Dense/config.json", R"({"in_features": -1, "out_features": 4, "activation_function": "a.Tanh"})",
       "in_features is not a positive integer");
  says("2_Dense/config.json", R"({"in_features": 8, "out_features": 4, "activation_function": "torch.ReLU"})",
       "unknown activation torch.ReLU");
}

TEST(SentenceModules, AModuleWhoseFileIsMissingIsNamed) {
  const Folder folder;
  std::filesystem::remove(folder.path() / "1_Pooling" / "config.json");
  EXPECT_NE(folder.complaint().find("1_Pooling/config.json"), std::string::npos);
}

}  // namespace
}  // namespace heed::infer
