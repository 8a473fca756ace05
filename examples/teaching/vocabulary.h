#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace heed::teaching {

/// The pieces of a small WordPiece vocabulary, in the order of their ids: special tokens, characters, endings, the most
/// frequent words of the texts, the most frequent beginnings of what is left of other words. A word whose root
/// (words.h) is a piece is none itself, so that "tumors" becomes "tumor" and "##s" and both forms match.
std::vector<std::string> make_vocabulary(std::span<const std::string> texts, std::size_t words, std::size_t beginnings);

/// As above, of a list of words that are all alike, so many of them as they come.
std::vector<std::string> make_vocabulary_of_list(std::span<const std::string> list, std::size_t words,
                                                 std::size_t beginnings);

/// The text of vocab.txt.
std::string vocabulary_file(std::span<const std::string> pieces);

}  // namespace heed::teaching
