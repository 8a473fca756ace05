#include <cmath>

#include "net/json_service.h"
#include "retrieve/api_shapes.h"

namespace heed::retrieve {

using format::Json;
using net::member_of;
using net::Nonsense;

namespace {

using Prompts = std::span<const std::string>;

void add(LikelyTokens& tokens, const std::string& token, const Json& logprob) {
  // Some servers write the logarithm of zero as null or as a large negative number.
  if (logprob.is_null()) return;
  if (!logprob.is_number() || std::isnan(logprob.get<double>()) || logprob.get<double>() > 1e-3)
    throw Nonsense("a \"logprob\" is no logarithm of a probability");
  tokens.emplace_back(token, logprob.get<double>());
}

/// A map of tokens (OpenAI's old form, vLLM), or a list of {token, logprob} (the chat's form, llama-server).
LikelyTokens tokens_in(const Json& likely) {
  LikelyTokens tokens;
  if (likely.is_object()) {
    for (const auto& [token, logprob] : likely.items()) add(tokens, token, logprob);
  } else if (likely.is_array()) {
    for (const Json& element : likely) {
      const Json& token = member_of(element, "token");
      if (!token.is_string()) throw Nonsense("a \"token\" is no text");
      add(tokens, token.get<std::string>(), member_of(element, "logprob"));
    }
  }
  if (tokens.empty()) throw Nonsense("\"top_logprobs\" has no tokens: does the service give log probabilities?");
  return tokens;
}

LikelyTokens first_tokens(const Json& choice) {
  const Json& logprobs = member_of(choice, "logprobs");
  if (!logprobs.is_object()) throw Nonsense("\"logprobs\" is no object: does the service give log probabilities?");
  if (logprobs.contains("content") && logprobs["content"].is_array() && !logprobs["content"].empty())
    return tokens_in(member_of(logprobs["content"].front(), "top_logprobs"));
  const Json& top = member_of(logprobs, "top_logprobs");
  if (!top.is_array() || top.empty()) throw Nonsense("\"top_logprobs\" is no list, or an empty one");
  return tokens_in(top.front());
}

std::vector<LikelyTokens> choice_tokens(const Json& answer, std::size_t count) {
  const Json& choices = net::list_of(answer, "choices", count);
  std::vector<LikelyTokens> tokens(count);
  for (std::size_t i = 0; i < count; ++i) {
    // One prompt has one choice, whatever its index.
    const std::size_t index = count == 1 ? 0 : net::index_of(choices[i], count);
    if (!tokens[index].empty()) throw Nonsense("an \"index\" is there twice");
    tokens[index] = first_tokens(choices[i]);
  }
  return tokens;
}

Json completions_request(const RemoteRecipe& recipe, Prompts prompts) {
  Json body = {{"model", recipe.model},
               {"prompt", prompts.front()},
               {"max_tokens", 1},
               {"temperature", 0},
               {"logprobs", recipe.logprobs}};
  if (prompts.size() > 1) body["prompt"] = std::vector<std::string>(prompts.begin(), prompts.end());
  return body;
}

Json chat_request(const RemoteRecipe& recipe, Prompts prompts) {
  return {{"model", recipe.model}, {"messages", Json::array({{{"role", "user"}, {"content", prompts.front()}}})},
          {"max_tokens", 1},       {"temperature", 0},
          {"logprobs", true},      {"top_logprobs", recipe.logprobs}};
}

/// FollowIR-7B's question, without the marks of a turn, which a chat's template puts around it.
constexpr std::string_view kQuestion =
    "You are an expert Google searcher, whose job is to determine if the following document is relevant to the query "
    "(true/false). Answer using only one word, one of those two choices.\n\nQuery: {need}\nDocument: {document}\n"
    "Relevant (only output one word, either \"true\" or \"false\"): ";

}  // namespace

const AnswerShape kOpenAiCompletions{completions_request, choice_tokens, ""};
const AnswerShape kOpenAiChat{chat_request, choice_tokens, kQuestion};

}  // namespace heed::retrieve
