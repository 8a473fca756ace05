#pragma once

#include <optional>
#include <string>

#include "cli/command.h"
#include "net/json_service.h"

namespace heed::cli {

/// How a model behind an API is asked; what is not given is the recipe's.
struct RemoteFlags {
  std::string api;
  std::string url, key_env;
  std::optional<int> concurrency, timeout, attempts, batch;
  std::optional<double> price;

  /// The first flag that was given, or nothing.
  const char* given() const;
};

/// All of them, in a group of the help.
void add_remote(CLI::App& app, RemoteFlags& flags);

/// --url, --key-env, --timeout and --attempts alone, for a command that asks a service of its own kind.
void add_service(CLI::App& app, RemoteFlags& flags, const std::string& url_default);

/// The key that the environment's variable holds, without white space at its ends; empty where the variable has no
/// name. Throws BadInput, naming the variable, where a key is needed and there is none.
std::string key_from_environment(const std::string& variable, const std::string& who);

/// Tells people what a service's client tells.
net::ClientHooks telling_hooks();

}  // namespace heed::cli
