#include "text/tokenizer_config.h"

#include <algorithm>

#include "base/file.h"
#include "format/fields.h"
#include "text/json_part.h"
#include "text/vocabulary.h"

namespace heed::text {

namespace {

using format::IndexedJson;

/// Calls read(part) with the document in a file of the folder, if it is there.
template <typename Read>
void with_document(const std::filesystem::path& file, Read read) {
  if (!base::is_there(file)) return;
  const IndexedJson document = format::read_indexed_json(file);
  const JsonPart part(document, file.string() + ":");
  if (!document.is_object()) part.fail("is not an object");
  read(part);
}

/// The tokens with names that end in _token, each a string or an object with its "content".
void read_named(const JsonPart& from, TokenizerConfig& config) {
  for (const auto& [name, value] : from.value().items()) {
    if (!name.ends_with("_token") || name.starts_with("add_")) continue;
    if (value.is_string())
      config.named.emplace(name, value.get<std::string>());
    else if (value.is_object())
      config.named.emplace(name, from.part(name).text("content"));
  }
}

void add_once(AddedToken token, TokenizerConfig& config) {
  if (std::ranges::find(config.added, token.content, &AddedToken::content) == config.added.end())
    config.added.push_back(std::move(token));
}

void read_added_tokens_decoder(const JsonPart& from, TokenizerConfig& config) {
  if (!from.has("added_tokens_decoder")) return;
  const JsonPart tokens = from.part("added_tokens_decoder");
  if (!tokens.value().is_object()) tokens.fail("is not an object");
  for (const auto& [key, value] : tokens.value().items()) {
    const auto id = format::parse_integer(key);
    if (!id || *id < 0 || *id >= kMaxTokens) tokens.fail("\"" + key + "\" is not an id");
    add_once(read_added_token(tokens.part(key), static_cast<TokenId>(*id)), config);
  }
}

void read_main(const JsonPart& from, TokenizerConfig& config) {
  config.tokenizer_class = from.text_or("tokenizer_class", "");
  config.do_lower_case = from.flag_or("do_lower_case", config.do_lower_case);
  config.tokenize_chinese_chars = from.flag_or("tokenize_chinese_chars", config.tokenize_chinese_chars);
  if (from.has("strip_accents")) config.strip_accents = from.flag("strip_accents");
  if (from.has("add_bos_token")) config.add_bos_token = from.flag("add_bos_token");
  if (from.has("add_eos_token")) config.add_eos_token = from.flag("add_eos_token");
  config.legacy = from.flag_or("legacy", config.legacy);
  if (from.has("extra_ids")) config.extra_ids = static_cast<int>(from.integer("extra_ids", 0, 1 << 16));
  read_named(from, config);
  read_added_tokens_decoder(from, config);
}

/// Pieces and ids; those that have a name are special.
void read_added(const JsonPart& from, TokenizerConfig& config) {
  for (const auto& [content, value] : from.value().items()) {
    AddedToken token;
    token.content = content;
    token.id = static_cast<TokenId>(from.integer(content, 0, kMaxTokens - 1));
    token.special = std::ranges::any_of(config.named, [&](const auto& entry) { return entry.second == content; });
    token.normalized = !token.special;
    add_once(std::move(token), config);
  }
}

}  // namespace

std::string TokenizerConfig::named_or(const std::string& name, const std::string& fallback) const {
  const auto place = named.find(name);
  return place != named.end() ? place->second : fallback;
}

TokenizerConfig read_tokenizer_config(const std::filesystem::path& folder) {
  TokenizerConfig config;
  with_document(folder / "tokenizer_config.json", [&](const JsonPart& from) { read_main(from, config); });
  with_document(folder / "special_tokens_map.json", [&](const JsonPart& from) { read_named(from, config); });
  with_document(folder / "added_tokens.json", [&](const JsonPart& from) { read_added(from, config); });
  return config;
}

AddedToken read_added_token(const JsonPart& description, TokenId id) {
  AddedToken token;
  token.id = id;
  token.content = description.text("content");
  token.single_word = description.flag_or("single_word", false);
  token.lstrip = description.flag_or("lstrip", false);
  token.rstrip = description.flag_or("rstrip", false);
  token.special = description.flag_or("special", false);
  token.normalized = description.flag_or("normalized", !token.special);
  return token;
}

}  // namespace heed::text
