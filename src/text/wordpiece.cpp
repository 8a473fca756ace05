#include "text/wordpiece.h"

#include <algorithm>

#include "base/error.h"
#include "text/characters.h"

namespace heed::text {

WordPiece::WordPiece(Vocabulary vocabulary, Options options)
    : vocabulary_(std::move(vocabulary)), options_(std::move(options)) {
  const auto unknown = vocabulary_.find(options_.unknown);
  if (!unknown) throw base::BadInput("the unknown token \"" + options_.unknown + "\" is not in the vocabulary");
  unknown_ = *unknown;
  for (TokenId id = 0; id < vocabulary_.size(); ++id)
    longest_ = std::max(longest_, vocabulary_.piece(id).value_or("").size());
}

std::unique_ptr<SubwordModel> WordPiece::read(const JsonPart& description) {
  Options options;
  options.unknown = description.text_or("unk_token", options.unknown);
  options.continuing_prefix = description.text_or("continuing_subword_prefix", options.continuing_prefix);
  if (description.has("max_input_chars_per_word"))
    options.max_characters = static_cast<std::size_t>(description.integer("max_input_chars_per_word", 0, 1 << 20));
  Vocabulary vocabulary = read_vocabulary(description);
  try {
    return std::make_unique<WordPiece>(std::move(vocabulary), std::move(options));
  } catch (const base::BadInput& error) {
    description.fail(error.what());
  }
}

void WordPiece::tokenize(std::string_view word, std::vector<TokenId>& ids) const {
  const std::size_t before = ids.size();
  if (count_code_points(word) > options_.max_characters) {
    ids.push_back(unknown_);
    return;
  }
  std::string piece;
  for (std::size_t begin = 0; begin < word.size();) {
    piece = begin > 0 ? options_.continuing_prefix : "";
    const std::size_t prefix = piece.size();
    piece += word.substr(begin, longest_);
    std::optional<TokenId> id;
    while (piece.size() > prefix && !(id = vocabulary_.find(piece))) piece.pop_back();
    if (!id) {
      ids.resize(before);
      ids.push_back(unknown_);
      return;
    }
    ids.push_back(*id);
    begin += piece.size() - prefix;
  }
}

}  // namespace heed::text
