#pragma once

#include <string>
#include <string_view>

namespace heed::text {

/// The text in lower case, by the full mapping of Unicode without a language (as Python's str.lower): final sigma
/// included. What is no valid UTF-8 becomes U+FFFD.
std::string lower(std::string_view text);

/// The code points of the text; what is no valid UTF-8 becomes U+FFFD.
std::u32string decode(std::string_view text);
std::string encode(std::u32string_view text);

/// The text without the white space at its ends, white space as Python's str.strip has it (Unicode's, and U+001C to
/// U+001F).
std::string_view stripped(std::string_view text);

}  // namespace heed::text
