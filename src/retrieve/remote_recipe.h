#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "format/json.h"
#include "recipe/recipe.h"
#include "text/prompt.h"

namespace heed::retrieve {

/// What a model behind an API is for: a recipe of the kind "remote", field by field (docs/recipes.md). A member's
/// initial value is the field's default.
struct RemoteRecipe {
  std::string api{};         ///< the name of a row of api_shapes()
  std::string url{};         ///< empty: the service's own
  std::string model{};       ///< as the service calls it
  std::string key_env{};     ///< the environment's variable that holds the key; empty: the service's own
  std::string key_header{};  ///< the header that carries it, as it is; empty: as the service documents it

  // Of models that embed or rerank.
  text::Prompt query_format = text::Prompt::parse("{need}", "query_format");
  /// Takes the place of query_format where the instruction is empty (or white space).
  std::optional<text::Prompt> query_format_without_instruction{};
  std::string default_instruction{};
  text::Prompt document_format = text::Prompt::parse("{document}", "document_format");

  // Of those that embed.
  recipe::Similarity similarity = recipe::Similarity::kCosine;
  int dimensions = 0;  ///< that are asked for; 0: the model's own

  // Of language models that are asked: the question, and the two answers.
  text::Prompt prompt{};
  std::string yes = "true", no = "false";
  int logprobs = 20;  ///< likeliest tokens that are asked for

  int max_characters = 0;  ///< of a document, which is cut there; 0: no limit
  /// Put into the body of each request as RFC 7396 says: null takes a field away.
  format::Json extra = format::Json::object();

  int batch = 0;                  ///< texts, documents or prompts a request, at most; 0: the service's usual
  int concurrency = 4;            ///< requests under way at once
  int timeout_s = 120;            ///< until an answer has come, whole
  int attempts = 6;               ///< times that a request is sent before it is given up
  std::optional<double> price{};  ///< USD, in the unit of the service (ApiShape::unit)

  bool operator==(const RemoteRecipe&) const = default;
};

/// Whether a recipe's "kind" is "remote".
bool is_remote_recipe(const format::Json& recipe);

/// Reads a recipe; a field that is null counts as absent, and so does "model", which a caller may know better. Throws
/// BadInput, which begins with `what`, as read_recipe() does, and for a field that models of that API have no use for.
RemoteRecipe read_remote_recipe(const format::Json& recipe, std::string_view what);

/// The recipe with every field that its API has a use for; read_remote_recipe() gives back the same.
format::Json to_json(const RemoteRecipe& recipe);

/// The recipe of that API whose other fields are their defaults. Throws BadUsage, with the known names, for an API that
/// there is not.
RemoteRecipe default_remote_recipe(std::string_view api);

/// The recipe with the texts of another, of a checkpoint that some server runs: its formats, or its prompt and answers.
/// Throws BadInput where they cannot be asked for so.
RemoteRecipe with_texts_of(RemoteRecipe recipe, const recipe::ModelRecipe& checkpoint);

// The strings that are sent, white space at their ends stripped; what is empty then is one blank, as services refuse
// the empty string.

std::string query_text(const RemoteRecipe& recipe, const collection::Need& need);
std::string document_text(const RemoteRecipe& recipe, const collection::Document& document);
/// The prompt as it is filled, nothing stripped.
std::string prompt_text(const RemoteRecipe& recipe, const collection::Need& need, const collection::Document& document);

}  // namespace heed::retrieve
