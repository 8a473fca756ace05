// The recipes and prompts of the reference checkpoints.
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "format/json.h"
#include "recipe/presets.h"
#include "recipe/recipe.h"
#include "testing/testing.h"

namespace heed::recipe {
namespace {

using collection::Document;
using collection::DocumentId;
using format::Json;
using text::Prompt;

/// The folders of checkpoints that have a recipe.
std::vector<std::filesystem::path> checkpoints() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(heed::testing::shared_dir() / "fixtures" / "models"))
    if (std::filesystem::exists(entry.path() / "heed.json")) folders.push_back(entry.path());
  return folders;
}

const PromptRecipe* prompt_recipe(const ModelRecipe& recipe) {
  if (const auto* const decoder = std::get_if<DecoderRecipe>(&recipe.kind)) return decoder;
  return std::get_if<Seq2SeqRecipe>(&recipe.kind);
}

TEST(SharedRecipe, EveryReferenceRecipeIsReadAndWritten) {
  HEED_NEEDS_SHARED();
  EXPECT_GE(checkpoints().size(), 14u);
  for (const auto& folder : checkpoints()) {
    const ModelRecipe recipe = read_recipe_file(folder / "heed.json");
    const Json canonical = to_json(recipe);
    EXPECT_EQ(read_recipe(canonical, "canonical"), recipe) << folder;
    const Json given = format::read_json(folder / "heed.json");
    for (const auto& [name, value] : given.items()) EXPECT_EQ(canonical[name], value) << folder << " " << name;
  }
}

TEST(SharedRecipe, PromptsAreThoseOfTheReference) {
  HEED_NEEDS_SHARED();
  // Whose prompt the reference checkpoint has.
  const std::map<std::string, const char*> preset_of = {
      {"llama2-chat", "Llama-2-7B-chat"},          {"llama3-plain", "Llama-3-8B"}, {"mistral-followir", "FollowIR-7B"},
      {"mistral-instruct", "Mistral-7B-instruct"}, {"t5-flan", "FLAN-T5-base"},    {"t5-mono", "MonoT5-base"}};
  std::size_t prompts = 0;
  for (const auto& [folder, name] : preset_of) {
    const auto path = testing::model_fixture(folder);
    const Json golden = format::read_json(path / "golden.json");
    const ModelRecipe own = read_recipe_file(path / "heed.json");
    const ModelRecipe paper = recipe_of(*find_preset(name), RecipeStyle::kPaper);
    const ModelRecipe sound = recipe_of(*find_preset(name), RecipeStyle::kSound);
    const Prompt reference = Prompt::parse(golden["template"].get<std::string>(), "golden.json");
    for (const Json& example : golden["cases"]) {
      const auto query = example["query"].get<std::string>(), instruction = example["instruction"].get<std::string>(),
                 text = example["document"].get<std::string>(), expected = example["prompt"].get<std::string>();
      const text::PromptFields fields{query, instruction, "", text};
      EXPECT_EQ(prompt_recipe(own)->prompt.fill(fields), expected) << folder;
      EXPECT_EQ(prompt_recipe(paper)->prompt.fill(fields), expected) << folder;
      EXPECT_EQ(prompt_recipe(sound)->prompt.fill(fields), expected) << folder;
      const std::string need = Prompt::parse("{need}", "need").fill(fields);
      EXPECT_EQ(reference.fill({.query = need, .text = text}), expected) << folder;
      ++prompts;
    }
  }
  EXPECT_EQ(prompts, 36u);
}

TEST(SharedRecipe, GritLMsPromptsAreThoseOfTheReference) {
  HEED_NEEDS_SHARED();
  const auto path = testing::model_fixture("mistral-gritlm");
  const Json golden = format::read_json(path / "golden.json");
  ASSERT_GE(golden["cases"].size(), 12u);
  for (const ModelRecipe& recipe :
       {read_recipe_file(path / "heed.json"), recipe_of(*find_preset("GritLM-7B"), RecipeStyle::kSound)}) {
    const auto& bi_encoder = std::get<BiEncoderRecipe>(recipe.kind);
    for (const Json& example : golden["cases"]) {
      const auto instruction = example["instruction"].get<std::string>(), text = example["text"].get<std::string>();
      const PromptedText expected{example["prompt"].get<std::string>(), text};
      EXPECT_EQ(query_text(bi_encoder, {text, instruction}), expected);
      if (!instruction.empty()) continue;
      EXPECT_EQ(document_text(bi_encoder, Document{DocumentId("d"), "", text}), expected);
    }
  }
}

TEST(SharedRecipe, EveryLocalModelOfThePapersTableIsAPreset) {
  HEED_NEEDS_SHARED();
  const Json tables = format::read_json(heed::testing::shared_dir() / "data" / "published" / "paper_tables.json");
  int found = 0;
  for (const Json& row : tables["table_2"]) {
    const auto name = row["model"].get<std::string>();
    if (row["group"] == "api" || name == "BM25") continue;
    const Preset* const preset = find_preset(name);
    ASSERT_NE(preset, nullptr) << name;
    EXPECT_EQ(preset->name, name);
    ++found;
  }
  EXPECT_EQ(found, 20);
}

}  // namespace
}  // namespace heed::recipe
