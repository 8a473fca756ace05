#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace heed::format {

bool is_utf8(std::string_view bytes);

/// Appends the code point's UTF-8. REQUIRES: a code point of Unicode, no surrogate.
void append_utf8(std::string& text, std::uint32_t point);

/// What a byte from 0x80 to 0x9F means in windows-1252; U+FFFD for the five that mean nothing (Unicode's table CP1252).
std::uint32_t windows_1252(unsigned char byte);

/// UTF-8 of bytes that are windows-1252, of which Latin-1's printable characters are a part.
std::string from_windows_1252(std::string_view bytes);

}  // namespace heed::format
