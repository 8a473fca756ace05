#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace heed::collection {

/// Finds the position of an id in a list that somebody else keeps: five to eleven bytes an id, where a map of the
/// standard library takes about fifty. `text_of(position)` gives the id at a position.
class IdIndex {
 public:
  template <class TextOf>
  std::optional<std::uint32_t> find(std::string_view id, const TextOf& text_of) const {
    if (slots_.empty()) return std::nullopt;
    const std::uint32_t found = slots_[slot_of(id, std::hash<std::string_view>()(id), text_of)];
    return found == kFree ? std::nullopt : std::optional(found & position_bits());
  }

  /// Makes room for so many ids. REQUIRES: none was entered.
  void reserve(std::size_t count) {
    while (!has_room_for(count)) slots_.resize(slots_.empty() ? 8 : 2 * slots_.size(), kFree);
  }

  /// Enters the id that stands, or is about to stand, at `position`; false, and no change, where it is there already.
  /// REQUIRES: the positions 0 .. position-1 were entered before it.
  template <class TextOf>
  bool insert(std::string_view id, std::uint32_t position, const TextOf& text_of) {
    if (!has_room_for(std::size_t{position} + 1)) grow(position, text_of);
    const std::size_t hash = std::hash<std::string_view>()(id);
    std::uint32_t& place = slots_[slot_of(id, hash, text_of)];
    if (place != kFree) return false;
    place = tag_of(hash) | position;
    return true;
  }

 private:
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;

  bool has_room_for(std::size_t count) const { return 4 * count <= 3 * slots_.size(); }

  /// A slot's low bits hold the position; the bits that no position needs hold part of the hash, so that another id is
  /// told apart without looking at its text. No position has all its bits set, as a quarter of the slots stays free.
  std::uint32_t position_bits() const { return static_cast<std::uint32_t>(slots_.size() - 1); }
  std::uint32_t tag_of(std::size_t hash) const { return static_cast<std::uint32_t>(hash >> 32) & ~position_bits(); }

  /// The slot that holds the id, or the free one where it belongs.
  template <class TextOf>
  std::size_t slot_of(std::string_view id, std::size_t hash, const TextOf& text_of) const {
    const std::uint32_t tag = tag_of(hash), positions = position_bits();
    std::size_t at = hash & positions;
    while (slots_[at] != kFree && ((slots_[at] & ~positions) != tag || text_of(slots_[at] & positions) != id))
      at = (at + 1) & positions;
    return at;
  }

  template <class TextOf>
  void grow(std::uint32_t count, const TextOf& text_of) {
    slots_.assign(slots_.empty() ? 8 : 2 * slots_.size(), kFree);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::string_view id = text_of(i);
      const std::size_t hash = std::hash<std::string_view>()(id);
      slots_[slot_of(id, hash, text_of)] = tag_of(hash) | i;
    }
  }

  std::vector<std::uint32_t> slots_;  // a power of two of them, at most three quarters taken
};

}  // namespace heed::collection
