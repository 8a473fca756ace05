#include "train/batch_order.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace heed::train {
namespace {

using Rows = std::vector<std::size_t>;

TEST(BatchOrder, AsGivenTheRowsGoRoundAndAnEpochsLastBatchMayBeSmaller) {
  BatchOrder four({4, 2, Order::kAsGiven, 1});
  EXPECT_EQ(four.batches(), 2);
  EXPECT_EQ(four.batch(0), (Rows{0, 1}));
  EXPECT_EQ(four.batch(1), (Rows{2, 3}));
  EXPECT_EQ(four.batch(2), (Rows{0, 1}));
  BatchOrder five({5, 2, Order::kAsGiven, 1});
  EXPECT_EQ(five.batches(), 3);
  EXPECT_EQ(five.batch(2), (Rows{4}));
  EXPECT_EQ(five.batch(3), (Rows{0, 1}));
}

TEST(BatchOrder, ShuffledEveryEpochHasEachRowOnceInAnOrderOfItsOwn) {
  BatchOrder order({100, 7, Order::kShuffled, 1});
  std::vector<Rows> epochs;
  for (long epoch = 0; epoch < 3; ++epoch) {
    Rows rows;
    for (long i = 0; i < order.batches(); ++i)
      for (const std::size_t row : order.batch(epoch * order.batches() + i)) rows.push_back(row);
    epochs.push_back(rows);
    std::ranges::sort(rows);
    for (std::size_t i = 0; i < 100; ++i) ASSERT_EQ(rows[i], i);
  }
  EXPECT_NE(epochs[0], epochs[1]);
  EXPECT_NE(epochs[1], epochs[2]);
}

TEST(BatchOrder, AStepsRowsAreAMatterOfSeedAndStepAlone) {
  BatchOrder forward({50, 8, Order::kShuffled, 3}), at_once({50, 8, Order::kShuffled, 3});
  for (long step = 0; step < 20; ++step) forward.batch(step);
  EXPECT_EQ(forward.batch(20), at_once.batch(20));
  EXPECT_EQ(forward.batch(1), at_once.batch(1));
  BatchOrder other({50, 8, Order::kShuffled, 4});
  EXPECT_NE(forward.batch(0), other.batch(0));
  // The same on every machine: written down once.
  BatchOrder known({6, 6, Order::kShuffled, 1});
  EXPECT_EQ(known.batch(0), (Rows{2, 0, 1, 5, 4, 3}));
}

}  // namespace
}  // namespace heed::train
