#include "collection/text_arena.h"

#include <algorithm>

namespace heed::collection {

namespace {
constexpr std::size_t kBlock = 1 << 16;
}

std::string_view TextArena::keep(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > left_) {
    const bool own_block = text.size() > kBlock / 4;
    blocks_.emplace_back(new char[own_block ? text.size() : kBlock]);
    if (own_block) {
      std::copy(text.begin(), text.end(), blocks_.back().get());
      return {blocks_.back().get(), text.size()};
    }
    free_ = blocks_.back().get();
    left_ = kBlock;
  }
  char* const place = free_;
  std::copy(text.begin(), text.end(), place);
  free_ += text.size();
  left_ -= text.size();
  return {place, text.size()};
}

}  // namespace heed::collection
