#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heed::text {

/// The normalization table of a SentencePiece model (`precompiled_charsmap`: a trie as a double array, and the texts
/// to which its keys are mapped), applied as Hugging Face's tokenizers do, which differs from SentencePiece: to each
/// grapheme cluster of up to five bytes as a whole, then to its single characters, by the *shortest* key that each
/// begins with; what has none stays.
class Charsmap {
 public:
  /// Throws BadInput, a sentence without a place, where the table is damaged.
  explicit Charsmap(std::string_view blob);

  std::string normalize(std::string_view text) const;

  /// Whether no key, looked up without a check of bounds, leads out of the table, as SentencePiece looks them up.
  bool is_closed() const;

 private:
  std::optional<std::string_view> mapped(std::string_view chunk) const;
  void append_cluster(std::string_view cluster, std::string& result) const;

  std::vector<std::uint32_t> units_;
  std::string texts_;  // each ends with a zero
};

}  // namespace heed::text
