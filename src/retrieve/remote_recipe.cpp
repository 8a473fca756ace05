#include "retrieve/remote_recipe.h"

#include <cmath>

#include "base/error.h"
#include "recipe/recipe_fields.h"
#include "retrieve/api_shapes.h"
#include "text/utf8.h"

namespace heed::retrieve {

using format::Json;
using text::Prompt;

namespace {

const ApiShape& shape_of(const recipe::Fields& fields) {
  fields.require("api");
  const std::string name = *fields.string("api");
  const ApiShape* const shape = find_api_shape(name);
  if (shape == nullptr) fields.fail("there is no api " + recipe::in_quotes(name) + "; known: " + api_shape_names());
  return *shape;
}

void read_number(const recipe::Fields& fields, const char* name, std::int32_t least, int& number) {
  if (const Json* const value = fields.find(name)) number = fields.whole_number(name, *value, least);
}

void read_texts(const recipe::Fields& fields, RemoteRecipe& recipe) {
  recipe.query_format = fields.prompt("query_format").value_or(recipe.query_format);
  recipe.query_format_without_instruction = fields.prompt("query_format_without_instruction");
  recipe.default_instruction = fields.string("default_instruction").value_or("");
  recipe.document_format = fields.prompt("document_format").value_or(recipe.document_format);
  recipe::expect_query(fields, {{recipe.query_format, "query_format"}});
  if (const auto& format = recipe.query_format_without_instruction)
    recipe::expect_query(fields, {{*format, "query_format_without_instruction"}});
  recipe::expect_document(fields, {{recipe.document_format, "document_format"}});
  if (recipe.query_format_without_instruction && !recipe.default_instruction.empty())
    fields.fail("with \"default_instruction\", \"query_format_without_instruction\" is never used");
}

void read_question(const recipe::Fields& fields, std::string_view default_prompt, RemoteRecipe& recipe) {
  recipe.prompt = fields.prompt("prompt").value_or(Prompt::parse(default_prompt, "prompt"));
  if (recipe.prompt.pattern().empty())
    fields.fail("the question is missing: \"prompt\" in a recipe, or --preset for a model that heed knows");
  recipe.yes = fields.string("true").value_or(recipe.yes);
  recipe.no = fields.string("false").value_or(recipe.no);
  if (text::stripped(recipe.yes).empty() || text::stripped(recipe.no).empty())
    fields.fail("\"true\" or \"false\" is empty");
  if (text::stripped(recipe.yes) == text::stripped(recipe.no)) fields.fail("\"true\" and \"false\" are the same");
  read_number(fields, "logprobs", 2, recipe.logprobs);
  recipe::expect_placeholders(fields, {{recipe.prompt, "prompt"}}, {}, {"query", "need"});
  recipe::expect_placeholders(fields, {{recipe.prompt, "prompt"}}, {}, {"text", "document"});
}

void read_service(const recipe::Fields& fields, const ApiShape& shape, RemoteRecipe& recipe) {
  recipe.url = fields.string("url").value_or("");
  recipe.model = fields.string("model").value_or("");
  recipe.key_env = fields.string("key_env").value_or("");
  recipe.key_header = fields.string("key_header").value_or("");
  read_number(fields, "max_characters", 1, recipe.max_characters);
  read_number(fields, "batch", 1, recipe.batch);
  if (recipe.batch > shape.most)
    fields.fail("\"batch\" is " + std::to_string(recipe.batch) + "; " + std::string(shape.name) + " takes at most " +
                std::to_string(shape.most));
  read_number(fields, "concurrency", 1, recipe.concurrency);
  if (recipe.concurrency > 256) fields.fail("\"concurrency\" is above 256");
  read_number(fields, "timeout_s", 1, recipe.timeout_s);
  read_number(fields, "attempts", 1, recipe.attempts);
  if (const Json* const price = fields.find("price")) {
    if (!price->is_number() || !std::isfinite(price->get<double>()) || price->get<double>() < 0)
      fields.fail("\"price\" is no amount of USD");
    recipe.price = price->get<double>();
  }
  if (const Json* const extra = fields.find("extra")) {
    if (!extra->is_object()) fields.fail("\"extra\" is not an object");
    recipe.extra = *extra;
  }
}

/// 0, which stands for a default, as null.
Json json_of(int number) {
  return number == 0 ? Json() : Json(number);
}

Json json_of(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

void write_texts(Json& json, const RemoteRecipe& recipe) {
  const auto& without = recipe.query_format_without_instruction;
  json["query_format"] = recipe.query_format.pattern();
  json["query_format_without_instruction"] = without ? Json(without->pattern()) : Json();
  json["default_instruction"] = recipe.default_instruction;
  json["document_format"] = recipe.document_format.pattern();
}

void write_question(Json& json, const RemoteRecipe& recipe) {
  json["prompt"] = recipe.prompt.pattern();
  json["true"] = recipe.yes;
  json["false"] = recipe.no;
  json["logprobs"] = recipe.logprobs;
}

std::string sent(const std::string& text) {
  const std::string_view visible = text::stripped(text);
  return visible.empty() ? " " : std::string(visible);
}

/// The beginning of the text, cut at a code point; 0: all of it.
std::string_view cut(std::string_view text, int characters) {
  if (characters == 0) return text;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 && characters-- == 0) return text.substr(0, i);
  return text;
}

/// The document whose text ends where it is cut.
text::PromptFields cut_fields(const RemoteRecipe& recipe, const collection::Document& document) {
  return {.title = document.title, .text = cut(document.text, recipe.max_characters)};
}

}  // namespace

bool is_remote_recipe(const Json& recipe) {
  return recipe.is_object() && recipe.contains("kind") && recipe["kind"] == "remote";
}

RemoteRecipe read_remote_recipe(const Json& json, std::string_view what) {
  const recipe::Fields fields(json, what);
  fields.require("kind");
  if (fields.string("kind") != "remote") fields.fail("\"kind\" is not \"remote\"");
  const ApiShape& shape = shape_of(fields);
  RemoteRecipe recipe;
  recipe.api = shape.name;
  fields.expect_only(to_json(recipe), std::string(shape.name));
  if (const auto* const answers = std::get_if<AnswerShape>(&shape.family))
    read_question(fields, answers->prompt, recipe);
  else
    read_texts(fields, recipe);
  if (const auto* const embedding = std::get_if<EmbeddingShape>(&shape.family)) {
    recipe.similarity = fields.choice("similarity", recipe::kSimilarities, recipe.similarity);
    read_number(fields, "dimensions", 1, recipe.dimensions);
    if (recipe.dimensions > 0 && !embedding->takes_dimensions)
      fields.fail(std::string(shape.name) + " cannot be asked for \"dimensions\"");
  }
  read_service(fields, shape, recipe);
  return recipe;
}

Json to_json(const RemoteRecipe& recipe) {
  const ApiShape* const shape = find_api_shape(recipe.api);
  base::check(shape != nullptr);
  Json json = {{"kind", "remote"}, {"api", recipe.api}};
  json["url"] = json_of(recipe.url);
  json["model"] = json_of(recipe.model);
  json["key_env"] = json_of(recipe.key_env);
  json["key_header"] = json_of(recipe.key_header);
  if (shape->answers())
    write_question(json, recipe);
  else
    write_texts(json, recipe);
  if (shape->embeds()) {
    json["similarity"] = name_of(recipe::kSimilarities, recipe.similarity);
    json["dimensions"] = json_of(recipe.dimensions);
  }
  json["max_characters"] = json_of(recipe.max_characters);
  json["extra"] = recipe.extra;
  json["batch"] = json_of(recipe.batch);
  json["concurrency"] = recipe.concurrency;
  json["timeout_s"] = recipe.timeout_s;
  json["attempts"] = recipe.attempts;
  json["price"] = recipe.price ? Json(*recipe.price) : Json();
  return json;
}

RemoteRecipe default_remote_recipe(std::string_view api) {
  const ApiShape* const shape = find_api_shape(api);
  if (shape == nullptr) throw base::BadUsage("there is no API " + std::string(api) + "; known: " + api_shape_names());
  RemoteRecipe recipe;
  recipe.api = api;
  if (const auto* const answers = std::get_if<AnswerShape>(&shape->family))
    recipe.prompt = Prompt::parse(answers->prompt, "prompt");
  return recipe;
}

namespace {

/// Of a checkpoint whose kind it is, into a remote recipe whose family is `remote`.
struct TextsOf {
  RemoteRecipe& recipe;
  const ApiShape& shape;

  [[noreturn]] void fail(const std::string& why) const {
    throw base::BadInput("the preset's texts cannot be asked for by " + std::string(shape.name) + ": " + why);
  }

  void operator()(const recipe::BiEncoderRecipe& given) const {
    if (!shape.embeds()) fail("it is a bi-encoder's");
    if (!given.query_end.empty()) fail("it ends queries in a way of its own");
    const auto joined = [](const Prompt& prompt, const Prompt& format) {
      return Prompt::parse(prompt.pattern() + format.pattern(), "query_format");
    };
    recipe.query_format = joined(given.query_prompt, given.query_format);
    if (const auto& without = given.query_prompt_without_instruction)
      recipe.query_format_without_instruction = joined(*without, given.query_format);
    recipe.default_instruction = given.default_instruction;
    recipe.document_format = joined(given.document_prompt, given.document_format);
    recipe.similarity = given.similarity;
  }

  void operator()(const recipe::CrossEncoderRecipe& given) const {
    if (shape.embeds() || shape.answers()) fail("it is a cross-encoder's");
    recipe.query_format = given.query_format;
    recipe.default_instruction = given.default_instruction;
    recipe.document_format = given.document_format;
  }

  void operator()(const recipe::PromptRecipe& given) const {
    if (!shape.answers()) fail("it is a language model's");
    const auto spelled = [&](const recipe::AnswerToken& token) {
      if (!std::holds_alternative<std::string>(token)) fail("its answers are ids of tokens");
      return std::get<std::string>(token);
    };
    recipe.prompt = given.prompt;
    recipe.yes = spelled(given.yes);
    recipe.no = spelled(given.no);
    // vLLM's word for it; the prompt spells the start token out.
    if (!given.add_bos) recipe.extra["add_special_tokens"] = false;
  }
};

}  // namespace

RemoteRecipe with_texts_of(RemoteRecipe recipe, const recipe::ModelRecipe& checkpoint) {
  const ApiShape* const shape = find_api_shape(recipe.api);
  base::check(shape != nullptr);
  std::visit(TextsOf{recipe, *shape}, checkpoint.kind);
  return recipe;
}

std::string query_text(const RemoteRecipe& recipe, const collection::Need& need) {
  const bool is_bare = text::stripped(need.instruction).empty();
  const std::string_view instruction = is_bare ? std::string_view(recipe.default_instruction) : need.instruction;
  const bool without = is_bare && recipe.query_format_without_instruction;
  const Prompt& format = without ? *recipe.query_format_without_instruction : recipe.query_format;
  return sent(format.fill({.query = need.query, .instruction = instruction}));
}

std::string document_text(const RemoteRecipe& recipe, const collection::Document& document) {
  return sent(recipe.document_format.fill(cut_fields(recipe, document)));
}

std::string prompt_text(const RemoteRecipe& recipe, const collection::Need& need,
                        const collection::Document& document) {
  text::PromptFields fields = cut_fields(recipe, document);
  fields.query = need.query;
  fields.instruction = need.instruction;
  return recipe.prompt.fill(fields);
}

}  // namespace heed::retrieve
