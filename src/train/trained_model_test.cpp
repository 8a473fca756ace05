#include "train/trained_model.h"

#include <gtest/gtest.h>

#include "format/json.h"
#include "infer/adapter_config.h"
#include "testing/testing.h"

namespace heed::train {
namespace {

using testing::TemporaryDir;

constexpr std::string_view kTokenizerFiles[] = {"tokenizer.json", "vocab.txt"};

TrainedModel model_in(const TemporaryDir& dir) {
  dir.write("base/config.json", R"({"model_type": "llama", "torch_dtype": "bfloat16", "vocab_size": 5})");
  dir.write("base/tokenizer.json", "tokens");
  TrainedModel model{.base = dir.path() / "base"};
  model.recipe = recipe::read_recipe(format::Json::parse(R"({"kind":"decoder-reranker","prompt":"{need}{document}",
    "true":"a","false":"b","max_length":9,"adapter":"old"})"),
                                     "test");
  model.tokenizer_files = kTokenizerFiles;
  return model;
}

const format::OwnedTensor kTensor{{"w", format::TensorType::kFloat32, {1}}, std::vector<std::byte>(4)};

TEST(TrainedModel, AnAdapterIsReadBackByItsReaders) {
  const TemporaryDir dir;
  TrainedModel model = model_in(dir);
  model.rank = 4;
  model.alpha = 6;
  model.targets = {"q_proj", "v_proj"};
  const auto out = dir.path() / "out";
  write_trained(out, model, {&kTensor, 1});
  const auto config = infer::read_adapter_config(out);
  EXPECT_EQ(config.rank, 4);
  EXPECT_EQ(config.scale, 1.5);
  const auto json = format::read_json(out / "adapter_config.json");
  EXPECT_EQ(json["target_modules"], (std::vector<std::string>{"q_proj", "v_proj"}));
  EXPECT_EQ(json["task_type"], "CAUSAL_LM");
  EXPECT_TRUE(json["lora_alpha"].is_number_integer());
  const auto recipe = recipe::read_recipe_file(out / "recipe.json");
  EXPECT_EQ(std::get<recipe::DecoderRecipe>(recipe.kind).adapter, std::filesystem::weakly_canonical(out).string());
  EXPECT_EQ(format::read_safetensors(out / "adapter_model.safetensors").size(), 1u);
}

TEST(TrainedModel, AWholeModelTakesAlongWhatItIsOpenedWith) {
  const TemporaryDir dir;
  TrainedModel model = model_in(dir);
  model.method = infer::Method::kFull;
  const auto out = dir.path() / "out";
  write_trained(out, model, {&kTensor, 1});
  const auto config = format::read_json(out / "config.json");
  EXPECT_EQ(config["torch_dtype"], "float32");
  EXPECT_EQ(config["vocab_size"], 5);
  EXPECT_EQ(testing::content_of(out / "tokenizer.json"), "tokens");
  EXPECT_FALSE(std::filesystem::exists(out / "vocab.txt"));
  EXPECT_EQ(std::get<recipe::DecoderRecipe>(recipe::read_recipe_file(out / "heed.json").kind).adapter, std::nullopt);
  EXPECT_EQ(format::read_safetensors(out / "model.safetensors")[0].info.name, "w");
}

TEST(TrainedModel, APlaceThatIsNoFolderIsRefused) {
  const TemporaryDir dir;
  const TrainedModel model = model_in(dir);
  const auto file = dir.write("file", "");
  EXPECT_NE(testing::complaint_of([&] { write_trained(file, model, {&kTensor, 1}); }).find("file"), std::string::npos);
}

}  // namespace
}  // namespace heed::train
