#pragma once

#include "net/answer_log.h"
#include "net/json_service.h"

namespace heed::net {

/// How a chat model is asked.
struct ChatSettings {
  ServiceSettings service{};  ///< its url is the server's, or the whole of .../v1/chat/completions
  std::string model{};
  int max_tokens = 256;
  std::optional<long> seed{};
};

/// What makes an answer another one.
struct ChatVariation {
  double temperature = 0;
  std::optional<long> seed{};  ///< in place of the settings'
};

/// A chat model behind the API that OpenAI made and others took over (vLLM, llama-server, Ollama..), asked by one
/// message of the user's. May be used by several threads at once.
class Chat {
 public:
  explicit Chat(const ChatSettings& settings);

  /// What the model answers, as it is. Throws as JsonService, Unavailable also where the answer has no text.
  ChatAnswer ask(std::string_view message, const ChatVariation& variation = {}) const;

  const JsonService& service() const { return service_; }

 private:
  ChatSettings settings_;
  JsonService service_;
};

}  // namespace heed::net
