#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "text/characters.h"

namespace heed::text {

/// The next word of the text at or after byte `at`, which moves behind it; nothing at the end. Words are the tokens of
/// Lucene's StandardTokenizer (StandardTokenizerImpl.jflex): what Unicode Standard Annex 29 puts between word
/// boundaries, if there is a letter, a digit, an ideograph or an emoji in it. Letters and digits of one alphabet keep
/// together, also around an apostrophe, a stop between letters or digits, an underscore; Katakana and Hangul come in
/// runs, so do scripts whose words only a dictionary would find (Thai, Lao, Khmer, Burmese); ideographs and Hiragana
/// come one by one; an emoji sequence is a word. A word of more than 255 UTF-16 units is cut into pieces of at most so
/// many, as Lucene does. What is no valid UTF-8 parts words. Classes of characters are the Unicode version's of ICU,
/// Lucene's are of 9 (emoji: 11).
std::optional<Span> next_word(std::string_view text, std::size_t& at);

}  // namespace heed::text
