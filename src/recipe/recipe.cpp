#include "recipe/recipe.h"

#include <algorithm>

#include "base/error.h"
#include "recipe/recipe_fields.h"
#include "text/utf8.h"

namespace heed::recipe {

using format::Json;
using text::Prompt;

namespace {

constexpr Name<Pooling> kPoolings[] = {{Pooling::kMean, "mean"}, {Pooling::kCls, "cls"}, {Pooling::kLast, "last"}};
constexpr Name<Attention> kAttentions[] = {{Attention::kCausal, "causal"},
                                           {Attention::kBidirectional, "bidirectional"}};
constexpr Name<Truncation> kTruncations[] = {{Truncation::kDocument, "document"}, {Truncation::kRight, "right"}};
constexpr Name<Segments> kSegments[] = {{Segments::kSingle, "single"}, {Segments::kPair, "pair"}};
constexpr Name<Activation> kActivations[] = {{Activation::kSoftmax, "softmax"}, {Activation::kSigmoid, "sigmoid"}};

ModelRecipe read_bi_encoder(const Fields& fields) {
  BiEncoderRecipe recipe;
  recipe.query_prompt = fields.prompt("query_prompt").value_or(recipe.query_prompt);
  recipe.query_prompt_without_instruction = fields.prompt("query_prompt_without_instruction");
  recipe.query_format = fields.prompt("query_format").value_or(recipe.query_format);
  recipe.query_end = fields.string("query_end").value_or("");
  recipe.default_instruction = fields.string("default_instruction").value_or("");
  recipe.document_prompt = fields.prompt("document_prompt").value_or(recipe.document_prompt);
  recipe.document_format = fields.prompt("document_format").value_or(recipe.document_format);
  fields.require("pooling");
  recipe.pooling = fields.choice("pooling", kPoolings, recipe.pooling);
  recipe.mask_prompt = fields.flag("mask_prompt", recipe.mask_prompt);
  recipe.append_eos = fields.flag("append_eos", recipe.append_eos);
  recipe.attention = fields.choice("attention", kAttentions, recipe.attention);
  recipe.normalize = fields.flag("normalize", recipe.normalize);
  recipe.similarity = fields.choice("similarity", kSimilarities, recipe.similarity);
  recipe.adapter = fields.adapter();
  recipe.max_length = fields.max_length();

  expect_query(fields, {{recipe.query_prompt, "query_prompt"}, {recipe.query_format, "query_format"}});
  if (const auto& prompt = recipe.query_prompt_without_instruction)
    expect_query(fields, {{*prompt, "query_prompt_without_instruction"}, {recipe.query_format, "query_format"}});
  expect_document(fields, {{recipe.document_prompt, "document_prompt"}, {recipe.document_format, "document_format"}});
  if (recipe.query_prompt_without_instruction && !recipe.default_instruction.empty())
    fields.fail("with \"default_instruction\", \"query_prompt_without_instruction\" is never used");
  if (recipe.mask_prompt && recipe.pooling != Pooling::kMean)
    fields.fail("\"mask_prompt\" acts on the mean, but \"pooling\" is another");
  return {recipe};
}

ModelRecipe read_cross_encoder(const Fields& fields) {
  CrossEncoderRecipe recipe;
  recipe.query_format = fields.prompt("query_format").value_or(recipe.query_format);
  recipe.document_format = fields.prompt("document_format").value_or(recipe.document_format);
  recipe.default_instruction = fields.string("default_instruction").value_or("");
  recipe.activation = fields.choice("activation", kActivations, recipe.activation);
  recipe.segments = fields.choice("segments", kSegments, recipe.segments);
  if (const Json* const label = fields.find("label")) recipe.label = fields.whole_number("label", *label, 0);
  recipe.adapter = fields.adapter();
  recipe.max_length = fields.max_length();

  expect_query(fields, {{recipe.query_format, "query_format"}});
  expect_document(fields, {{recipe.document_format, "document_format"}});
  return {recipe};
}

template <class Recipe>
ModelRecipe read_prompted(const Fields& fields) {
  Recipe recipe;
  fields.require("prompt");
  recipe.prompt = *fields.prompt("prompt");
  recipe.yes = fields.token("true");
  recipe.no = fields.token("false");
  recipe.truncate = fields.choice("truncate", kTruncations, recipe.truncate);
  recipe.add_bos = fields.flag("add_bos", recipe.add_bos);
  recipe.adapter = fields.adapter();
  recipe.max_length = fields.max_length();

  expect_placeholders(fields, {{recipe.prompt, "prompt"}}, {}, {"query", "need"});
  expect_placeholders(fields, {{recipe.prompt, "prompt"}}, {}, {"text", "document"});
  if (recipe.yes == recipe.no) fields.fail("\"true\" and \"false\" are the same token");
  return {recipe};
}

Json json_of(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json();
}

void write(Json& json, const BiEncoderRecipe& recipe) {
  const auto& without = recipe.query_prompt_without_instruction;
  json["query_prompt"] = recipe.query_prompt.pattern();
  json["query_prompt_without_instruction"] = without ? Json(without->pattern()) : Json();
  json["query_format"] = recipe.query_format.pattern();
  json["query_end"] = recipe.query_end;
  json["default_instruction"] = recipe.default_instruction;
  json["document_prompt"] = recipe.document_prompt.pattern();
  json["document_format"] = recipe.document_format.pattern();
  json["pooling"] = name_of(kPoolings, recipe.pooling);
  json["mask_prompt"] = recipe.mask_prompt;
  json["append_eos"] = recipe.append_eos;
  json["attention"] = name_of(kAttentions, recipe.attention);
  json["normalize"] = recipe.normalize;
  json["similarity"] = name_of(kSimilarities, recipe.similarity);
  json["adapter"] = json_of(recipe.adapter);
  json["max_length"] = recipe.max_length;
}

void write(Json& json, const CrossEncoderRecipe& recipe) {
  json["query_format"] = recipe.query_format.pattern();
  json["document_format"] = recipe.document_format.pattern();
  json["default_instruction"] = recipe.default_instruction;
  json["activation"] = name_of(kActivations, recipe.activation);
  json["segments"] = name_of(kSegments, recipe.segments);
  json["label"] = recipe.label;
  json["adapter"] = json_of(recipe.adapter);
  json["max_length"] = recipe.max_length;
}

void write(Json& json, const PromptRecipe& recipe) {
  json["prompt"] = recipe.prompt.pattern();
  std::visit([&](const auto& token) { json["true"] = token; }, recipe.yes);
  std::visit([&](const auto& token) { json["false"] = token; }, recipe.no);
  json["truncate"] = name_of(kTruncations, recipe.truncate);
  json["add_bos"] = recipe.add_bos;
  json["adapter"] = json_of(recipe.adapter);
  json["max_length"] = recipe.max_length;
}

struct Kind {
  std::string_view name;
  ModelRecipe (*read)(const Fields&);
  /// A recipe of the kind, whatever its values.
  ModelRecipe (*blank)();
};

/// In the order of ModelRecipe's alternatives.
constexpr Kind kKinds[] = {
    {"bi-encoder", read_bi_encoder, [] { return ModelRecipe{BiEncoderRecipe{}}; }},
    {"cross-encoder", read_cross_encoder, [] { return ModelRecipe{CrossEncoderRecipe{}}; }},
    {"seq2seq-reranker", read_prompted<Seq2SeqRecipe>, [] { return ModelRecipe{Seq2SeqRecipe{}}; }},
    {"decoder-reranker", read_prompted<DecoderRecipe>, [] { return ModelRecipe{DecoderRecipe{}}; }},
};
static_assert(std::size(kKinds) == std::variant_size_v<decltype(ModelRecipe::kind)>);

/// The need as the model is told it.
collection::Need told(const collection::Need& need, std::string_view default_instruction) {
  if (default_instruction.empty() || !text::stripped(need.instruction).empty()) return need;
  return {need.query, default_instruction};
}

text::PromptFields fields_of(const collection::Need& need) {
  return {.query = need.query, .instruction = need.instruction};
}

text::PromptFields fields_of(const collection::Document& document) {
  return {.title = document.title, .text = document.text};
}

std::string ended(std::string_view query, std::string_view end) {
  const std::string_view visible = text::stripped(query);
  const bool has_end = visible.empty() || std::string_view(".?!").find(visible.back()) != std::string_view::npos;
  return std::string(query) + std::string(has_end ? "" : end);
}

}  // namespace

std::string_view kind_name(const ModelRecipe& recipe) {
  return kKinds[recipe.kind.index()].name;
}

ModelRecipe read_recipe(const Json& recipe, std::string_view what) {
  const Fields fields(recipe, what);
  fields.require("kind");
  const std::string name = *fields.string("kind");
  std::string known;
  for (const Kind& kind : kKinds) {
    if (kind.name == name) {
      fields.expect_only(to_json(kind.blank()), "a " + name);
      return kind.read(fields);
    }
    known += (known.empty() ? "" : ", ") + std::string(kind.name);
  }
  fields.fail("there is no kind " + in_quotes(name) + "; known: " + known);
}

ModelRecipe read_recipe_file(const std::filesystem::path& path) {
  return read_recipe(format::read_json(path), path.string());
}

Json to_json(const ModelRecipe& recipe) {
  Json json;
  json["kind"] = kind_name(recipe);
  std::visit([&](const auto& kind) { write(json, kind); }, recipe.kind);
  return json;
}

PromptedText query_text(const BiEncoderRecipe& recipe, const collection::Need& need) {
  const std::string query = ended(need.query, recipe.query_end);
  const auto fields = fields_of(told({query, need.instruction}, recipe.default_instruction));
  const bool without = recipe.query_prompt_without_instruction && text::stripped(fields.instruction).empty();
  const Prompt& prompt = without ? *recipe.query_prompt_without_instruction : recipe.query_prompt;
  return {prompt.fill(fields), recipe.query_format.fill(fields)};
}

PromptedText document_text(const BiEncoderRecipe& recipe, const collection::Document& document) {
  const auto fields = fields_of(document);
  return {recipe.document_prompt.fill(fields), recipe.document_format.fill(fields)};
}

std::string query_text(const CrossEncoderRecipe& recipe, const collection::Need& need) {
  return recipe.query_format.fill(fields_of(told(need, recipe.default_instruction)));
}

std::string document_text(const CrossEncoderRecipe& recipe, const collection::Document& document) {
  return recipe.document_format.fill(fields_of(document));
}

Prompt::Parts prompt_parts(const PromptRecipe& recipe, const collection::Need& need,
                           const collection::Document& document) {
  return recipe.prompt.parts({need.query, need.instruction, document.title, document.text});
}

}  // namespace heed::recipe
