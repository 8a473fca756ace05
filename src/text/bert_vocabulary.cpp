#include "text/bert_vocabulary.h"

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "text/normalizers.h"
#include "text/pre_tokenizers.h"
#include "text/wordpiece.h"

namespace heed::text {

namespace {

/// Every line is a piece, blank ones too, so that ids are line numbers.
Vocabulary read_lines(const std::filesystem::path& file) {
  const std::string content = base::read_file(file);
  Vocabulary vocabulary;
  for (std::size_t begin = 0; begin < content.size();) {
    const std::size_t end = std::min(content.find('\n', begin), content.size());
    std::string_view piece = std::string_view(content).substr(begin, end - begin);
    if (piece.ends_with('\r')) piece.remove_suffix(1);
    const int line = vocabulary.size() + 1;
    if (line > kMaxTokens) throw base::BadInput(file.string() + ": the vocabulary is too large");
    if (!vocabulary.add(piece, vocabulary.size()))
      throw base::BadInput(file.string() + ":" + std::to_string(line) + ": the piece \"" + std::string(piece) +
                           "\" is there twice");
    begin = end + 1;
  }
  return vocabulary;
}

std::vector<AddedToken> special_tokens(const Vocabulary& vocabulary, const TokenizerConfig& config) {
  static constexpr const char* kNames[][2] = {{"unk_token", "[UNK]"},
                                              {"sep_token", "[SEP]"},
                                              {"pad_token", "[PAD]"},
                                              {"cls_token", "[CLS]"},
                                              {"mask_token", "[MASK]"}};
  std::vector<AddedToken> result;
  for (const auto& [name, usual] : kNames) {
    AddedToken token;
    token.content = config.named_or(name, usual);
    const auto id = vocabulary.find(token.content);
    if (!id) continue;
    token.id = *id;
    token.special = true;
    result.push_back(std::move(token));
  }
  return result;
}

PostProcessor around(TokenId start, TokenId end) {
  return {{TemplatePiece::special(start, 0), TemplatePiece::first(0), TemplatePiece::special(end, 0)},
          {TemplatePiece::special(start, 0), TemplatePiece::first(0), TemplatePiece::special(end, 0),
           TemplatePiece::second(1), TemplatePiece::special(end, 1)}};
}

}  // namespace

TokenizerParts read_bert_vocabulary(const std::filesystem::path& file, const TokenizerConfig& config) {
  Vocabulary vocabulary = read_lines(file);
  const auto needed = [&](const std::string& token) {
    const auto id = vocabulary.find(token);
    if (!id) throw base::BadInput(file.string() + ": the special token \"" + token + "\" is not in the vocabulary");
    return *id;
  };
  WordPiece::Options options;
  options.unknown = config.named_or("unk_token", options.unknown);
  needed(options.unknown);
  TokenizerParts parts;
  parts.post_processor =
      around(needed(config.named_or("cls_token", "[CLS]")), needed(config.named_or("sep_token", "[SEP]")));
  parts.added = special_tokens(vocabulary, config);
  BertNormalization normalization;
  normalization.handle_chinese_chars = config.tokenize_chinese_chars;
  normalization.lowercase = config.do_lower_case;
  normalization.strip_accents = config.strip_accents.value_or(config.do_lower_case);
  parts.normalizer = bert_normalizer(normalization);
  parts.pre_tokenizer = bert_pre_tokenizer();
  parts.model = std::make_unique<WordPiece>(std::move(vocabulary), std::move(options));
  return parts;
}

}  // namespace heed::text
