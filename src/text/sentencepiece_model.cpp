#include "text/sentencepiece_model.h"

#include <algorithm>

#include <sentencepiece_processor.h>

#include "base/error.h"
#include "base/file.h"
#include "text/charsmap.h"

namespace heed::text {

namespace {

using sentencepiece::SentencePieceProcessor;

/// The varint at the front of a serialized message, taken off it.
std::optional<std::uint64_t> take_varint(std::string_view& message) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !message.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(message.front());
    message.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

/// The contents of the fields of that number that hold bytes, in a serialized protocol buffer (Protocol Buffers,
/// "Encoding"); what follows damage is left out.
std::vector<std::string_view> fields_of(std::string_view message, std::uint64_t number) {
  std::vector<std::string_view> found;
  while (const auto key = take_varint(message)) {
    const std::uint64_t kind = *key & 7;
    std::optional<std::uint64_t> size;
    if (kind == 0 && take_varint(message)) size = 0;
    if (kind == 1) size = 8;
    if (kind == 2) size = take_varint(message);
    if (kind == 5) size = 4;
    if (!size || *size > message.size()) break;
    if (kind == 2 && *key >> 3 == number) found.push_back(message.substr(0, *size));
    message.remove_prefix(*size);
  }
  return found;
}

/// Whether the library may be given the model: it follows the table of characters (ModelProto's normalizer_spec and
/// denormalizer_spec, and in those precompiled_charsmap) without looking where it leads.
bool has_closed_tables(std::string_view model) {
  for (const std::uint64_t spec : {3, 5})
    for (const std::string_view normalizer : fields_of(model, spec))
      for (const std::string_view table : fields_of(normalizer, 2))
        if (!table.empty() && !Charsmap(table).is_closed()) return false;
  return true;
}

class SentencePieceModel : public SubwordModel {
 public:
  explicit SentencePieceModel(const std::filesystem::path& file) {
    if (!load(base::read_file(file))) throw base::BadInput(file.string() + ": not a SentencePiece model");
    if (processor_.GetPieceSize() > kMaxTokens) throw base::BadInput(file.string() + ": the vocabulary is too large");
    for (TokenId id = 0; id < processor_.GetPieceSize(); ++id)
      if (!vocabulary_.add(processor_.IdToPiece(id), id))
        throw base::BadInput(file.string() + ": the piece \"" + processor_.IdToPiece(id) + "\" is there twice");
  }

  void tokenize(std::string_view word, std::vector<TokenId>& ids) const override {
    std::vector<int> found;
    base::check(processor_.Encode({word.data(), word.size()}, &found).ok());
    ids.insert(ids.end(), found.begin(), found.end());
  }
  const Vocabulary& vocabulary() const override { return vocabulary_; }
  const SentencePieceProcessor& processor() const { return processor_; }

 private:
  bool load(const std::string& content) try {
    return !content.empty() && has_closed_tables(content) && processor_.LoadFromSerializedProto(content).ok() &&
           processor_.GetPieceSize() > 0;
  } catch (const std::exception&) {  // of the library's trie, for pieces that it cannot hold; of a damaged table
    return false;
  }

  SentencePieceProcessor processor_;
  Vocabulary vocabulary_;
};

AddedToken special(std::string content, TokenId id) {
  AddedToken token;
  token.content = std::move(content);
  token.id = id;
  token.special = true;
  return token;
}

/// The model's own special tokens: those of its ids that it has.
std::vector<AddedToken> own_specials(const SentencePieceModel& model) {
  const SentencePieceProcessor& processor = model.processor();
  std::vector<AddedToken> result;
  for (const int id : {processor.unk_id(), processor.bos_id(), processor.eos_id(), processor.pad_id()})
    if (id >= 0 && id < processor.GetPieceSize()) result.push_back(special(processor.IdToPiece(id), id));
  return result;
}

/// T5's sentinels, which follow the pieces in falling order; a model that has them as pieces gets no others.
std::vector<AddedToken> sentinels(const SentencePieceModel& model, int count) {
  std::vector<AddedToken> result;
  TokenId id = model.vocabulary().size();
  for (int number = count - 1; number >= 0; --number) {
    std::string content = "<extra_id_" + std::to_string(number) + ">";
    const auto known = model.vocabulary().find(content);
    result.push_back(special(std::move(content), known ? *known : id++));
  }
  return result;
}

/// The tokens, then all of the texts, each of type 0 with `before` and `after` around it.
PostProcessor around(const std::vector<TokenId>& before, const std::vector<TokenId>& after) {
  const auto with = [&](PostProcessor::Template& pieces, const TemplatePiece& text) {
    for (const TokenId id : before) pieces.push_back(TemplatePiece::special(id, text.type_id));
    pieces.push_back(text);
    for (const TokenId id : after) pieces.push_back(TemplatePiece::special(id, text.type_id));
  };
  PostProcessor::Template single, pair;
  with(single, TemplatePiece::first(0));
  with(pair, TemplatePiece::first(0));
  with(pair, TemplatePiece::second(before.empty() ? 0 : 1));  // Llama's second texts are of type 1, T5's of type 0
  return {std::move(single), std::move(pair)};
}

void check_class(const std::filesystem::path& file, const TokenizerConfig& config) {
  static constexpr std::string_view kKnown[] = {
      "", "LlamaTokenizer", "LlamaTokenizerFast", "T5Tokenizer", "T5TokenizerFast", "EncT5Tokenizer"};
  if (std::ranges::find(kKnown, config.tokenizer_class) == std::end(kKnown))
    throw base::BadInput(file.string() + ": a SentencePiece model for the tokenizer_class \"" + config.tokenizer_class +
                         "\" is not supported; a tokenizer.json would be");
  if (!config.legacy)
    throw base::BadInput(file.string() +
                         ": \"legacy\": false is not supported for a SentencePiece model; a tokenizer.json would be");
}

}  // namespace

TokenizerParts read_sentencepiece_model(const std::filesystem::path& file, const TokenizerConfig& config) {
  check_class(file, config);
  constexpr int kSentinels = 100;  // T5Tokenizer's extra_ids
  auto model = std::make_unique<SentencePieceModel>(file);
  const int start = model->processor().bos_id(), end = model->processor().eos_id();
  const bool is_llama = start >= 0;
  TokenizerParts parts;
  parts.added = own_specials(*model);
  if (!is_llama)
    std::ranges::move(sentinels(*model, config.extra_ids.value_or(kSentinels)), std::back_inserter(parts.added));
  std::vector<TokenId> before, after;
  if (is_llama && config.add_bos_token.value_or(true)) before.push_back(start);
  if (end >= 0 && config.add_eos_token.value_or(!is_llama)) after.push_back(end);
  parts.post_processor = around(before, after);
  parts.model = std::move(model);
  return parts;
}

}  // namespace heed::text
