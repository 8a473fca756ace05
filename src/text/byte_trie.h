#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace heed::text {

/// Strings with numbers, found by the bytes that a text goes on with.
class ByteTrie {
 public:
  ByteTrie() = default;
  /// Of strings that occur twice the first counts; empty ones are passed over.
  explicit ByteTrie(std::vector<std::pair<std::string_view, std::int32_t>> strings);

  bool empty() const { return nodes_.empty(); }

  /// Calls found(length, number) for each string that `text` begins with, from the shortest to the longest.
  template <typename Found>
  void prefixes(std::string_view text, Found found) const {
    if (text.empty() || nodes_.empty()) return;
    std::int32_t node = roots_[static_cast<unsigned char>(text[0])];
    for (std::size_t length = 1; node >= 0; ++length) {
      if (nodes_[static_cast<std::size_t>(node)].number >= 0)
        found(length, nodes_[static_cast<std::size_t>(node)].number);
      if (length == text.size()) return;
      node = child(node, static_cast<unsigned char>(text[length]));
    }
  }

 private:
  struct Node {
    std::int32_t number = -1;
    std::int32_t first_child = 0;  // children stand together, by their bytes
    std::int16_t children = 0;
    unsigned char byte = 0;
  };
  std::int32_t child(std::int32_t node, unsigned char byte) const;

  std::vector<Node> nodes_;
  std::array<std::int32_t, 256> roots_{};
};

}  // namespace heed::text
