#include "collection/id_index.h"

#include <string>

#include <gtest/gtest.h>

namespace heed::collection {
namespace {

TEST(IdIndex, FindsWhatWasEnteredAndNothingElse) {
  std::vector<std::string> ids;
  IdIndex index;
  const auto text_of = [&](std::uint32_t i) -> std::string_view { return ids[i]; };
  EXPECT_EQ(index.find("0", text_of), std::nullopt);
  for (std::uint32_t i = 0; i < 3000; ++i) {
    ids.push_back(std::to_string(i * 31));
    EXPECT_TRUE(index.insert(ids.back(), i, text_of));
  }
  EXPECT_FALSE(index.insert("31", 3000, text_of));
  for (std::uint32_t i = 0; i < 3000; ++i) EXPECT_EQ(index.find(ids[i], text_of), i);
  EXPECT_EQ(index.find("1", text_of), std::nullopt);
  EXPECT_EQ(index.find("", text_of), std::nullopt);
}

}  // namespace
}  // namespace heed::collection
