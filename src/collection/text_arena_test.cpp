#include "collection/text_arena.h"

#include <string>

#include <gtest/gtest.h>

namespace heed::collection {
namespace {

TEST(TextArena, TextsStayWhereTheyAre) {
  TextArena arena;
  std::vector<std::string_view> kept;
  for (int i = 0; i < 5000; ++i)
    kept.push_back(arena.keep(std::string(static_cast<std::size_t>(i) * 7 % 30000, 'a' + static_cast<char>(i % 26))));
  const TextArena moved = std::move(arena);
  for (int i = 0; i < 5000; ++i)
    ASSERT_EQ(kept[i], std::string(static_cast<std::size_t>(i) * 7 % 30000, 'a' + static_cast<char>(i % 26)));
}

}  // namespace
}  // namespace heed::collection
