#include "text/byte_trie.h"

#include <gtest/gtest.h>

namespace heed::text {
namespace {

using Found = std::vector<std::pair<std::size_t, std::int32_t>>;

Found prefixes(const ByteTrie& trie, std::string_view text) {
  Found found;
  trie.prefixes(text, [&](std::size_t length, std::int32_t number) { found.emplace_back(length, number); });
  return found;
}

TEST(ByteTrie, GivesEveryPrefixShortestFirst) {
  const ByteTrie trie({{"ab", 0}, {"a", 1}, {"abcd", 2}, {"b", 3}, {"\xFF\xFE", 4}, {"", 5}});
  EXPECT_EQ(prefixes(trie, "abcde"), (Found{{1, 1}, {2, 0}, {4, 2}}));
  EXPECT_EQ(prefixes(trie, "abc"), (Found{{1, 1}, {2, 0}}));
  EXPECT_EQ(prefixes(trie, "\xFF\xFE"), (Found{{2, 4}}));
  EXPECT_EQ(prefixes(trie, "x"), Found());
  EXPECT_EQ(prefixes(trie, ""), Found());
}

TEST(ByteTrie, AnEmptyOneFindsNothing) {
  EXPECT_TRUE(ByteTrie().empty());
  const std::vector<std::pair<std::string_view, std::int32_t>> only_empty = {{"", 1}};
  EXPECT_TRUE(ByteTrie(only_empty).empty());
  EXPECT_EQ(prefixes(ByteTrie(), "a"), Found());
}

TEST(ByteTrie, OfEqualStringsTheFirstCounts) {
  EXPECT_EQ(prefixes(ByteTrie({{"a", 1}, {"a", 2}}), "a"), (Found{{1, 1}}));
}

}  // namespace
}  // namespace heed::text
