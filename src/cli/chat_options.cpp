#include "cli/chat_options.h"

#include <chrono>

#include "base/error.h"
#include "retrieve/remote_model.h"

namespace heed::cli {

void add_chat_model(CLI::App& app, ChatFlags& flags, const std::string& which) {
  app.add_option("--model", flags.model, "the chat model, as the service calls it; " + which)->type_name("NAME");
}

void add_chat(CLI::App& app, ChatFlags& flags) {
  add_service(app, flags.service, "https://api.openai.com");
  app.add_option("--concurrency", flags.concurrency, "topics asked about at once")
      ->type_name("N")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--tries", flags.tries, "times that a question is asked until its answer can be used")
      ->type_name("N")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  app.add_option("--max-tokens", flags.max_tokens, "of an answer")
      ->type_name("N")
      ->check(CLI::Range(16, 100000))
      ->capture_default_str();
  app.add_option("--seed", flags.seed, "sent to the service, where it has seeds")->type_name("N");
}

net::Chat chat_of(const ChatFlags& flags) {
  if (flags.model.empty()) throw base::BadUsage("--model names the model as the service calls it");
  auto recipe = retrieve::default_remote_recipe("openai-chat");
  recipe.url = flags.service.url;
  recipe.model = flags.model;
  recipe.key_env = flags.service.key_env;
  net::ChatSettings settings;
  settings.model = flags.model;
  settings.max_tokens = flags.max_tokens;
  settings.seed = flags.seed;
  settings.service.url = address_of(recipe);
  const std::string variable = key_variable(recipe);
  if (const std::string key = key_from_environment(variable, net::origin_of(settings.service.url)); !key.empty())
    settings.service.key = net::Header{"Authorization", "Bearer " + key};
  settings.service.key_hint = variable.empty()
                                  ? "no key was sent: --key-env names the environment's variable that holds it"
                                  : "is the one in " + variable + " right?";
  settings.service.concurrency = flags.concurrency;
  settings.service.patience.attempts = flags.service.attempts.value_or(6);
  settings.service.patience.silence = std::chrono::seconds(flags.service.timeout.value_or(120));
  settings.service.patience.whole = settings.service.patience.silence;
  settings.service.hooks = telling_hooks();
  return net::Chat(settings);
}

std::string answerer_of(const ChatFlags& flags, std::string_view url) {
  std::string name = flags.model + " at " + net::origin_of(url);
  const std::size_t path = url.find('/', url.find("://") + 3);
  if (path != std::string_view::npos) name += url.substr(path, url.find_first_of("?#", path) - path);
  name += ", max_tokens " + std::to_string(flags.max_tokens);
  if (flags.seed) name += ", seed " + std::to_string(*flags.seed);
  return name;
}

net::AskChat asking(const net::Chat& chat, const ChatFlags& flags) {
  return [&chat, seed = flags.seed](const net::ChatQuestion& question) {
    if (question.tried == 0) return chat.ask(question.prompt);
    net::ChatVariation variation{.temperature = 0.7};
    if (seed) variation.seed = *seed + question.tried;
    return chat.ask(question.prompt, variation);
  };
}

}  // namespace heed::cli
