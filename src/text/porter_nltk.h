#pragma once

#include <string>
#include <string_view>

namespace heed::text {

/// The stem of one lower-case token by NLTK's variant of Porter's algorithm (nltk.stem.PorterStemmer in its default
/// mode, NLTK_EXTENSIONS): Porter 1980 with twelve irregular words, words of at most two letters left alone, and
/// changes in steps 1a, 1b, 1c, 2 and 5b. libstemmer's Porter gives other stems. Letters are code points; anything but
/// a, e, i, o, u and y counts as a consonant.
std::string porter_nltk(std::string_view token);

}  // namespace heed::text
