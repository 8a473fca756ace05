#include "retrieve/api_shapes.h"

#include <algorithm>

namespace heed::retrieve {

std::span<const ApiShape> api_shapes() {
  // In a function: the rows of the families are constants of other files, which may not be there before main().
  constexpr std::string_view kBearer = "Bearer ", kAuthorization = "Authorization";
  constexpr auto kTokens = PriceUnit::kMillionTokens;
  static const ApiShape shapes[] = {
      {"openai-embeddings", "vectors from OpenAI, and from the many servers with its API (vLLM, llama-server, TEI)",
       "https://api.openai.com", "/v1/embeddings", "OPENAI_API_KEY", kAuthorization, kBearer, 100, 2048, 800'000,
       kTokens, "https://platform.openai.com/docs/api-reference/embeddings", kOpenAiEmbeddings},
      {"cohere-embeddings", "vectors from Cohere, with its types for queries and documents", "https://api.cohere.com",
       "/v2/embed", "COHERE_API_KEY", kAuthorization, kBearer, 96, 96, 0, kTokens,
       "https://docs.cohere.com/reference/embed", kCohereEmbeddings},
      {"google-embeddings",
       "vectors from Google's Vertex AI; the url is "
       "https://REGION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/REGION",
       "", "/publishers/google/models/{model}:predict", "GOOGLE_ACCESS_TOKEN", kAuthorization, kBearer, 10, 250, 50'000,
       kTokens, "https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api",
       kVertexEmbeddings},
      {"gemini-embeddings", "vectors from Google's Gemini API", "https://generativelanguage.googleapis.com",
       "/v1beta/models/{model}:batchEmbedContents", "GEMINI_API_KEY", "x-goog-api-key", "", 100, 100, 0, kTokens,
       "https://ai.google.dev/api/embeddings", kGeminiEmbeddings},
      {"tei-embeddings", "vectors from Hugging Face's text-embeddings-inference", "", "/embed", "TEI_API_KEY",
       kAuthorization, kBearer, 32, 4096, 0, kTokens, "https://huggingface.github.io/text-embeddings-inference",
       kTeiEmbeddings},
      {"cohere-rerank", "a reranker at Cohere", "https://api.cohere.com", "/v2/rerank", "COHERE_API_KEY",
       kAuthorization, kBearer, 100, 1000, 0, PriceUnit::kThousandSearches, "https://docs.cohere.com/reference/rerank",
       kCohereRerank},
      {"jina-rerank", "a reranker at Jina, vLLM or llama-server", "https://api.jina.ai", "/v1/rerank", "JINA_API_KEY",
       kAuthorization, kBearer, 50, 2048, 0, kTokens, "https://jina.ai/reranker", kJinaRerank},
      {"tei-rerank", "a reranker at Hugging Face's text-embeddings-inference", "", "/rerank", "TEI_API_KEY",
       kAuthorization, kBearer, 32, 4096, 0, kTokens, "https://huggingface.github.io/text-embeddings-inference",
       kTeiRerank},
      {"vllm-score", "a cross-encoder at vLLM", "", "/score", "VLLM_API_KEY", kAuthorization, kBearer, 32, 4096, 0,
       kTokens, "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html", kVllmScore},
      {"openai-completions", "a language model's yes or no after a prompt, at vLLM, llama-server and the like",
       "https://api.openai.com", "/v1/completions", "OPENAI_API_KEY", kAuthorization, kBearer, 1, 64, 0, kTokens,
       "https://platform.openai.com/docs/api-reference/completions", kOpenAiCompletions},
      {"openai-chat", "a chat model's yes or no, at OpenAI and the many servers with its API", "https://api.openai.com",
       "/v1/chat/completions", "OPENAI_API_KEY", kAuthorization, kBearer, 1, 1, 0, kTokens,
       "https://platform.openai.com/docs/api-reference/chat", kOpenAiChat},
  };
  return shapes;
}

const ApiShape* find_api_shape(std::string_view name) {
  const auto rows = api_shapes();
  const auto row = std::ranges::find(rows, name, &ApiShape::name);
  return row == rows.end() ? nullptr : &*row;
}

std::string api_shape_names() {
  std::string names;
  for (const ApiShape& shape : api_shapes()) names += (names.empty() ? "" : ", ") + std::string(shape.name);
  return names;
}

}  // namespace heed::retrieve
