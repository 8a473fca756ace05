#include "net/json_service.h"
#include "retrieve/api_shapes.h"

namespace heed::retrieve {

using format::Json;
using net::Nonsense;

namespace {

using Documents = std::span<const std::string>;

Json json_of(Documents documents) {
  return std::vector<std::string>(documents.begin(), documents.end());
}

/// Elements in any order, each with the index of its document.
std::vector<double> by_index(const Json& elements, std::size_t count, const char* score) {
  std::vector<double> scores(count);
  std::vector<bool> seen(count);
  for (const Json& element : elements) {
    const std::size_t index = net::index_of(element, count);
    if (seen[index]) throw Nonsense("an \"index\" is there twice");
    seen[index] = true;
    scores[index] = net::number_of(element, score);
  }
  return scores;
}

Json cohere_request(const RemoteRecipe& recipe, const std::string& query, Documents documents) {
  return {{"model", recipe.model}, {"query", query}, {"documents", json_of(documents)}, {"top_n", documents.size()}};
}

Json jina_request(const RemoteRecipe& recipe, const std::string& query, Documents documents) {
  Json body = cohere_request(recipe, query, documents);
  body["return_documents"] = false;
  return body;
}

std::vector<double> result_scores(const Json& answer, std::size_t count) {
  return by_index(net::list_of(answer, "results", count), count, "relevance_score");
}

Json tei_request(const RemoteRecipe&, const std::string& query, Documents documents) {
  return {{"query", query}, {"texts", json_of(documents)}, {"truncate", true}};
}

std::vector<double> tei_scores(const Json& answer, std::size_t count) {
  if (!answer.is_array()) throw Nonsense("it is no list");
  if (answer.size() != count)
    throw Nonsense("the list has " + base::counted(static_cast<long>(answer.size()), "element", "elements") + " for " +
                   std::to_string(count));
  return by_index(answer, count, "score");
}

Json vllm_request(const RemoteRecipe& recipe, const std::string& query, Documents documents) {
  return {{"model", recipe.model}, {"text_1", query}, {"text_2", json_of(documents)}};
}

std::vector<double> vllm_scores(const Json& answer, std::size_t count) {
  return by_index(net::list_of(answer, "data", count), count, "score");
}

}  // namespace

const RerankShape kCohereRerank{cohere_request, result_scores};
const RerankShape kJinaRerank{jina_request, result_scores};
const RerankShape kTeiRerank{tei_request, tei_scores};
const RerankShape kVllmScore{vllm_request, vllm_scores};

}  // namespace heed::retrieve
