#include "text/rank_file.h"

#include <array>

#include "base/error.h"
#include "format/fields.h"
#include "format/lines.h"
#include "text/base64.h"
#include "text/bpe.h"
#include "text/pre_tokenizers.h"

namespace heed::text {

namespace {

struct RankedPiece {
  std::string bytes;
  TokenId rank = 0;
};

std::optional<RankedPiece> ranked_piece(std::string_view line) {
  const format::Fields fields = format::split_fields(line);
  if (fields.size() != 2) return std::nullopt;
  auto bytes = from_base64(fields[0]);
  const auto rank = format::parse_integer(fields[1]);
  if (!bytes || bytes->empty() || !rank || *rank < 0 || *rank >= kMaxTokens) return std::nullopt;
  return RankedPiece{std::move(*bytes), static_cast<TokenId>(*rank)};
}

/// Pieces as byte-level BPE writes them, so that they have the names that tokenizer.json gives them.
Vocabulary read_ranks(const std::filesystem::path& file) {
  format::LineReader lines(file);
  Vocabulary vocabulary;
  while (const auto line = lines.next()) {
    const auto piece = ranked_piece(*line);
    if (!piece) lines.fail("not a piece in base64 and its rank");
    if (!vocabulary.add(byte_level_piece(piece->bytes), piece->rank))
      lines.fail("the piece or the rank is there twice");
  }
  for (int byte = 0; byte < 256; ++byte)
    if (!vocabulary.find(byte_level_piece(std::string(1, static_cast<char>(byte)))))
      throw base::BadInput(file.string() + ": there is no piece for the byte " + std::to_string(byte));
  return vocabulary;
}

/// Llama 3's special tokens, in the order of their ids.
std::vector<std::string> special_names() {
  constexpr std::size_t kCount = 256;
  std::vector<std::string> names(kCount);
  names[0] = "<|begin_of_text|>";
  names[1] = "<|end_of_text|>";
  names[6] = "<|start_header_id|>";
  names[7] = "<|end_header_id|>";
  names[9] = "<|eot_id|>";
  int reserved = 0;
  for (std::string& name : names)
    if (name.empty()) name = "<|reserved_special_token_" + std::to_string(reserved++) + "|>";
  return names;
}

}  // namespace

bool looks_like_ranks(std::string_view content) {
  return ranked_piece(content.substr(0, content.find('\n'))).has_value();
}

TokenizerParts read_rank_file(const std::filesystem::path& file) {
  TokenizerParts parts;
  Vocabulary vocabulary = read_ranks(file);
  const TokenId begin = vocabulary.size();
  for (std::string& name : special_names()) {
    AddedToken token;
    token.content = std::move(name);
    token.id = begin + static_cast<TokenId>(parts.added.size());
    token.special = true;
    parts.added.push_back(std::move(token));
  }
  parts.pre_tokenizer = byte_level_split(kLlama3Words);
  parts.model = Bpe::by_ids(std::move(vocabulary));
  parts.post_processor = PostProcessor({TemplatePiece::special(begin, 0), TemplatePiece::first(0)},
                                       {TemplatePiece::special(begin, 0), TemplatePiece::first(0),
                                        TemplatePiece::special(begin, 1), TemplatePiece::second(1)});
  return parts;
}

}  // namespace heed::text
