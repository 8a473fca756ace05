#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace heed::collection {

/// Keeps texts for as long as it lives, at addresses that do not move, also when the arena itself is moved.
class TextArena {
 public:
  TextArena() = default;
  TextArena(TextArena&& other) noexcept
      : blocks_(std::move(other.blocks_)),
        free_(std::exchange(other.free_, nullptr)),
        left_(std::exchange(other.left_, 0)) {}
  TextArena& operator=(TextArena&& other) noexcept {
    blocks_ = std::move(other.blocks_);
    free_ = std::exchange(other.free_, nullptr);
    left_ = std::exchange(other.left_, 0);
    return *this;
  }

  /// A copy of `text` that lives as long as the arena.
  std::string_view keep(std::string_view text);

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;  // the rest of the newest shared block
  std::size_t left_ = 0;
};

}  // namespace heed::collection
