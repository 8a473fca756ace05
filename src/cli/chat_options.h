#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/remote_options.h"
#include "net/answer_log.h"
#include "net/chat.h"

namespace heed::cli {

/// How a chat model is asked, on every command that asks one.
struct ChatFlags {
  RemoteFlags service{};
  std::string model{};
  int concurrency = 1, max_tokens = 256, tries = 3;
  std::optional<long> seed{};
};

/// --model, with a word on which one, and all the rest of them; what stands in `flags` is their default.
void add_chat_model(CLI::App& app, ChatFlags& flags, const std::string& which);
void add_chat(CLI::App& app, ChatFlags& flags);

/// Opens what they mean, with its key from the environment. Throws BadInput where the key is missing, BadUsage where
/// --model is.
net::Chat chat_of(const ChatFlags& flags);

/// What answers, with all that makes it answer otherwise; the address without what may be secret in it.
std::string answerer_of(const ChatFlags& flags, std::string_view url);

/// Asks it. A model that answered what cannot be used would answer it again: another temperature, 0.7 after the first
/// time's 0, and another seed where it has one. REQUIRES: both outlive what is given.
net::AskChat asking(const net::Chat& chat, const ChatFlags& flags);

}  // namespace heed::cli
