#pragma once

#include <memory>
#include <string_view>
#include <vector>

namespace heed::collection {

/// Keeps texts for as long as it lives, at addresses that do not move, also when the arena itself is moved.
class TextArena {
 public:
  /// A copy of `text` that lives as long as the arena.
  std::string_view keep(std::string_view text);

 private:
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;  // the rest of the newest shared block
  std::size_t left_ = 0;
};

}  // namespace heed::collection
