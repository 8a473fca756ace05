#include "recipe/presets.h"

#include <set>

#include <gtest/gtest.h>

#include "testing/testing.h"
#include "text/utf8.h"

namespace heed::recipe {
namespace {

using collection::Document;
using collection::DocumentId;
using collection::Need;
using format::Json;

constexpr Need kNeed{"wind power", "Not at sea."};
constexpr Need kBare{"wind power", ""};

Document document() {
  return {DocumentId("d"), "Mills", "They turn."};
}

template <class Recipe>
Recipe recipe(std::string_view name, RecipeStyle style) {
  const Preset* const preset = find_preset(name);
  if (preset == nullptr) throw std::runtime_error("no preset " + std::string(name));
  return std::get<Recipe>(recipe_of(*preset, style).kind);
}

/// What a bi-encoder reads as the query, as the query without instruction and as the document; a bar after the prompt.
std::vector<std::string> texts_of(std::string_view name, RecipeStyle style) {
  const auto bi_encoder = recipe<BiEncoderRecipe>(name, style);
  std::vector<std::string> texts;
  for (const PromptedText& text :
       {query_text(bi_encoder, kNeed), query_text(bi_encoder, kBare), document_text(bi_encoder, document())})
    texts.push_back(text.prompt + "|" + text.text);
  return texts;
}

template <class Recipe>
std::string prompt_of(std::string_view name, RecipeStyle style) {
  const auto parts = prompt_parts(recipe<Recipe>(name, style), kNeed, document());
  return parts.before + parts.document + parts.after;
}

using Texts = std::vector<std::string>;

TEST(Presets, EachIsReadInBothStylesAndDescribed) {
  for (const Preset& preset : presets()) {
    for (const RecipeStyle style : {RecipeStyle::kSound, RecipeStyle::kPaper}) {
      const ModelRecipe recipe = recipe_of(preset, style);
      EXPECT_EQ(read_recipe(to_json(recipe), preset.name), recipe) << preset.name;
    }
    EXPECT_GT(preset.million_parameters, 0) << preset.name;
    EXPECT_TRUE(preset.note.ends_with('.')) << preset.name;
    EXPECT_FALSE(preset.paper_dtype.empty()) << preset.name;
    EXPECT_NE(preset.hub_id.find('/'), std::string_view::npos) << preset.name;
  }
  EXPECT_EQ(presets().size(), 22u);
}

TEST(Presets, WhatThePaperChangedDiffersFromTheSoundRecipe) {
  for (const Preset& preset : presets()) {
    const Json sound = to_json(recipe_of(preset, RecipeStyle::kSound));
    const Json paper = to_json(recipe_of(preset, RecipeStyle::kPaper));
    const Json given = Json::parse(preset.paper_changes);
    for (const auto& [field, value] : given.items()) {
      EXPECT_EQ(paper[field], value) << preset.name << " " << field;
      EXPECT_NE(paper[field], sound[field]) << preset.name << " " << field;
    }
  }
}

TEST(Presets, NamesAndIdsAreUnique) {
  std::set<std::string> keys;
  for (const Preset& preset : presets()) {
    EXPECT_TRUE(keys.insert(text::lower(preset.name)).second) << preset.name;
    if (preset.name == "GritLM-Reranker") continue;  // shares GritLM-7B's weights
    for (const std::string_view id : {preset.hub_id, preset.other_id})
      EXPECT_TRUE(id.empty() || keys.insert(text::lower(id)).second) << id;
  }
}

TEST(Presets, AreFoundByNameByIdAndByTheEndOfAnId) {
  for (const Preset& preset : presets()) {
    EXPECT_EQ(find_preset(preset.name), &preset);
    EXPECT_EQ(find_preset(text::lower(preset.name)), &preset);
    const Preset* const by_id = find_preset(preset.hub_id);
    EXPECT_EQ(by_id, preset.name == "GritLM-Reranker" ? find_preset("GritLM-7B") : &preset);
    EXPECT_EQ(find_preset(preset.other_id), preset.other_id.empty() ? nullptr : &preset);
  }
  EXPECT_EQ(find_preset("followir-7b")->hub_id, "jhu-clsp/FollowIR-7B");
  EXPECT_EQ(find_preset("INTFLOAT/e5-BASE-v2")->name, "E5-base-v2");
  EXPECT_EQ(find_preset("mistral-7b-instruct-v0.2")->name, "Mistral-7B-instruct");
  EXPECT_EQ(find_preset("e5-mistral-7b-instruct")->name, "E5-mistral");
  EXPECT_EQ(find_preset("Meta-Llama-3-8B-Instruct")->name, "Llama-3-8B");
  EXPECT_EQ(find_preset("llama-2-7b-chat-hf")->name, "Llama-2-7B-chat");
  for (const char* const unknown : {"", "e5", "/e5-base-v2", "bm25", "meta-llama/Llama-2-7b-hf", "E5-base-v2 "})
    EXPECT_EQ(find_preset(unknown), nullptr) << unknown;
}

TEST(Presets, ANameMeansTheWeightsThatItNames) {
  const auto meant = [](const char* name) { return hub_id_meant(*find_preset(name), name); };
  EXPECT_EQ(meant("Llama-3-8B"), "meta-llama/Meta-Llama-3-8B");
  EXPECT_EQ(meant("Meta-Llama-3-8B"), "meta-llama/Meta-Llama-3-8B");
  EXPECT_EQ(meant("meta-llama/Meta-Llama-3-8B-Instruct"), "meta-llama/Meta-Llama-3-8B-Instruct");
  EXPECT_EQ(meant("meta-llama-3-8b-instruct"), "meta-llama/Meta-Llama-3-8B-Instruct");
  EXPECT_EQ(meant("NousResearch/Llama-2-7b-chat-hf"), "NousResearch/Llama-2-7b-chat-hf");
  EXPECT_EQ(meant("Llama-2-7b-chat-hf"), "meta-llama/Llama-2-7b-chat-hf");
  EXPECT_EQ(meant("FollowIR-7B"), "jhu-clsp/FollowIR-7B");
}

/// The blocks of JSON in a Markdown text.
std::vector<std::string> json_blocks(const std::string& markdown) {
  const std::string open = "```json\n";
  std::vector<std::string> blocks;
  for (std::size_t at = markdown.find(open); at != std::string::npos; at = markdown.find(open, at)) {
    at += open.size();
    blocks.push_back(markdown.substr(at, markdown.find("```", at) - at));
  }
  return blocks;
}

TEST(Presets, TheDocumentationNamesEachAndItsExamplesAreRead) {
  const std::string page = heed::testing::content_of(heed::testing::source_dir() / "docs" / "recipes.md");
  for (const Preset& preset : presets())
    EXPECT_NE(page.find("| " + std::string(preset.name) + " | `" + std::string(preset.hub_id) + "` | "),
              std::string::npos)
        << preset.name;
  const auto blocks = json_blocks(page);
  ASSERT_EQ(blocks.size(), 2u);
  const auto decoder = std::get<DecoderRecipe>(read_recipe(Json::parse(blocks[0]), "docs").kind);
  const auto parts = prompt_parts(decoder, kNeed, document());
  EXPECT_NE(page.find("```\n<s>" + parts.before + parts.document + parts.after + "\n```"), std::string::npos);
  EXPECT_TRUE(std::holds_alternative<BiEncoderRecipe>(read_recipe(Json::parse(blocks[1]), "docs").kind));
}

TEST(PaperRecipes, BiEncodersReadWhatTheHarnessGaveThem) {
  const Texts plain = {"|wind power Not at sea.", "|wind power", "|Mills They turn."};
  for (const char* const name : {"Contriever", "TART-Contriever", "INSTRUCTOR-base", "INSTRUCTOR-xl"})
    EXPECT_EQ(texts_of(name, RecipeStyle::kPaper), plain) << name;
  for (const char* const name : {"E5-base-v2", "E5-large-v2"})
    EXPECT_EQ(texts_of(name, RecipeStyle::kPaper),
              (Texts{"query: |wind power Not at sea.", "query: |wind power", "passage: |Mills They turn."}))
        << name;
  EXPECT_EQ(texts_of("E5-mistral", RecipeStyle::kPaper),
            (Texts{"|wind power Not at sea.",
                   "|wind power Given a web search query, retrieve relevant passages that answer the query",
                   "|Mills They turn."}));
  for (const char* const name : {"BGE-base", "BGE-large"})
    EXPECT_EQ(texts_of(name, RecipeStyle::kPaper),
              (Texts{"Not at sea.: |wind power", "None: |wind power", "|Mills They turn."}))
        << name;
  EXPECT_EQ(texts_of("GritLM-7B", RecipeStyle::kPaper),
            (Texts{"<|user|>\nNot at sea.\n<|embed|>\n| wind power", "<|embed|>\n| wind power",
                   "<|embed|>\n| Mills They turn."}));
  EXPECT_EQ(texts_of("RepLLaMA", RecipeStyle::kPaper),
            (Texts{"query:  |wind power? Not at sea.", "query:  |wind power?", "passage:  |Mills They turn."}));
}

TEST(PaperRecipes, VectorsAreMadeAndComparedAsTheHarnessDid) {
  for (const Preset& preset : presets()) {
    const ModelRecipe recipe = recipe_of(preset, RecipeStyle::kPaper);
    const auto* const bi_encoder = std::get_if<BiEncoderRecipe>(&recipe.kind);
    if (bi_encoder == nullptr) continue;
    EXPECT_EQ(bi_encoder->similarity, Similarity::kCosine) << preset.name;
    EXPECT_EQ(bi_encoder->max_length, 512) << preset.name;
    EXPECT_FALSE(bi_encoder->mask_prompt) << preset.name;
    const std::string_view name = preset.name;
    const bool last = name == "E5-mistral" || name == "RepLLaMA";
    const Pooling pooling = last ? Pooling::kLast : name.starts_with("BGE") ? Pooling::kCls : Pooling::kMean;
    EXPECT_EQ(bi_encoder->pooling, pooling) << name;
    EXPECT_EQ(bi_encoder->append_eos, last) << name;
    EXPECT_EQ(bi_encoder->attention, name == "GritLM-7B" ? Attention::kBidirectional : Attention::kCausal) << name;
  }
}

TEST(PaperRecipes, PairClassifiersReadWhatTheHarnessGaveThem) {
  const auto monobert = recipe<CrossEncoderRecipe>("MonoBERT", RecipeStyle::kPaper);
  EXPECT_EQ(query_text(monobert, kNeed), "wind power Not at sea.");
  EXPECT_EQ(query_text(monobert, kBare), "wind power");
  EXPECT_EQ(document_text(monobert, document()), "Mills They turn.");
  EXPECT_EQ(monobert.max_length, 512);
  EXPECT_EQ(monobert.label, 1);
  const auto tart = recipe<CrossEncoderRecipe>("TART-FLAN-T5-xl", RecipeStyle::kPaper);
  EXPECT_EQ(query_text(tart, kNeed), "wind power [SEP] Not at sea.");
  EXPECT_EQ(query_text(tart, kBare), "wind power [SEP] Retrieve news paper paragraph to answer this question");
  EXPECT_EQ(tart.max_length, 1024);
}

TEST(PaperRecipes, LanguageModelsAreAskedInTheHarnesssWords) {
  for (const char* const name : {"MonoT5-base", "MonoT5-3B"})
    EXPECT_EQ(prompt_of<Seq2SeqRecipe>(name, RecipeStyle::kPaper),
              "Query: wind power Not at sea. Document: Mills They turn. Relevant:");
  for (const char* const name : {"FLAN-T5-base", "FLAN-T5-large"})
    EXPECT_EQ(
        prompt_of<Seq2SeqRecipe>(name, RecipeStyle::kPaper),
        "Is the following passage relevant to the query?\nQuery: wind power Not at sea.\nPassage: Mills They turn.");
  EXPECT_EQ(prompt_of<DecoderRecipe>("Llama-2-7B-chat", RecipeStyle::kPaper),
            "<s>[INST] <<SYS>>\nYou are an expert at finding information. Determine if the following document is "
            "relevant to the query (true/false).\n<</SYS>>Query: wind power Not at sea.\nDocument: Mills They "
            "turn.\nRelevant: [/INST]");
  EXPECT_EQ(prompt_of<DecoderRecipe>("Mistral-7B-instruct", RecipeStyle::kPaper),
            "<s>[INST] You are an expert Google searcher, whose job is to determine if the following document is "
            "relevant to the query (true/false).\nQuery: wind power Not at sea.\nDocument: Mills They turn.\nRelevant "
            "(either \"true\" or \"false\"): [/INST]");
  EXPECT_EQ(prompt_of<DecoderRecipe>("FollowIR-7B", RecipeStyle::kPaper),
            "<s> [INST] You are an expert Google searcher, whose job is to determine if the following document is "
            "relevant to the query (true/false). Answer using only one word, one of those two choices.\n\nQuery: wind "
            "power Not at sea.\nDocument: Mills They turn.\nRelevant (only output one word, either \"true\" or "
            "\"false\"): [/INST] ");
  EXPECT_EQ(
      prompt_of<DecoderRecipe>("GritLM-Reranker", RecipeStyle::kPaper),
      "<|user|>\nRank the passage based on its relevance to the search query (true/false) wind power Not at "
      "sea..\n\nMills They turn.\n\nSearch Query: wind power Not at sea..\n\nDetermine the passage's relevance to "
      "the search query.Only respond with true or false, do not say any other word or explain.\n<|assistant|>\n");
  EXPECT_EQ(prompt_of<DecoderRecipe>("Llama-3-8B", RecipeStyle::kPaper),
            "Determine if the following document is relevant to the query (true/false).\n\nQuery: wind power Not at "
            "sea.\nDocument: Mills They turn.\nRelevant: ");
}

TEST(PaperRecipes, PromptsAreCutOnTheRightWithTheTokenizersStartToken) {
  for (const Preset& preset : presets()) {
    const ModelRecipe recipe = recipe_of(preset, RecipeStyle::kPaper);
    const auto* const decoder = std::get_if<DecoderRecipe>(&recipe.kind);
    const auto* const seq2seq = std::get_if<Seq2SeqRecipe>(&recipe.kind);
    if (decoder != nullptr) {
      EXPECT_EQ(decoder->truncate, Truncation::kRight) << preset.name;
      EXPECT_TRUE(decoder->add_bos) << preset.name;
      EXPECT_EQ(decoder->max_length, 2048) << preset.name;
      EXPECT_EQ(decoder->yes, AnswerToken("true")) << preset.name;
      EXPECT_EQ(decoder->no, AnswerToken("false")) << preset.name;
    }
    if (seq2seq != nullptr) {
      const bool flan = preset.name.starts_with("FLAN");
      EXPECT_EQ(seq2seq->truncate, Truncation::kRight) << preset.name;
      EXPECT_EQ(seq2seq->max_length, 512) << preset.name;
      EXPECT_EQ(seq2seq->yes, AnswerToken(flan ? "\u2581yes" : "\u2581true")) << preset.name;
      EXPECT_EQ(seq2seq->no, AnswerToken(flan ? "\u2581no" : "\u2581false")) << preset.name;
    }
  }
}

TEST(SoundRecipes, BiEncodersReadWhatTheirAuthorsDocument) {
  EXPECT_EQ(texts_of("E5-mistral", RecipeStyle::kSound),
            (Texts{"Instruct: Not at sea.\nQuery: |wind power",
                   "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
                   "|wind power",
                   "|Mills They turn."}));
  EXPECT_EQ(texts_of("TART-Contriever", RecipeStyle::kSound),
            (Texts{"Not at sea. [SEP] |wind power", "|wind power", "|Mills They turn."}));
  EXPECT_EQ(texts_of("INSTRUCTOR-xl", RecipeStyle::kSound),
            (Texts{"Not at sea.|wind power", "Represent the question for retrieving supporting documents:|wind power",
                   "Represent the document for retrieval:|Mills They turn."}));
  EXPECT_EQ(texts_of("BGE-base", RecipeStyle::kSound),
            (Texts{"Represent this sentence for searching relevant passages: |wind power Not at sea.",
                   "Represent this sentence for searching relevant passages: |wind power", "|Mills They turn."}));
  EXPECT_EQ(texts_of("GritLM-7B", RecipeStyle::kSound),
            (Texts{"<|user|>\nNot at sea.\n<|embed|>\n|wind power", "<|embed|>\n|wind power",
                   "<|embed|>\n|Mills They turn."}));
  EXPECT_EQ(texts_of("RepLLaMA", RecipeStyle::kSound),
            (Texts{"query: |wind power Not at sea.", "query: |wind power", "passage: |Mills They turn."}));
  for (const char* const name : {"Contriever", "TART-Contriever"})
    EXPECT_EQ(recipe<BiEncoderRecipe>(name, RecipeStyle::kSound).similarity, Similarity::kDot) << name;
  for (const char* const name : {"INSTRUCTOR-base", "INSTRUCTOR-xl", "GritLM-7B"})
    EXPECT_TRUE(recipe<BiEncoderRecipe>(name, RecipeStyle::kSound).mask_prompt) << name;
}

TEST(SoundRecipes, PromptsHaveOneStartTokenAndOnlyTheDocumentIsCut) {
  for (const Preset& preset : presets()) {
    const ModelRecipe recipe = recipe_of(preset, RecipeStyle::kSound);
    if (const auto* const decoder = std::get_if<DecoderRecipe>(&recipe.kind)) {
      EXPECT_NE(decoder->add_bos, decoder->prompt.pattern().starts_with("<s>")) << preset.name;
      EXPECT_EQ(decoder->truncate, Truncation::kDocument) << preset.name;
    }
    if (const auto* const seq2seq = std::get_if<Seq2SeqRecipe>(&recipe.kind)) {
      EXPECT_EQ(seq2seq->truncate, Truncation::kDocument) << preset.name;
    }
  }
}

}  // namespace
}  // namespace heed::recipe
