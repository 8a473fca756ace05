#include "infer/batches.h"

#include <algorithm>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "base/random.h"

namespace heed::infer {
namespace {

using Prompt = std::vector<TokenId>;
using Prompts = std::vector<Prompt>;

std::vector<PrefixGroup> groups(const Prompts& prompts) {
  return groups_by_prefix(std::vector<std::span<const TokenId>>(prompts.begin(), prompts.end()));
}

/// Tokens that are computed for the groups; fails where a group is not what the contract says.
std::size_t cost(const Prompts& prompts, const std::vector<PrefixGroup>& some) {
  std::size_t tokens = 0;
  std::multiset<std::size_t> seen;
  for (const PrefixGroup& group : some) {
    tokens += group.prefix;
    const Prompt& first = prompts[group.members.front()];
    for (const std::size_t member : group.members) {
      seen.insert(member);
      const Prompt& prompt = prompts[member];
      EXPECT_LT(group.prefix, prompt.size());
      EXPECT_TRUE(std::equal(first.begin(), first.begin() + static_cast<long>(group.prefix), prompt.begin()));
      tokens += prompt.size() - group.prefix;
    }
  }
  EXPECT_EQ(seen.size(), prompts.size());
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), prompts.size());
  return tokens;
}

TEST(BatchesByLength, TheLongestComeFirstAndFillEachBatch) {
  const std::size_t lengths[] = {3, 9, 5, 2, 4};
  EXPECT_EQ(batches_by_length(lengths, 9), (std::vector<Batch>{{1}, {2, 4}, {0, 3}}));
}

TEST(BatchesByLength, ALongerSequenceIsABatchOfItsOwn) {
  const std::size_t lengths[] = {1, 100};
  EXPECT_EQ(batches_by_length(lengths, 10), (std::vector<Batch>{{1}, {0}}));
  EXPECT_TRUE(batches_by_length({}, 10).empty());
}

TEST(BatchesByLength, EqualLengthsKeepTheirOrder) {
  const std::size_t lengths[] = {2, 2, 2};
  EXPECT_EQ(batches_by_length(lengths, 1), (std::vector<Batch>{{0}, {1}, {2}}));
}

TEST(BatchesByLength, EverySequenceIsInOneBatchAndNoBatchIsTooLong) {
  base::Random random(3);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<std::size_t> lengths(random.below(30));
    for (std::size_t& length : lengths) length = 1 + random.below(40);
    const std::size_t budget = 1 + random.below(60);
    std::vector<std::size_t> seen;
    for (const Batch& batch : batches_by_length(lengths, budget)) {
      std::size_t tokens = 0;
      for (const std::size_t i : batch) tokens += lengths[i];
      EXPECT_TRUE(tokens <= budget || batch.size() == 1);
      seen.insert(seen.end(), batch.begin(), batch.end());
    }
    std::ranges::sort(seen);
    std::vector<std::size_t> all(lengths.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    EXPECT_EQ(seen, all);
  }
}

TEST(GroupsByPrefix, PromptsOfOneQueryShareItsWords) {
  const Prompts prompts = {{1, 2, 3, 7}, {1, 2, 3, 8, 9}, {1, 2, 3, 7, 7}};
  const auto found = groups(prompts);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].prefix, 3u);
  EXPECT_EQ(cost(prompts, found), 3u + 1 + 2 + 2);
}

TEST(GroupsByPrefix, TwoQueriesAreTwoGroups) {
  const Prompts prompts = {{1, 2, 2, 2, 5}, {1, 3, 3, 3, 6}, {1, 2, 2, 2, 7}, {1, 3, 3, 3, 8}};
  const auto found = groups(prompts);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].prefix, 4u);
  EXPECT_EQ(found[0].members, (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(found[1].members, (std::vector<std::size_t>{1, 3}));
}

TEST(GroupsByPrefix, EachPromptKeepsATokenOfItsOwn) {
  const Prompts same = {{1, 2, 3}, {1, 2, 3}, {1, 2, 3}};
  EXPECT_EQ(groups(same)[0].prefix, 2u);
  const Prompts prefix_of_another = {{1, 2}, {1, 2, 3}};
  EXPECT_EQ(groups(prefix_of_another)[0].prefix, 1u);
}

TEST(GroupsByPrefix, NothingInCommonIsNoPrefix) {
  EXPECT_TRUE(groups({}).empty());
  const Prompts apart = {{1}, {2}, {3, 4}};
  EXPECT_EQ(cost(apart, groups(apart)), 4u);
}

TEST(GroupsByPrefix, NeverCostsMoreThanEachAloneAndHoldsItsContract) {
  base::Random random(5);
  for (int trial = 0; trial < 300; ++trial) {
    Prompts prompts(1 + random.below(12));
    std::size_t alone = 0;
    for (Prompt& prompt : prompts) {
      prompt.resize(1 + random.below(8));
      for (TokenId& id : prompt) id = static_cast<TokenId>(random.below(2));
      alone += prompt.size();
    }
    EXPECT_LE(cost(prompts, groups(prompts)), alone);
  }
}

}  // namespace
}  // namespace heed::infer
