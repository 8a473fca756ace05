#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heed::text {

/// The bytes that a base64 text (RFC 4648, padded) stands for; nothing where it is none.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace heed::text
