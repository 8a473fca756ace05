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

TEST(TextArena, AnArenaThatWasMovedFromStartsAnew) {
  TextArena first;
  const std::string_view one = first.keep("one");
  TextArena second = std::move(first);
  first = TextArena();
  const std::string_view two = first.keep("two"), three = second.keep("three");
  EXPECT_EQ(one, "one");
  EXPECT_EQ(two, "two");
  EXPECT_EQ(three, "three");
}

}  // namespace
}  // namespace heed::collection
