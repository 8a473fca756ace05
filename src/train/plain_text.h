#pragma once

#include <string>
#include <string_view>

#include "collection/need.h"

namespace heed::train {

/// The text in lower case, one blank between words, words being letters, digits and what is beyond ASCII, but for
/// typographic quotes and dashes (U+2000 to U+203F). Empty where the text has no word.
std::string plain_text(std::string_view text);

/// What two needs have in common that ask the same query, however it is spaced, capitalised and punctuated: its plain
/// text, or the query itself where that has no word. Where there is no query, the instruction is what is asked.
std::string query_key(const collection::Need& need);

/// Whether there is nothing but white space.
bool is_blank(std::string_view text);

}  // namespace heed::train
