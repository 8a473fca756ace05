#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "format/json.h"
#include "retrieve/remote_recipe.h"

namespace heed::retrieve {

/// What a text that becomes a vector is, for the services that tell them apart.
enum class TextRole { kQuery, kDocument };

/// A service that makes vectors of texts.
struct EmbeddingShape {
  format::Json (*request)(const RemoteRecipe&, TextRole, std::span<const std::string> texts) = nullptr;
  /// The vectors, in the order of the `count` texts. Throws net::Nonsense.
  std::vector<std::vector<float>> (*vectors)(const format::Json& answer, std::size_t count) = nullptr;
  bool takes_dimensions = false;
};

/// A service that scores documents for a query.
struct RerankShape {
  format::Json (*request)(const RemoteRecipe&, const std::string& query,
                          std::span<const std::string> documents) = nullptr;
  /// The scores, in the order of the `count` documents. Throws net::Nonsense.
  std::vector<double> (*scores)(const format::Json& answer, std::size_t count) = nullptr;
};

/// What a language model may say next: tokens, and the logarithms of their probabilities.
using LikelyTokens = std::vector<std::pair<std::string, double>>;

/// A service that goes on with a prompt and says how likely it found the next token, and others in its place.
struct AnswerShape {
  format::Json (*request)(const RemoteRecipe&, std::span<const std::string> prompts) = nullptr;
  /// For each of the `count` prompts, in order. Throws net::Nonsense.
  std::vector<LikelyTokens> (*tokens)(const format::Json& answer, std::size_t count) = nullptr;
  /// The question where a recipe has none; empty: it has to.
  std::string_view prompt = {};
};

/// What a service counts to make its bill.
enum class PriceUnit { kMillionTokens, kThousandSearches };

/// How a service is asked and answers: a row of the table.
struct ApiShape {
  std::string_view name;
  std::string_view explanation;
  std::string_view url;   ///< the service's own; empty: it has to be given
  std::string_view path;  ///< {model} stands for the model's name
  std::string_view key_env;
  std::string_view key_header;  ///< that carries the key
  std::string_view key_prefix;  ///< before it
  int batch;                    ///< texts a request, where the recipe does not say
  int most;                     ///< texts a request that the service takes at all
  std::size_t characters;       ///< characters a request; 0: no such limit
  PriceUnit unit;
  std::string_view reference;  ///< where its maker describes it
  std::variant<EmbeddingShape, RerankShape, AnswerShape> family;

  bool embeds() const { return std::holds_alternative<EmbeddingShape>(family); }
  bool answers() const { return std::holds_alternative<AnswerShape>(family); }
};

/// All rows. To add one: its two functions in the file of its family, then its row in api_shapes.cpp.
std::span<const ApiShape> api_shapes();

/// The row of that name; null where there is none.
const ApiShape* find_api_shape(std::string_view name);

/// The names of all rows, for complaints: "a, b, c".
std::string api_shape_names();

// The functions of the rows, by family: embedding_apis.cpp, rerank_apis.cpp, answer_apis.cpp.

extern const EmbeddingShape kOpenAiEmbeddings, kCohereEmbeddings, kVertexEmbeddings, kGeminiEmbeddings, kTeiEmbeddings;
extern const RerankShape kCohereRerank, kJinaRerank, kTeiRerank, kVllmScore;
extern const AnswerShape kOpenAiCompletions, kOpenAiChat;

}  // namespace heed::retrieve
