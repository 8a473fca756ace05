#include <cmath>

#include "net/json_service.h"
#include "retrieve/api_shapes.h"

namespace heed::retrieve {

using format::Json;
using net::list_of;
using net::member_of;
using net::Nonsense;

namespace {

using Texts = std::span<const std::string>;
using Vectors = std::vector<std::vector<float>>;

Json json_of(Texts texts) {
  return std::vector<std::string>(texts.begin(), texts.end());
}

std::vector<float> vector_of(const Json& numbers) {
  if (!numbers.is_array() || numbers.empty()) throw Nonsense("a vector is no list of numbers, or an empty one");
  std::vector<float> vector;
  vector.reserve(numbers.size());
  for (const Json& number : numbers) {
    if (!number.is_number()) throw Nonsense("a vector has something else than numbers in it");
    const auto value = static_cast<float>(number.get<double>());
    if (!std::isfinite(value)) throw Nonsense("a vector has a number in it that is not finite");
    vector.push_back(value);
  }
  return vector;
}

/// A list of vectors in the order of the texts.
Vectors vectors_in(const Json& list, std::size_t count) {
  if (!list.is_array()) throw Nonsense("the vectors are no list");
  if (list.size() != count)
    throw Nonsense("there " +
                   (list.size() == 1 ? std::string("is 1 vector") : "are " + std::to_string(list.size()) + " vectors") +
                   " for " + base::counted(static_cast<long>(count), "text", "texts"));
  Vectors vectors;
  for (const Json& vector : list) vectors.push_back(vector_of(vector));
  return vectors;
}

Json openai_request(const RemoteRecipe& recipe, TextRole, Texts texts) {
  Json body = {{"model", recipe.model}, {"input", json_of(texts)}, {"encoding_format", "float"}};
  if (recipe.dimensions > 0) body["dimensions"] = recipe.dimensions;
  return body;
}

Vectors openai_vectors(const Json& answer, std::size_t count) {
  Vectors vectors(count);
  for (const Json& element : list_of(answer, "data", count)) {
    std::vector<float>& vector = vectors[net::index_of(element, count)];
    if (!vector.empty()) throw Nonsense("an \"index\" is there twice");
    vector = vector_of(member_of(element, "embedding"));
  }
  return vectors;
}

Json cohere_request(const RemoteRecipe& recipe, TextRole role, Texts texts) {
  Json body = {{"model", recipe.model},
               {"texts", json_of(texts)},
               {"input_type", role == TextRole::kQuery ? "search_query" : "search_document"},
               {"embedding_types", {"float"}}};
  if (recipe.dimensions > 0) body["output_dimension"] = recipe.dimensions;
  return body;
}

/// Version 2 has a list for each type of number, version 1 may have the list alone.
Vectors cohere_vectors(const Json& answer, std::size_t count) {
  const Json& embeddings = member_of(answer, "embeddings");
  return vectors_in(embeddings.is_object() ? member_of(embeddings, "float") : embeddings, count);
}

const char* google_task(TextRole role) {
  return role == TextRole::kQuery ? "RETRIEVAL_QUERY" : "RETRIEVAL_DOCUMENT";
}

Json vertex_request(const RemoteRecipe& recipe, TextRole role, Texts texts) {
  Json body = {{"instances", Json::array()}};
  for (const std::string& text : texts)
    body["instances"].push_back({{"content", text}, {"task_type", google_task(role)}});
  if (recipe.dimensions > 0) body["parameters"] = {{"outputDimensionality", recipe.dimensions}};
  return body;
}

Vectors vertex_vectors(const Json& answer, std::size_t count) {
  Vectors vectors;
  for (const Json& prediction : list_of(answer, "predictions", count))
    vectors.push_back(vector_of(member_of(member_of(prediction, "embeddings"), "values")));
  return vectors;
}

Json gemini_request(const RemoteRecipe& recipe, TextRole role, Texts texts) {
  Json body = {{"requests", Json::array()}};
  for (const std::string& text : texts) {
    Json request = {{"model", "models/" + recipe.model},
                    {"content", {{"parts", Json::array({{{"text", text}}})}}},
                    {"taskType", google_task(role)}};
    if (recipe.dimensions > 0) request["outputDimensionality"] = recipe.dimensions;
    body["requests"].push_back(std::move(request));
  }
  return body;
}

Vectors gemini_vectors(const Json& answer, std::size_t count) {
  Vectors vectors;
  for (const Json& element : list_of(answer, "embeddings", count))
    vectors.push_back(vector_of(member_of(element, "values")));
  return vectors;
}

Json tei_request(const RemoteRecipe&, TextRole, Texts texts) {
  return {{"inputs", json_of(texts)}, {"truncate", true}};
}

}  // namespace

const EmbeddingShape kOpenAiEmbeddings{openai_request, openai_vectors, true};
const EmbeddingShape kCohereEmbeddings{cohere_request, cohere_vectors, true};
const EmbeddingShape kVertexEmbeddings{vertex_request, vertex_vectors, true};
const EmbeddingShape kGeminiEmbeddings{gemini_request, gemini_vectors, true};
const EmbeddingShape kTeiEmbeddings{tei_request, vectors_in, false};

}  // namespace heed::retrieve
