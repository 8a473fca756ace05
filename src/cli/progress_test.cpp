#include "cli/progress.h"

#include <gtest/gtest.h>

namespace heed::cli {
namespace {

TEST(Progress, SaysHowFarHowFastAndHowLong) {
  EXPECT_EQ(progress_text({"scored", 1200, 3600, 0, 5}), "scored 1,200 of 3,600 (33%), 240/s, 10 s left");
  EXPECT_EQ(progress_text({"scored", 50, 100, 0, 5}, 10), "[#####.....] scored 50 of 100 (50%), 10/s, 5 s left");
  EXPECT_EQ(progress_text({"scored", 2, 10, 0, 8}), "scored 2 of 10 (20%), 0.3/s, 32 s left");
  EXPECT_EQ(progress_text({"embedded", 1, 10, 0, 72}), "embedded 1 of 10 (10%), 50/h, 10 min 48 s left");
}

TEST(Progress, DoesWithoutATotal) {
  EXPECT_EQ(progress_text({"indexed", 1200, kUnknownTotal, 200, 5}, 10), "indexed 1,200, 200/s");
  EXPECT_EQ(progress_text({"indexed", 0, kUnknownTotal, 0, 0}), "indexed 0");
}

TEST(Progress, WhatWasThereBeforeDoesNotCountAsSpeed) {
  EXPECT_EQ(progress_text({"scored", 1200, 3600, 1000, 1}), "scored 1,200 of 3,600 (33%), 200/s, 12 s left");
  EXPECT_EQ(progress_text({"scored", 1000, 3600, 1000, 1}), "scored 1,000 of 3,600 (27%)");
}

TEST(Progress, TheEndHasNoTimeLeft) {
  EXPECT_EQ(progress_text({"scored", 100, 100, 0, 10}), "scored 100 of 100 (100%), 10/s");
  EXPECT_EQ(progress_text({"scored", 0, 0, 0, 0}), "scored 0 of 0 (100%)");
}

TEST(Progress, NumbersAndDurationsAreReadable) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(duration_text(0.4), "0 s");
  EXPECT_EQ(duration_text(59.7), "1 min 0 s");
  EXPECT_EQ(duration_text(7500), "2 h 5 min");
}

}  // namespace
}  // namespace heed::cli
