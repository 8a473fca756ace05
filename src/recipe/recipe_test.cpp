#include "recipe/recipe.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::recipe {
namespace {

using collection::Document;
using collection::DocumentId;
using collection::Need;
using format::Json;
using heed::testing::complaint_of;

constexpr const char* kBiEncoder = R"({"kind": "bi-encoder", "pooling": "mean", "max_length": 512})";
constexpr const char* kCrossEncoder = R"({"kind": "cross-encoder", "max_length": 512})";
constexpr const char* kSeq2Seq = R"({"kind": "seq2seq-reranker", "prompt": "{need} {document}",
                                     "true": "\u2581yes", "false": 150, "max_length": 512})";
constexpr const char* kDecoder = R"({"kind": "decoder-reranker", "prompt": "{query}{text}",
                                     "true": "true", "false": "false", "max_length": 2048})";

ModelRecipe read(const std::string& json) {
  return read_recipe(Json::parse(json), "heed.json");
}

/// The recipe with its fields changed as the patch says (null removes one).
std::string patched(const char* recipe, const std::string& patch) {
  Json json = Json::parse(recipe);
  json.update(Json::parse(patch));
  return json.dump();
}

BiEncoderRecipe bi_encoder(const std::string& patch) {
  return std::get<BiEncoderRecipe>(read(patched(kBiEncoder, patch)).kind);
}

std::string complaint(const char* recipe, const std::string& patch) {
  return complaint_of([&] { read(patched(recipe, patch)); });
}

Document document(std::string_view title, std::string_view text) {
  return {DocumentId("d"), title, text};
}

TEST(Recipe, LeftOutFieldsHaveTheirDefaults) {
  const auto bi = std::get<BiEncoderRecipe>(read(kBiEncoder).kind);
  EXPECT_EQ(bi.query_format.pattern(), "{need}");
  EXPECT_EQ(bi.document_format.pattern(), "{document}");
  EXPECT_EQ(bi.pooling, Pooling::kMean);
  EXPECT_EQ(bi.similarity, Similarity::kCosine);
  EXPECT_EQ(bi.attention, Attention::kCausal);
  EXPECT_FALSE(bi.normalize || bi.mask_prompt || bi.append_eos || bi.adapter || bi.query_prompt_without_instruction);
  EXPECT_EQ(bi.max_length, 512);

  const auto cross = std::get<CrossEncoderRecipe>(read(kCrossEncoder).kind);
  EXPECT_EQ(cross.activation, Activation::kSoftmax);
  EXPECT_EQ(cross.label, 1);

  const auto decoder = std::get<DecoderRecipe>(read(kDecoder).kind);
  EXPECT_EQ(decoder.truncate, Truncation::kDocument);
  EXPECT_TRUE(decoder.add_bos);
}

TEST(Recipe, EachFieldIsReadAsWritten) {
  const BiEncoderRecipe bi = bi_encoder(R"({"query_prompt": "q: ", "query_prompt_without_instruction": "n: ",
      "query_format": "{query}", "query_end": "?", "document_prompt": "d: ", "document_format": "{text}",
      "mask_prompt": true, "append_eos": true, "attention": "bidirectional", "normalize": true, "similarity": "dot",
      "adapter": "lora", "max_length": 4})");
  EXPECT_EQ(bi.query_prompt.pattern(), "q: ");
  EXPECT_EQ(bi.query_prompt_without_instruction->pattern(), "n: ");
  EXPECT_EQ(bi.query_end, "?");
  EXPECT_EQ(bi.document_prompt.pattern(), "d: ");
  EXPECT_EQ(bi.document_format.pattern(), "{text}");
  EXPECT_TRUE(bi.mask_prompt && bi.append_eos && bi.normalize);
  EXPECT_EQ(bi.attention, Attention::kBidirectional);
  EXPECT_EQ(bi.similarity, Similarity::kDot);
  EXPECT_EQ(bi.adapter, "lora");
  EXPECT_EQ(bi.max_length, 4);

  const auto seq2seq = std::get<Seq2SeqRecipe>(read(kSeq2Seq).kind);
  EXPECT_EQ(seq2seq.yes, AnswerToken("\u2581yes"));
  EXPECT_EQ(seq2seq.no, AnswerToken(150));
  const auto decoder =
      std::get<DecoderRecipe>(read(patched(kDecoder, R"({"truncate": "right", "add_bos": false})")).kind);
  EXPECT_EQ(decoder.truncate, Truncation::kRight);
  EXPECT_FALSE(decoder.add_bos);
  const auto cross =
      std::get<CrossEncoderRecipe>(read(patched(kCrossEncoder, R"({"activation": "sigmoid", "label": 0})")).kind);
  EXPECT_EQ(cross.activation, Activation::kSigmoid);
  EXPECT_EQ(cross.label, 0);
}

TEST(Recipe, TheCanonicalFormReadsBackAndNamesEveryField) {
  for (const std::string& json :
       {std::string(kBiEncoder), std::string(kCrossEncoder), std::string(kSeq2Seq), std::string(kDecoder),
        patched(kBiEncoder, R"({"query_prompt_without_instruction": "", "adapter": "lora", "pooling": "last"})"),
        patched(kDecoder, R"({"true": 7, "adapter": "lora", "truncate": "right"})")}) {
    const ModelRecipe recipe = read(json);
    const Json canonical = to_json(recipe);
    EXPECT_EQ(canonical["kind"], kind_name(recipe));
    EXPECT_EQ(read_recipe(canonical, "canonical"), recipe) << canonical;
    EXPECT_EQ(to_json(read_recipe(canonical, "canonical")).dump(), canonical.dump());
    const Json given = Json::parse(json);
    for (const auto& [name, value] : given.items()) EXPECT_EQ(canonical[name], value) << name;
  }
  EXPECT_EQ(to_json(read(kBiEncoder)).size(), 16u);
  EXPECT_NE(read(kBiEncoder), read(patched(kBiEncoder, R"({"normalize": true})")));
  EXPECT_NE(read(kDecoder), read(patched(kDecoder, R"({"kind": "seq2seq-reranker"})")));
}

TEST(Recipe, NullCountsAsAbsent) {
  EXPECT_EQ(read(patched(kBiEncoder, R"({"adapter": null, "normalize": null})")), read(kBiEncoder));
  EXPECT_EQ(complaint(kBiEncoder, R"({"pooling": null})"), "heed.json: the field \"pooling\" is missing");
}

TEST(Recipe, UnknownFieldsAreRefusedWithTheKnownOnes) {
  EXPECT_EQ(complaint(kCrossEncoder, R"({"labels": 1})"),
            "heed.json: a cross-encoder has no field \"labels\"; known: kind, query_format, document_format, "
            "default_instruction, activation, segments, label, adapter, max_length");
  EXPECT_EQ(complaint(kDecoder, R"({"pooling": "mean"})"),
            "heed.json: a decoder-reranker has no field \"pooling\"; known: kind, prompt, true, false, truncate, "
            "add_bos, adapter, max_length");
}

TEST(Recipe, UnknownValuesAreRefusedWithTheKnownOnes) {
  EXPECT_EQ(complaint(kBiEncoder, R"({"kind": "encoder"})"),
            "heed.json: there is no kind \"encoder\"; known: bi-encoder, cross-encoder, seq2seq-reranker, "
            "decoder-reranker");
  EXPECT_EQ(complaint(kBiEncoder, R"({"pooling": "max"})"),
            "heed.json: there is no pooling \"max\"; known: mean, cls, last");
  EXPECT_EQ(complaint(kBiEncoder, R"({"similarity": "Cosine"})"),
            "heed.json: there is no similarity \"Cosine\"; known: cosine, dot");
  EXPECT_EQ(complaint(kBiEncoder, R"({"attention": "full"})"),
            "heed.json: there is no attention \"full\"; known: causal, bidirectional");
  EXPECT_EQ(complaint(kCrossEncoder, R"({"activation": "relu"})"),
            "heed.json: there is no activation \"relu\"; known: softmax, sigmoid");
  EXPECT_EQ(complaint(kDecoder, R"({"truncate": "left"})"),
            "heed.json: there is no truncate \"left\"; known: document, right");
}

TEST(Recipe, MissingFieldsAndWrongTypesAreRefused) {
  EXPECT_EQ(complaint_of([] { read("[]"); }), "heed.json: a recipe is a JSON object");
  EXPECT_EQ(complaint_of([] { read("{}"); }), "heed.json: the field \"kind\" is missing");
  EXPECT_EQ(complaint(kBiEncoder, R"({"kind": 1})"), "heed.json: \"kind\" is not a string");
  EXPECT_EQ(complaint(kCrossEncoder, R"({"max_length": null})"), "heed.json: the field \"max_length\" is missing");
  for (const char* const field : {"prompt", "true", "false"})
    EXPECT_EQ(complaint(kSeq2Seq, "{\"" + std::string(field) + "\": null}"),
              "heed.json: the field \"" + std::string(field) + "\" is missing");
  EXPECT_EQ(complaint(kBiEncoder, R"({"normalize": 1})"), "heed.json: \"normalize\" is neither true nor false");
  EXPECT_EQ(complaint(kBiEncoder, R"({"pooling": true})"), "heed.json: \"pooling\" is not a string");
  EXPECT_EQ(complaint(kDecoder, R"({"prompt": ["{need}"]})"), "heed.json: \"prompt\" is not a string");
  EXPECT_EQ(complaint(kDecoder, R"({"adapter": ""})"), "heed.json: \"adapter\" is empty");
  for (const char* const token : {"true", "1.5", "\"\"", "{}"})
    EXPECT_EQ(complaint(kDecoder, "{\"true\": " + std::string(token) + "}"),
              "heed.json: \"true\" is neither a token's string nor its id");
}

TEST(Recipe, NumbersOutOfRangeAreRefused) {
  EXPECT_EQ(complaint(kBiEncoder, R"({"max_length": 3})"), "heed.json: \"max_length\" is 3; the least is 4");
  EXPECT_EQ(complaint(kBiEncoder, R"({"max_length": -9223372036854775808})"),
            "heed.json: \"max_length\" is -9223372036854775808; the least is 4");
  for (const char* const number : {"512.0", "\"512\"", "2147483648", "18446744073709551615", "true"})
    EXPECT_EQ(complaint(kBiEncoder, "{\"max_length\": " + std::string(number) + "}"),
              "heed.json: \"max_length\" is not a whole number of at most 31 bits")
        << number;
  EXPECT_EQ(bi_encoder(R"({"max_length": 2147483647})").max_length, 2147483647);
  EXPECT_EQ(complaint(kCrossEncoder, R"({"label": -1})"), "heed.json: \"label\" is -1; the least is 0");
  EXPECT_EQ(complaint(kDecoder, R"({"true": -1})"), "heed.json: \"true\" is -1; the least is 0");
}

TEST(Recipe, PlaceholdersMustFitTheirField) {
  EXPECT_TRUE(complaint(kDecoder, R"({"prompt": "{question}{text}"})")
                  .starts_with("heed.json: prompt: there is no placeholder {question}; known:"));
  EXPECT_EQ(complaint(kBiEncoder, R"({"query_format": "{query} {text}"})"),
            "heed.json: \"query_format\" has the placeholder {text}, but query and document are read apart");
  EXPECT_EQ(complaint(kCrossEncoder, R"({"document_format": "{need} {text}"})"),
            "heed.json: \"document_format\" has the placeholder {need}, but query and document are read apart");
  EXPECT_EQ(
      complaint(kBiEncoder, R"({"document_format": "{title}"})"),
      "heed.json: \"document_prompt\" and \"document_format\" have neither the placeholder {text} nor {document}");
  EXPECT_EQ(complaint(kDecoder, R"({"prompt": "{instruction} {text}"})"),
            "heed.json: \"prompt\" has neither the placeholder {query} nor {need}");
  EXPECT_EQ(complaint(kDecoder, R"({"prompt": "{need}"})"),
            "heed.json: \"prompt\" has neither the placeholder {text} nor {document}");
}

TEST(Recipe, ContradictionsAreRefused) {
  EXPECT_EQ(complaint(kBiEncoder, R"({"mask_prompt": true, "pooling": "last"})"),
            "heed.json: \"mask_prompt\" acts on the mean, but \"pooling\" is another");
  EXPECT_EQ(complaint(kBiEncoder, R"({"default_instruction": "Find.", "query_prompt_without_instruction": ""})"),
            "heed.json: with \"default_instruction\", \"query_prompt_without_instruction\" is never used");
  EXPECT_EQ(complaint(kDecoder, R"({"true": "yes", "false": "yes"})"),
            "heed.json: \"true\" and \"false\" are the same token");
}

TEST(Recipe, AFileIsNamedInItsComplaints) {
  const heed::testing::TemporaryDir dir;
  EXPECT_EQ(read_recipe_file(dir.write("heed.json", kDecoder)), read(kDecoder));
  const auto wrong = dir.write("wrong.json", patched(kBiEncoder, R"({"max_length": 1})"));
  EXPECT_EQ(complaint_of([&] { read_recipe_file(wrong); }), wrong.string() + ": \"max_length\" is 1; the least is 4");
  const auto torn = dir.write("torn.json", "{\n\"kind\": ");
  EXPECT_EQ(complaint_of([&] { read_recipe_file(torn); }), torn.string() + ":2: not valid JSON");
}

TEST(RecipeTexts, ABiEncoderReadsAPromptAndAText) {
  const BiEncoderRecipe recipe = bi_encoder(R"({"query_prompt": "Instruct: {instruction}\nQuery: ",
      "query_prompt_without_instruction": "Query: ", "query_format": "{query}", "document_prompt": "passage: "})");
  EXPECT_EQ(query_text(recipe, {"wind", "Not at sea."}), (PromptedText{"Instruct: Not at sea.\nQuery: ", "wind"}));
  EXPECT_EQ(query_text(recipe, {"wind", ""}), (PromptedText{"Query: ", "wind"}));
  EXPECT_EQ(query_text(recipe, {"wind", " \n"}), (PromptedText{"Query: ", "wind"}));
  EXPECT_EQ(document_text(recipe, document("Mills", "They turn.")), (PromptedText{"passage: ", "Mills They turn."}));
  EXPECT_EQ(document_text(recipe, document("", "They turn.")).whole(), "passage: They turn.");
}

TEST(RecipeTexts, ADefaultInstructionFillsAnEmptyOne) {
  const BiEncoderRecipe bi = bi_encoder(R"({"default_instruction": "Find it."})");
  EXPECT_EQ(query_text(bi, {"wind", ""}).whole(), "wind Find it.");
  EXPECT_EQ(query_text(bi, {"wind", "Not at sea."}).whole(), "wind Not at sea.");
  const auto cross = std::get<CrossEncoderRecipe>(
      read(patched(kCrossEncoder, R"({"query_format": "{query} [SEP] {instruction}", "default_instruction": "Find."})"))
          .kind);
  EXPECT_EQ(query_text(cross, {"wind", " "}), "wind [SEP] Find.");
  EXPECT_EQ(query_text(cross, {"wind", "Not at sea."}), "wind [SEP] Not at sea.");
  EXPECT_EQ(document_text(cross, document("Mills", "They turn.")), "Mills They turn.");
}

TEST(RecipeTexts, AQueryEndIsPutOnlyWhereTheQueryHasNone) {
  const BiEncoderRecipe recipe = bi_encoder(R"({"query_end": "?"})");
  for (const auto& [query, expected] :
       std::initializer_list<std::pair<const char*, const char*>>{{"wind", "wind? Not at sea."},
                                                                  {"wind?", "wind? Not at sea."},
                                                                  {"Wind.", "Wind. Not at sea."},
                                                                  {"wind! ", "wind!  Not at sea."},
                                                                  {"wind,", "wind,? Not at sea."},
                                                                  {"", "Not at sea."}})
    EXPECT_EQ(query_text(recipe, {query, "Not at sea."}).whole(), expected);
  EXPECT_EQ(query_text(recipe, {"wind", ""}).whole(), "wind?");
}

TEST(RecipeTexts, APromptFallsIntoParts) {
  const auto recipe =
      std::get<Seq2SeqRecipe>(read(patched(kSeq2Seq, R"({"prompt": "Q: {need} D: {document} R:"})")).kind);
  const auto parts = prompt_parts(recipe, {"wind", "Not at sea."}, document("Mills", "They turn."));
  EXPECT_EQ(parts.before, "Q: wind Not at sea. D: ");
  EXPECT_EQ(parts.document, "Mills They turn.");
  EXPECT_EQ(parts.after, " R:");
}

}  // namespace
}  // namespace heed::recipe
