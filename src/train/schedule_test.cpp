#include "train/schedule.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

namespace heed::train {
namespace {

TEST(Schedule, RatesAreThoseOfTransformersWithoutWarmUp) {
  const RatePlan plan{0.003, find_schedule("cosine"), 12, 0};
  // get_cosine_schedule_with_warmup of transformers, as its golden trace has them.
  const double expected[] = {0.003, 0.0029488887394336022, 0.002799038105676658, 0.002560660171779821};
  for (long step = 0; step < 4; ++step) EXPECT_NEAR(plan.at(step), expected[step], 1e-15);
  EXPECT_DOUBLE_EQ((RatePlan{2, find_schedule("linear"), 4, 0}).at(3), 0.5);
  EXPECT_DOUBLE_EQ((RatePlan{2, find_schedule("constant"), 4, 0}).at(3), 2);
}

TEST(Schedule, TheWarmUpEndsAtTheFullRateAndTheScheduleBeginsThere) {
  const RatePlan plan{0.8, find_schedule("linear"), 8, 4};
  const double expected[] = {0.2, 0.4, 0.6, 0.8, 0.8, 0.6, 0.4, 0.2};
  for (long step = 0; step < 8; ++step) EXPECT_DOUBLE_EQ(plan.at(step), expected[step]);
  EXPECT_DOUBLE_EQ((RatePlan{1, find_schedule("cosine"), 2, 2}).at(1), 1);
}

TEST(Schedule, EveryOneGoesDownFromTheFullRate) {
  for (const Schedule& schedule : schedules()) {
    EXPECT_EQ(schedule.share(0), 1) << schedule.name;
    for (double t = 0; t < 0.95; t += 0.05) EXPECT_LE(schedule.share(t + 0.05), schedule.share(t)) << schedule.name;
    EXPECT_EQ(find_schedule(schedule.name), &schedule);
  }
  EXPECT_EQ(find_schedule("stairs"), nullptr);
}

}  // namespace
}  // namespace heed::train
