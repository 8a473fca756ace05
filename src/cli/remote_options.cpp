#include "cli/remote_options.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/error.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "text/utf8.h"

namespace heed::cli {

const char* RemoteFlags::given() const {
  if (!api.empty()) return "--api";
  if (!url.empty()) return "--url";
  if (!key_env.empty()) return "--key-env";
  if (concurrency) return "--concurrency";
  if (timeout) return "--timeout";
  if (attempts) return "--attempts";
  if (batch) return "--batch";
  return price ? "--price" : nullptr;
}

void add_remote(CLI::App& app, RemoteFlags& flags) {
  constexpr const char* kGroup = "Models behind an API (heed help api)";
  app.add_option("--api", flags.api, "how the service is asked and answers; --model is then the model's name there")
      ->type_name("NAME")
      ->group(kGroup);
  app.add_option("--url", flags.url, "the server, with or without the path. Default: the service's own")
      ->type_name("URL")
      ->group(kGroup);
  app.add_option("--key-env", flags.key_env,
                 "the environment's variable that holds the key. Default: the service's own")
      ->type_name("VARIABLE")
      ->group(kGroup);
  app.add_option("--concurrency", flags.concurrency, "requests under way at once. Default: 4")
      ->type_name("N")
      ->check(CLI::Range(1, 256))
      ->group(kGroup);
  app.add_option("--batch", flags.batch, "texts, documents or prompts a request. Default: the service's usual")
      ->type_name("N")
      ->check(CLI::Range(1, 4096))
      ->group(kGroup);
  app.add_option("--timeout", flags.timeout, "seconds until an answer has come. Default: 120")
      ->type_name("S")
      ->check(CLI::Range(1, 86400))
      ->group(kGroup);
  app.add_option("--attempts", flags.attempts, "times that a request is sent before it is given up. Default: 6")
      ->type_name("N")
      ->check(CLI::Range(1, 100))
      ->group(kGroup);
  app.add_option("--price", flags.price,
                 "USD per million tokens, or per thousand searches, for the estimate of the bill")
      ->type_name("USD")
      ->check(CLI::NonNegativeNumber)
      ->group(kGroup);
}

void add_service(CLI::App& app, RemoteFlags& flags, const std::string& url_default) {
  app.add_option("--url", flags.url, "the server, with or without the path. Default: " + url_default)->type_name("URL");
  app.add_option("--key-env", flags.key_env,
                 "the environment's variable that holds the key. Default: the service's own")
      ->type_name("VARIABLE");
  app.add_option("--timeout", flags.timeout, "seconds until an answer has come. Default: 120")
      ->type_name("S")
      ->check(CLI::Range(1, 86400));
  app.add_option("--attempts", flags.attempts, "times that a request is sent before it is given up. Default: 6")
      ->type_name("N")
      ->check(CLI::Range(1, 100));
}

std::string key_from_environment(const std::string& variable, const std::string& who) {
  if (variable.empty()) return "";
  const char* const value = std::getenv(variable.c_str());
  const std::string key(text::stripped(value == nullptr ? "" : value));
  if (key.empty())
    throw base::BadInput(who + " wants a key: put it into the environment's variable " + variable +
                         ", or name another with --key-env");
  return key;
}

net::ClientHooks telling_hooks() {
  net::ClientHooks hooks;
  hooks.notice = [](const std::string& sentence) {
    check_interrupt();
    say(sentence);
  };
  hooks.sleep = [](std::chrono::milliseconds pause) {  // in naps, so that Ctrl-C need not wait for its end
    constexpr std::chrono::milliseconds kNap(100);
    for (const auto end = std::chrono::steady_clock::now() + pause; std::chrono::steady_clock::now() < end;) {
      check_interrupt();
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(kNap, end - std::chrono::steady_clock::now()));
    }
  };
  return hooks;
}

}  // namespace heed::cli
