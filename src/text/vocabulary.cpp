#include "text/vocabulary.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <iterator>

namespace heed::text {

std::size_t Vocabulary::slot_of(std::string_view piece) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = std::hash<std::string_view>()(piece) & mask;
  while (slots_[slot] >= 0 && text_of(entries_[static_cast<std::size_t>(slots_[slot])]) != piece)
    slot = (slot + 1) & mask;
  return slot;
}

void Vocabulary::rehash(std::size_t slots) {
  slots_.assign(slots, -1);
  for (std::size_t id = 0; id < entries_.size(); ++id)
    if (entries_[id].known) slots_[slot_of(text_of(entries_[id]))] = static_cast<std::int32_t>(id);
}

void Vocabulary::reserve(std::size_t count) {
  entries_.reserve(count);
  if (slots_.size() < 2 * count) rehash(std::bit_ceil(2 * count));
}

bool Vocabulary::add(std::string_view piece, TokenId id) {
  if (2 * (count_ + 1) > slots_.size()) rehash(std::max<std::size_t>(16, 2 * slots_.size()));
  const auto place = static_cast<std::size_t>(id);
  const std::size_t slot = slot_of(piece);
  if (slots_[slot] >= 0 || (place < entries_.size() && entries_[place].known)) return false;
  if (place >= entries_.size()) entries_.resize(place + 1);
  entries_[place] = {static_cast<std::uint32_t>(characters_.size()), static_cast<std::uint32_t>(piece.size()), true};
  characters_ += piece;
  slots_[slot] = id;
  ++count_;
  return true;
}

std::optional<TokenId> Vocabulary::find(std::string_view piece) const {
  if (slots_.empty()) return std::nullopt;
  const std::int32_t id = slots_[slot_of(piece)];
  return id >= 0 ? std::optional<TokenId>(id) : std::nullopt;
}

std::optional<std::string_view> Vocabulary::piece(TokenId id) const {
  if (id < 0 || id >= size() || !entries_[static_cast<std::size_t>(id)].known) return std::nullopt;
  return text_of(entries_[static_cast<std::size_t>(id)]);
}

Vocabulary read_vocabulary(const JsonPart& model) {
  const JsonPart pieces = model.part("vocab");
  if (!pieces.value().is_object()) pieces.fail("is not an object");
  Vocabulary vocabulary;
  vocabulary.reserve(pieces.value().size());
  for (const auto& [piece, id] : pieces.value().items()) {
    if (!id.is_number_integer() || id.get<double>() < 0 || id.get<double>() >= kMaxTokens)
      pieces.fail("the id of \"" + piece + "\" is not an integer from 0 to " + std::to_string(kMaxTokens - 1));
    if (!vocabulary.add(piece, id.get<TokenId>()))
      pieces.fail("two pieces have the id " + id.dump() + "; one of them is \"" + piece + "\"");
  }
  return vocabulary;
}

ByteTokens::ByteTokens(const Vocabulary& vocabulary) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t byte = 0; byte < ids_.size(); ++byte)
    ids_[byte] = vocabulary.find(std::string("<0x") + kDigits[byte >> 4] + kDigits[byte & 15] + ">").value_or(-1);
}

bool ByteTokens::append(std::string_view bytes, std::vector<TokenId>& ids) const {
  const auto token = [this](char byte) { return ids_[static_cast<unsigned char>(byte)]; };
  if (std::ranges::any_of(bytes, [&](char byte) { return token(byte) < 0; })) return false;
  std::ranges::transform(bytes, std::back_inserter(ids), token);
  return true;
}

}  // namespace heed::text
