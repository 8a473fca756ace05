#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace heed::collection {

/// Finds the position of an id in a list that somebody else keeps: four to eight bytes an id, where a map of the
/// standard library takes about fifty. `text_of(position)` gives the id at a position.
class IdIndex {
 public:
  template <class TextOf>
  std::optional<std::uint32_t> find(std::string_view id, const TextOf& text_of) const {
    if (slots_.empty()) return std::nullopt;
    const std::uint32_t found = slots_[slot(id, text_of)];
    return found == kFree ? std::nullopt : std::optional(found);
  }

  /// Makes room for so many ids. REQUIRES: none was entered.
  void reserve(std::size_t count) {
    while (!has_room_for(count)) slots_.resize(slots_.empty() ? 8 : 2 * slots_.size(), kFree);
  }

  /// Enters the id that stands, or is about to stand, at `position`; false, and no change, where it is there already.
  /// REQUIRES: the positions 0 .. position-1 were entered before it.
  template <class TextOf>
  bool insert(std::string_view id, std::uint32_t position, const TextOf& text_of) {
    if (!has_room_for(std::size_t{position} + 1)) {
      slots_.assign(slots_.empty() ? 8 : 2 * slots_.size(), kFree);
      for (std::uint32_t i = 0; i < position; ++i) slots_[slot(text_of(i), text_of)] = i;
    }
    std::uint32_t& place = slots_[slot(id, text_of)];
    if (place != kFree) return false;
    place = position;
    return true;
  }

 private:
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;

  /// The slot that holds the id, or the free one where it belongs.
  template <class TextOf>
  std::size_t slot(std::string_view id, const TextOf& text_of) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = std::hash<std::string_view>()(id) & mask;
    while (slots_[at] != kFree && text_of(slots_[at]) != id) at = (at + 1) & mask;
    return at;
  }

  bool has_room_for(std::size_t count) const { return 4 * count <= 3 * slots_.size(); }

  std::vector<std::uint32_t> slots_;  // a power of two of them, at most three quarters taken
};

}  // namespace heed::collection
