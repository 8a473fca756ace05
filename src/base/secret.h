#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace heed::base {

/// So many bytes that nobody can guess, from the operating system, as hexadecimal digits in lower case.
std::string secret(std::size_t bytes);

/// Whether the texts are the same, in a time that depends on the length of `given` alone: who guesses learns nothing
/// from how long a refusal takes.
bool is_same_secret(std::string_view given, std::string_view secret);

}  // namespace heed::base
