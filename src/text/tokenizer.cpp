#include "text/tokenizer.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "text/bert_vocabulary.h"
#include "text/rank_file.h"
#include "text/sentencepiece_model.h"
#include "text/tokenizer_config.h"
#include "text/tokenizer_json.h"
#include "text/tokenizer_parts.h"

namespace heed::text {

namespace {

using std::filesystem::path;

/// A kind of file that describes a tokenizer.
struct Kind {
  /// Whether a file is of this kind, by its name and how it begins.
  bool (*fits)(const path& file, std::string_view beginning);
  TokenizerParts (*read)(const path& file, const TokenizerConfig& config);
};

// To add a kind: write its file, then its row. The first that fits counts.
constexpr Kind kKinds[] = {
    {[](const path& file, std::string_view) { return file.extension() == ".txt"; }, read_bert_vocabulary},
    {[](const path&, std::string_view beginning) {
       const std::size_t first = beginning.find_first_not_of(" \t\r\n");
       return first != std::string_view::npos && beginning[first] == '{';
     },
     [](const path& file, const TokenizerConfig&) { return read_tokenizer_json(file); }},
    {[](const path& file, std::string_view) { return file.extension() == ".json"; },
     [](const path& file, const TokenizerConfig&) { return read_tokenizer_json(file); }},
    {[](const path&, std::string_view beginning) { return looks_like_ranks(beginning); },
     [](const path& file, const TokenizerConfig&) { return read_rank_file(file); }},
    {[](const path&, std::string_view) { return true; }, read_sentencepiece_model},
};

/// The files that a folder may have, the best first.
constexpr std::string_view kFiles[] = {"tokenizer.json", "tokenizer.model", "spiece.model", "vocab.txt"};

TokenizerParts read_parts(const path& file, const TokenizerConfig& config) {
  const std::string content = base::read_file(file);
  const auto kind = std::ranges::find_if(kKinds, [&](const Kind& row) { return row.fits(file, content); });
  return kind->read(file, config);
}

/// Enters added tokens into the vocabulary; those that it has must have the same id there.
void enter(const AddedToken& token, const path& file, const Vocabulary& of_model, Vocabulary& added) {
  const auto fail = [&](const std::string& what) {
    throw base::BadInput(file.string() + ": the added token \"" + token.content + "\" has the id " +
                         std::to_string(token.id) + what);
  };
  if (const auto known = of_model.find(token.content)) {
    if (*known != token.id) fail(", but the vocabulary has it as " + std::to_string(*known));
    return;
  }
  if (const auto other = of_model.piece(token.id)) fail(", which is that of \"" + std::string(*other) + "\"");
  if (!added.add(token.content, token.id)) fail(", but the token or the id is added already");
}

/// Takes over the tokens of the files beside, but for those that are there.
void add_missing(const std::vector<AddedToken>& tokens, std::vector<AddedToken>& added) {
  for (const AddedToken& token : tokens)
    if (std::ranges::find(added, token.content, &AddedToken::content) == added.end()) added.push_back(token);
}

}  // namespace

struct Tokenizer::State {
  State(TokenizerParts read, const path& file, const TokenizerConfig& config);

  void append_tokens(std::string_view text, std::vector<TokenId>& ids) const;
  void append_segment(std::string segment, bool at_start, std::vector<TokenId>& ids) const;
  std::vector<TokenId> tokens(std::string_view text) const;
  std::optional<TokenId> find(std::string_view piece) const;
  std::optional<TokenId> find_end(const path& file, const TokenizerConfig& config) const;

  TokenizerParts parts;
  Vocabulary added;  // those of the added tokens that the model's vocabulary lacks
  AddedTokenFinder raw_tokens, normalized_tokens;
  std::optional<TokenId> end;
};

Tokenizer::State::State(TokenizerParts read, const path& file, const TokenizerConfig& config) : parts(std::move(read)) {
  add_missing(config.added, parts.added);
  std::vector<AddedToken> raw, normalized;
  for (AddedToken token : parts.added) {
    enter(token, file, parts.model->vocabulary(), added);
    if (token.normalized && parts.normalizer) token.content = parts.normalizer(token.content);
    (token.normalized ? normalized : raw).push_back(std::move(token));
  }
  // Of tokens that are written alike the first counts, of special ones before others.
  for (auto* tokens : {&raw, &normalized}) std::ranges::stable_partition(*tokens, &AddedToken::special);
  raw_tokens = AddedTokenFinder(std::move(raw));
  normalized_tokens = AddedTokenFinder(std::move(normalized));
  end = find_end(file, config);
}

std::optional<TokenId> Tokenizer::State::find(std::string_view piece) const {
  const auto id = parts.model->vocabulary().find(piece);
  return id ? id : added.find(piece);
}

std::optional<TokenId> Tokenizer::State::find_end(const path& file, const TokenizerConfig& config) const {
  for (const std::string name : {"eos_token", "sep_token"}) {
    const auto named = config.named.find(name);
    if (named == config.named.end()) continue;
    const auto id = find(named->second);
    if (!id)
      throw base::BadInput(file.string() + ": does not have the " + name + " \"" + named->second +
                           "\" that the file beside it names");
    return id;
  }
  if (const auto after = parts.post_processor.after(); !after.empty()) return after.back();
  for (const std::string_view known : {"</s>", "<|end_of_text|>", "<|endoftext|>", "[SEP]"})
    for (const AddedToken& token : parts.added)
      if (token.special && token.content == known) return token.id;
  return std::nullopt;
}

void Tokenizer::State::append_segment(std::string segment, bool at_start, std::vector<TokenId>& ids) const {
  const auto size = segment.size();
  if (size == 0) return;
  Words words = {std::move(segment), {{0, size}}, at_start};
  if (parts.pre_tokenizer) parts.pre_tokenizer(words);
  for (const Span span : words.spans)
    parts.model->tokenize(std::string_view(words.text).substr(span.begin, span.end - span.begin), ids);
}

void Tokenizer::State::append_tokens(std::string_view text, std::vector<TokenId>& ids) const {
  for (const Part& part : raw_tokens.parts(text)) {
    if (part.token) {
      ids.push_back(*part.token);
      continue;
    }
    std::string segment(text.substr(part.span.begin, part.span.end - part.span.begin));
    if (parts.normalizer) segment = parts.normalizer(std::move(segment));
    for (const Part& inner : normalized_tokens.parts(segment))
      if (inner.token)
        ids.push_back(*inner.token);
      else
        append_segment(segment.substr(inner.span.begin, inner.span.end - inner.span.begin),
                       part.span.begin == 0 && inner.span.begin == 0, ids);
  }
}

std::vector<TokenId> Tokenizer::State::tokens(std::string_view text) const {
  if (text.size() > kLongestText) throw base::BadInput("a text of more than 256 MB cannot be cut into tokens");
  std::vector<TokenId> ids;
  append_tokens(is_ascii(text) ? text : std::string_view(repaired(text)), ids);
  return ids;
}

Tokenizer::Tokenizer(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Tokenizer Tokenizer::open(const path& folder) {
  const TokenizerConfig config = read_tokenizer_config(folder);
  for (const std::string_view name : kFiles)
    if (const path file = folder / name; base::is_there(file))
      return Tokenizer(std::make_unique<const State>(read_parts(file, config), file, config));
  throw base::BadInput(folder.string() +
                       ": there is no tokenizer: none of tokenizer.json, tokenizer.model, spiece.model, vocab.txt");
}

Tokenizer Tokenizer::open_file(const path& file) {
  const TokenizerConfig config;
  return Tokenizer(std::make_unique<const State>(read_parts(file, config), file, config));
}

Encoding Tokenizer::encode(std::string_view text, Specials specials, std::optional<int> max_length) const {
  return state_->parts.post_processor.single(state_->tokens(text), specials, max_length);
}

Encoding Tokenizer::encode_pair(std::string_view first, std::string_view second, std::optional<int> max_length) const {
  const PostProcessor& processor = state_->parts.post_processor;
  if (!second.empty()) return processor.pair(state_->tokens(first), state_->tokens(second), max_length);
  Encoding alone = processor.single(state_->tokens(first), Specials::kAll, std::nullopt);
  if (max_length && alone.ids.size() > static_cast<std::size_t>(std::max(0, *max_length)))
    throw base::BadInput("the first text has " + base::counted(static_cast<long>(alone.ids.size()), "token", "tokens") +
                         " with the special ones, more than the maximum of " + std::to_string(*max_length));
  return alone;
}

int Tokenizer::pair_specials() const {
  return state_->parts.post_processor.pair_specials();
}

std::vector<Encoding> Tokenizer::encode_all(std::span<const std::string> texts, Specials specials,
                                            std::optional<int> max_length, int threads) const {
  std::vector<Encoding> result(texts.size());
  base::parallel_for(texts.size(), threads,
                     [&](int, std::size_t item) { result[item] = encode(texts[item], specials, max_length); });
  return result;
}

std::optional<TokenId> Tokenizer::id(std::string_view piece) const {
  return state_->find(piece);
}

std::string_view Tokenizer::piece(TokenId id) const {
  const auto of_model = state_->parts.model->vocabulary().piece(id);
  const auto found = of_model ? of_model : state_->added.piece(id);
  base::check(found.has_value());
  return *found;
}

int Tokenizer::vocabulary_size() const {
  return std::max(state_->parts.model->vocabulary().size(), state_->added.size());
}

std::optional<TokenId> Tokenizer::start_token() const {
  const std::vector<TokenId> before = state_->parts.post_processor.before();
  return before.size() == 1 ? std::optional(before.front()) : std::nullopt;
}

std::optional<TokenId> Tokenizer::end_token() const {
  return state_->end;
}

}  // namespace heed::text
