#include "retrieve/remote_recipe.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "recipe/presets.h"
#include "retrieve/api_shapes.h"
#include "retrieve/remote_presets.h"
#include "testing/testing.h"

namespace heed::retrieve {
namespace {

using collection::Document;
using collection::DocumentId;
using collection::Need;
using format::Json;
using heed::testing::complaint_of;

constexpr Need kNeed{"wind power", "Not at sea."};
constexpr Need kBare{"wind power", " "};

Document document() {
  return {DocumentId("d"), "Mills", "They turn."};
}

Json recipe_of_api(std::string_view api, const Json& fields = Json::object()) {
  Json recipe = {{"kind", "remote"}, {"api", api}};
  if (api == "openai-completions") recipe["prompt"] = "{query} {text}";
  recipe.update(fields);
  return recipe;
}

RemoteRecipe read(std::string_view api, const Json& fields = Json::object()) {
  return read_remote_recipe(recipe_of_api(api, fields), "r.json");
}

TEST(RemoteRecipe, IsWrittenAsItIsRead) {
  for (const ApiShape& shape : api_shapes()) {
    const RemoteRecipe recipe = read(shape.name, {{"url", "http://h"},
                                                  {"model", "m"},
                                                  {"batch", 1},
                                                  {"price", 0.5},
                                                  {"max_characters", 9},
                                                  {"extra", {{"a", nullptr}}}});
    EXPECT_EQ(read_remote_recipe(to_json(recipe), "again"), recipe) << shape.name;
    EXPECT_TRUE(is_remote_recipe(to_json(recipe)));
    if (!shape.name.ends_with("completions")) {
      EXPECT_EQ(read(shape.name), default_remote_recipe(shape.name));
    }
  }
}

TEST(RemoteRecipe, WrongFieldsAreRefusedWithTheirSource) {
  const auto complaint = [](std::string_view api, const Json& fields) {
    const std::string message = complaint_of([&] { read(api, fields); });
    EXPECT_EQ(message.rfind("r.json: ", 0), 0u) << message;
    return message;
  };
  const auto expect = [&](std::string_view api, const Json& fields, const std::string& part) {
    EXPECT_NE(complaint(api, fields).find(part), std::string::npos) << fields;
  };
  expect("openai", Json::object(), "there is no api \"openai\"; known: openai-embeddings, ");
  expect("cohere-rerank", {{"dimensions", 3}}, "no field \"dimensions\"");
  expect("cohere-rerank", {{"prompt", "{query}{text}"}}, "no field \"prompt\"");
  expect("openai-chat", {{"query_format", "{query}"}}, "no field \"query_format\"");
  expect("openai-chat", {{"batch", 2}}, "takes at most 1");
  expect("openai-completions", {{"prompt", nullptr}}, "the question is missing");
  expect("openai-completions", {{"prompt", "{query}"}}, "placeholder");
  expect("openai-completions", {{"true", " x"}, {"false", "x"}}, "are the same");
  expect("openai-completions", {{"true", " "}}, "empty");
  expect("tei-embeddings", {{"dimensions", 3}}, "cannot be asked for");
  expect("tei-embeddings", {{"query_format", "{text}"}}, "read apart");
  expect("tei-embeddings", {{"concurrency", 0}}, "least is 1");
  expect("tei-embeddings", {{"concurrency", 1000}}, "above 256");
  expect("tei-embeddings", {{"price", -1}}, "no amount");
  expect("tei-embeddings", {{"extra", 1}}, "not an object");
  expect("tei-embeddings", {{"key", "sk-1"}}, "no field \"key\"");
  expect("tei-embeddings", {{"kind", "bi-encoder"}}, "is not \"remote\"");
  EXPECT_THROW(default_remote_recipe("openai"), base::BadUsage);
}

TEST(RemoteRecipe, TextsAreStrippedAndNeverEmpty) {
  const RemoteRecipe recipe = read("openai-embeddings", {{"query_format", "{instruction} {query}"}});
  EXPECT_EQ(query_text(recipe, kNeed), "Not at sea. wind power");
  EXPECT_EQ(query_text(recipe, {"wind power", ""}), "wind power");
  EXPECT_EQ(query_text(recipe, {"", ""}), " ");
  EXPECT_EQ(document_text(recipe, document()), "Mills They turn.");
  EXPECT_EQ(document_text(recipe, {DocumentId("d"), "", ""}), " ");
}

TEST(RemoteRecipe, AnInstructionThatIsMissingHasItsFormatOrItsDefault) {
  const RemoteRecipe with = read("openai-embeddings", {{"query_format_without_instruction", "alone: {query}"}});
  EXPECT_EQ(query_text(with, kNeed), "wind power Not at sea.");
  EXPECT_EQ(query_text(with, kBare), "alone: wind power");
  const RemoteRecipe otherwise = read("openai-embeddings", {{"default_instruction", "Find it."}});
  EXPECT_EQ(query_text(otherwise, kBare), "wind power Find it.");
}

TEST(RemoteRecipe, ADocumentIsCutAtACodePoint) {
  const RemoteRecipe recipe = read("openai-embeddings", {{"max_characters", 3}, {"document_format", "{text}"}});
  EXPECT_EQ(document_text(recipe, {DocumentId("d"), "", "näöü"}), "näö");
  EXPECT_EQ(document_text(recipe, {DocumentId("d"), "", "näö"}), "näö");
}

TEST(RemoteRecipe, ACheckpointsTextsAreTakenOver) {
  const auto texts_of = [](const char* api, const char* preset,
                           recipe::RecipeStyle style = recipe::RecipeStyle::kSound) {
    return with_texts_of(default_remote_recipe(api), recipe_of(*recipe::find_preset(preset), style));
  };
  const RemoteRecipe e5 = texts_of("openai-embeddings", "E5-base-v2");
  EXPECT_EQ(query_text(e5, kNeed), "query: wind power Not at sea.");
  EXPECT_EQ(document_text(e5, document()), "passage: Mills They turn.");
  const RemoteRecipe bge = texts_of("openai-embeddings", "BGE-base", recipe::RecipeStyle::kPaper);
  EXPECT_EQ(query_text(bge, kNeed), "Not at sea.: wind power");
  EXPECT_EQ(query_text(bge, kBare), "None: wind power");
  const RemoteRecipe followir = texts_of("openai-completions", "FollowIR-7B");
  const std::string prompt = prompt_text(followir, kNeed, document());
  EXPECT_NE(prompt.find("Query: wind power Not at sea.\nDocument: Mills They turn.\n"), std::string::npos) << prompt;
  EXPECT_EQ(followir.yes, "true");
  const RemoteRecipe monobert = texts_of("vllm-score", "MonoBERT");
  EXPECT_EQ(query_text(monobert, kNeed), "wind power Not at sea.");
  EXPECT_NE(complaint_of([&] { texts_of("openai-embeddings", "FollowIR-7B"); }).find("language model's"),
            std::string::npos);
  EXPECT_NE(complaint_of([&] { texts_of("vllm-score", "E5-base-v2"); }).find("bi-encoder's"), std::string::npos);
}

TEST(RemotePresets, AreNamedAndJoinedAsInThePaper) {
  ASSERT_EQ(remote_presets().size(), 3u);
  const auto texts = [](const char* name) {
    const RemoteRecipe recipe = recipe_of(*find_remote_preset(name));
    return std::pair(query_text(recipe, kNeed), document_text(recipe, document()));
  };
  const std::pair<std::string, std::string> after{"wind power Not at sea.", "Mills They turn."};
  EXPECT_EQ(texts("OpenAI v3 Large"), after);
  EXPECT_EQ(texts("Cohere v3 English"), after);
  EXPECT_EQ(texts("Google Gecko").first, "Not at sea. wind power");
  EXPECT_EQ(texts("Google Gecko").second, after.second);
  EXPECT_EQ(find_remote_preset("openai-v3-large"), &remote_presets()[0]);
  EXPECT_EQ(find_remote_preset("embed-english-v3.0"), &remote_presets()[1]);
  EXPECT_EQ(find_remote_preset("gpt"), nullptr);
  for (const RemotePreset& preset : remote_presets()) {
    EXPECT_EQ(recipe_of(preset).model, preset.model);
    EXPECT_EQ(recipe::find_preset(preset.name), nullptr);
    EXPECT_TRUE(preset.note.ends_with('.'));
  }
}

TEST(ApiShapes, AreDescribed) {
  for (const ApiShape& shape : api_shapes()) {
    EXPECT_EQ(find_api_shape(shape.name), &shape);
    EXPECT_TRUE(shape.url.empty() || shape.url.starts_with("https://")) << shape.name;
    EXPECT_TRUE(shape.path.starts_with("/")) << shape.name;
    EXPECT_TRUE(shape.reference.starts_with("https://")) << shape.name;
    EXPECT_LE(shape.batch, shape.most) << shape.name;
    EXPECT_FALSE(shape.key_env.empty()) << shape.name;
  }
}

}  // namespace
}  // namespace heed::retrieve
