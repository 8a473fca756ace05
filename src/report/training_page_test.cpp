#include "report/training_page.h"

#include <gtest/gtest.h>

namespace heed::report {
namespace {

TrainingLog run_of(long steps) {
  TrainingLog log{"a <run>", {{"lr", "0.1"}}, {}, {}};
  for (long step = 1; step <= steps; ++step)
    log.steps.push_back({step, step == steps / 2 ? 9.75 : 1.0, 0.1, 2.0, 100.0, 0.5});
  return log;
}

bool has(const std::string& page, const std::string& part) {
  return page.find(part) != std::string::npos;
}

std::size_t count(const std::string& page, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = page.find(part); at != std::string::npos; at = page.find(part, at + 1)) ++found;
  return found;
}

TEST(TrainingPage, MarksTheHighestPMrrAndTheLowestLoss) {
  TrainingLog log = run_of(3);
  log.validations = {{1, 0.5, 0.6, 0.01, 104}, {2, 0.4, 0.7, 0.081, 104}, {3, 0.6, 0.8, 0.05, 104}};
  const std::string page = training_page(log, "1.2");
  EXPECT_TRUE(has(page, "8.1 at step 2")) << "p-MRR, x100";
  EXPECT_TRUE(has(page, "0.4 at step 2")) << "loss";
  EXPECT_TRUE(has(page, "<td>+8.1</td>"));
  EXPECT_EQ(count(page, "<svg class=\"curves\""), 5U);
  EXPECT_TRUE(has(page, "a &lt;run&gt;: training"));
  EXPECT_FALSE(has(page, "a <run>"));
}

TEST(TrainingPage, WhatALogDoesNotHaveIsNoChart) {
  EXPECT_EQ(count(training_page(TrainingLog{"empty", {}, {}, {}}, "1.2"), "<svg"), 0U);
  EXPECT_EQ(count(training_page(run_of(1), "1.2"), "<svg class=\"curves\""), 3U);
  TrainingLog log{"losses", {}, {{1, 0.5, {}, {}, {}, {}}}, {}};
  EXPECT_EQ(count(training_page(log, "1.2"), "<svg class=\"curves\""), 1U);
}

TEST(TrainingPage, ALongLogKeepsItsPeakAndIsNoLongerThanAShorterOne) {
  const std::string page = training_page(run_of(100000), "1.2");
  EXPECT_LT(page.size(), 100000U);
  // The one loss of 9.75 stands at the top of the chart: 7% of the range below its edge at 14.
  EXPECT_TRUE(has(page, "L479 29.2")) << "step 50,000 of 1 to 100,000 lies between 72 and 886";
  EXPECT_TRUE(has(page, "40 of 100000 steps"));
}

TEST(TrainingPage, SeveralRunsShareTheirCharts) {
  TrainingLog other = run_of(5);
  other.name = "b";
  const std::vector<TrainingLog> logs = {run_of(3), other};
  const std::string page = training_page(logs, "1.2");
  EXPECT_EQ(count(page, "<svg class=\"curves\""), 3U);
  EXPECT_TRUE(has(page, "curve color-1"));
  EXPECT_TRUE(has(page, ">Training runs</h1>"));
}

TEST(TrainingPage, AFewStepsAreAveragedAsTheirMean) {
  // Of two losses a and b the corrected average over 10 steps is (k a + b) / (k + 1), with k = 9/11.
  const TrainingLog log{"two", {}, {{1, 1.0, {}, {}, {}, {}}, {2, 3.0, {}, {}, {}, {}}}, {}};
  EXPECT_EQ(training_sentence(log), "two: 2 steps, loss 2.1 (smoothed) at the end.");
}

}  // namespace
}  // namespace heed::report
