#include "text/post_processor.h"

#include <algorithm>
#include <string>

#include "base/error.h"

namespace heed::text {

namespace {

using Kind = TemplatePiece::Kind;
using Template = PostProcessor::Template;

std::size_t count_specials(std::span<const TemplatePiece> pieces) {
  std::size_t count = 0;
  for (const TemplatePiece& piece : pieces) count += piece.ids.size();
  return count;
}

std::span<const TemplatePiece> before_text(const Template& pieces) {
  const auto text = std::ranges::find(pieces, Kind::kFirst, &TemplatePiece::kind);
  return std::span(pieces).first(static_cast<std::size_t>(text - pieces.begin()));
}

std::vector<TokenId> ids_of(std::span<const TemplatePiece> pieces) {
  std::vector<TokenId> ids;
  for (const TemplatePiece& piece : pieces) ids.insert(ids.end(), piece.ids.begin(), piece.ids.end());
  return ids;
}

void append(std::span<const TokenId> ids, TokenId type_id, Encoding& encoding) {
  encoding.ids.insert(encoding.ids.end(), ids.begin(), ids.end());
  encoding.type_ids.resize(encoding.ids.size(), type_id);
}

void cut(std::vector<TokenId>& ids, std::size_t room, Encoding& encoding) {
  encoding.is_cut = ids.size() > room;
  if (encoding.is_cut) ids.resize(room);
}

/// How many tokens of texts fit beside so many special ones.
std::size_t room_for_text(std::size_t specials, std::optional<int> max_length) {
  if (!max_length) return static_cast<std::size_t>(-1);
  if (*max_length < 0 || static_cast<std::size_t>(*max_length) < specials)
    throw base::BadInput("a maximum of " + base::counted(*max_length, "token", "tokens") +
                         " leaves no room for the special tokens");
  return static_cast<std::size_t>(*max_length) - specials;
}

/// Reads post-processors of one tokenizer.
class Reader {
 public:
  explicit Reader(int vocabulary_size) : vocabulary_size_(vocabulary_size) {}

  std::optional<PostProcessor> read(const JsonPart& from) const;

 private:
  std::optional<PostProcessor> read_template(const JsonPart& from) const;
  std::optional<PostProcessor> read_bert(const JsonPart& from) const;
  std::optional<PostProcessor> read_roberta(const JsonPart& from) const;
  std::optional<PostProcessor> read_byte_level(const JsonPart&) const { return std::nullopt; }  // only offsets
  std::optional<PostProcessor> read_sequence(const JsonPart& from) const;

  Template read_pieces(const JsonPart& from, std::string_view key) const;
  TemplatePiece read_piece(const JsonPart& from, const JsonPart& processor) const;
  std::vector<TokenId> read_special_ids(const JsonPart& processor, const std::string& name) const;
  /// The id of a pair of token and id: ["[SEP]", 102].
  TokenId read_token(const JsonPart& from, std::string_view key) const;

  struct Row {
    std::string_view type;
    std::optional<PostProcessor> (Reader::*read)(const JsonPart& from) const;
  };
  // To add a kind: write its function, then its row.
  static constexpr std::size_t kKinds = 5;
  static const Row kTable[kKinds];

  int vocabulary_size_;
};

const Reader::Row Reader::kTable[] = {
    {"TemplateProcessing", &Reader::read_template}, {"BertProcessing", &Reader::read_bert},
    {"RobertaProcessing", &Reader::read_roberta},   {"ByteLevel", &Reader::read_byte_level},
    {"Sequence", &Reader::read_sequence},
};

std::optional<PostProcessor> Reader::read(const JsonPart& from) const {
  const std::string type = from.text("type");
  const auto row = std::ranges::find(kTable, type, &Row::type);
  if (row == std::end(kTable)) from.fail("the post_processor \"" + type + "\" is not supported");
  return (this->*row->read)(from);
}

std::vector<TokenId> Reader::read_special_ids(const JsonPart& processor, const std::string& name) const {
  const JsonPart specials = processor.part("special_tokens");
  if (!specials.has(name)) specials.fail("the template names \"" + name + "\", which is not there");
  const JsonPart ids = specials.part(name).part("ids");
  if (!ids.value().is_array()) ids.fail("is not a list");
  std::vector<TokenId> result;
  for (const format::IndexedJson& id : ids.value()) {
    if (!id.is_number_integer() || id.get<double>() < 0 || id.get<double>() >= vocabulary_size_)
      ids.fail("has an element that is no token of the vocabulary");
    result.push_back(id.get<TokenId>());
  }
  return result;
}

TemplatePiece Reader::read_piece(const JsonPart& from, const JsonPart& processor) const {
  constexpr long kMostTypes = 1 << 20;
  const bool is_special = from.has("SpecialToken");
  const JsonPart inside = from.part(is_special ? "SpecialToken" : "Sequence");
  const std::string id = inside.text("id");
  const auto type_id = static_cast<TokenId>(inside.integer("type_id", 0, kMostTypes));
  if (is_special) return {Kind::kSpecial, read_special_ids(processor, id), type_id};
  if (id != "A" && id != "B") inside.fail("a sequence is \"A\" or \"B\"");
  return {id == "A" ? Kind::kFirst : Kind::kSecond, {}, type_id};
}

Template Reader::read_pieces(const JsonPart& from, std::string_view key) const {
  Template pieces;
  for (const JsonPart& piece : from.list(key)) pieces.push_back(read_piece(piece, from));
  const auto count = [&](Kind kind) { return std::ranges::count(pieces, kind, &TemplatePiece::kind); };
  if (count(Kind::kFirst) != 1 || count(Kind::kSecond) != (key == "pair" ? 1 : 0))
    from.part(key).fail("does not have each of its texts once");
  return pieces;
}

std::optional<PostProcessor> Reader::read_template(const JsonPart& from) const {
  Template pair = {TemplatePiece::first(0), TemplatePiece::second(1)};
  if (from.has("pair")) pair = read_pieces(from, "pair");
  return PostProcessor(read_pieces(from, "single"), std::move(pair));
}

TokenId Reader::read_token(const JsonPart& from, std::string_view key) const {
  const JsonPart pair = from.part(key);
  const format::IndexedJson& value = pair.value();
  if (!value.is_array() || value.size() != 2 || !value[0].is_string() || !value[1].is_number_integer() ||
      value[1].get<double>() < 0 || value[1].get<double>() >= vocabulary_size_)
    pair.fail("is not a pair of a token and its id");
  return value[1].get<TokenId>();
}

std::optional<PostProcessor> Reader::read_bert(const JsonPart& from) const {
  const TokenId start = read_token(from, "cls"), end = read_token(from, "sep");
  return PostProcessor({TemplatePiece::special(start, 0), TemplatePiece::first(0), TemplatePiece::special(end, 0)},
                       {TemplatePiece::special(start, 0), TemplatePiece::first(0), TemplatePiece::special(end, 0),
                        TemplatePiece::second(1), TemplatePiece::special(end, 1)});
}

std::optional<PostProcessor> Reader::read_roberta(const JsonPart& from) const {
  const TokenId start = read_token(from, "cls"), end = read_token(from, "sep");
  return PostProcessor({TemplatePiece::special(start, 0), TemplatePiece::first(0), TemplatePiece::special(end, 0)},
                       {TemplatePiece::special(start, 0), TemplatePiece::first(0), TemplatePiece::special(end, 0),
                        TemplatePiece::special(end, 0), TemplatePiece::second(0), TemplatePiece::special(end, 0)});
}

std::optional<PostProcessor> Reader::read_sequence(const JsonPart& from) const {
  std::optional<PostProcessor> result;
  for (const JsonPart& step : from.list("processors")) {
    auto next = read(step);
    if (next && result) step.fail("a second template in a sequence is not supported");
    if (next) result = std::move(next);
  }
  return result;
}

}  // namespace

PostProcessor::PostProcessor()
    : PostProcessor({TemplatePiece::first(0)}, {TemplatePiece::first(0), TemplatePiece::second(1)}) {}

PostProcessor::PostProcessor(Template single, Template pair) : single_(std::move(single)), pair_(std::move(pair)) {}

Encoding PostProcessor::single(std::vector<TokenId> ids, Specials specials, std::optional<int> max_length) const {
  std::span<const TemplatePiece> pieces = single_;
  if (specials == Specials::kStart) pieces = pieces.first(before_text(single_).size() + 1);
  const std::size_t around = specials == Specials::kNone ? 0 : count_specials(pieces);
  Encoding result;
  cut(ids, room_for_text(around, max_length), result);
  result.ids.reserve(ids.size() + around);
  for (const TemplatePiece& piece : pieces)
    if (piece.kind == Kind::kFirst)
      append(ids, piece.type_id, result);
    else if (specials != Specials::kNone)
      append(piece.ids, piece.type_id, result);
  return result;
}

Encoding PostProcessor::pair(std::vector<TokenId> first, std::vector<TokenId> second,
                             std::optional<int> max_length) const {
  const std::size_t room = room_for_text(count_specials(pair_), max_length);
  if (first.size() > room || (first.size() == room && !second.empty()))
    throw base::BadInput("the first text has " + base::counted(static_cast<long>(first.size()), "token", "tokens") +
                         ", which with a maximum of " + std::to_string(max_length.value_or(0)) +
                         " leaves no room for the second");
  Encoding result;
  cut(second, room - first.size(), result);
  for (const TemplatePiece& piece : pair_)
    append(piece.kind == Kind::kFirst    ? first
           : piece.kind == Kind::kSecond ? second
                                         : piece.ids,
           piece.type_id, result);
  return result;
}

std::vector<TokenId> PostProcessor::before() const {
  return ids_of(before_text(single_));
}

std::vector<TokenId> PostProcessor::after() const {
  return ids_of(std::span(single_).subspan(before_text(single_).size() + 1));
}

int PostProcessor::pair_specials() const {
  return static_cast<int>(count_specials(pair_));
}

PostProcessor read_post_processor(const JsonPart& description, int vocabulary_size) {
  return Reader(vocabulary_size).read(description).value_or(PostProcessor());
}

}  // namespace heed::text
