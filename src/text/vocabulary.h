#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/json_part.h"
#include "text/tokenizer.h"

namespace heed::text {

/// More tokens than any model has; ids stay below, so that a wrong id does not ask for all memory.
inline constexpr TokenId kMaxTokens = 1 << 22;

/// Pieces and their ids, both ways. Ids may have gaps.
class Vocabulary {
 public:
  /// False, and nothing changes, where the piece or the id is there already. REQUIRES: 0 <= id < kMaxTokens.
  bool add(std::string_view piece, TokenId id);

  std::optional<TokenId> find(std::string_view piece) const;
  /// Valid until the next add().
  std::optional<std::string_view> piece(TokenId id) const;

  /// The highest id, plus one.
  int size() const { return static_cast<int>(entries_.size()); }

  /// Makes room for so many pieces at once.
  void reserve(std::size_t count);

 private:
  struct Entry {
    std::uint32_t begin = 0, size = 0;
    bool known = false;
  };
  std::string_view text_of(const Entry& entry) const {
    return std::string_view(characters_).substr(entry.begin, entry.size);
  }
  std::size_t slot_of(std::string_view piece) const;
  void rehash(std::size_t slots);

  std::string characters_;
  std::vector<Entry> entries_;       // by id
  std::vector<std::int32_t> slots_;  // open addressing: an id, or -1; at most half of them are taken
  std::size_t count_ = 0;
};

/// The "vocab" of a model in a tokenizer.json: an object of pieces and ids. Throws BadInput.
Vocabulary read_vocabulary(const JsonPart& model);

/// The tokens "<0x00>" to "<0xFF>" that stand for single bytes.
class ByteTokens {
 public:
  explicit ByteTokens(const Vocabulary& vocabulary);
  /// Appends the tokens of the bytes; false, and nothing is appended, where the vocabulary lacks one of them.
  bool append(std::string_view bytes, std::vector<TokenId>& ids) const;

 private:
  std::array<TokenId, 256> ids_{};  // -1 where there is none
};

}  // namespace heed::text
