#pragma once

#include <span>
#include <string>
#include <string_view>

namespace heed::cli {

/// Writes results to stdout. Throws BadInput where they cannot be written (a full disk), so that nobody takes a cut
/// file for a whole one.
void print(std::string_view text);

/// Writes one line for people to stderr, `heed: ` before it.
void say(std::string_view sentence);
void say_all(std::span<const std::string> sentences);

}  // namespace heed::cli
