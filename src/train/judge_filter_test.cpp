#include "train/judge_filter.h"

#include <atomic>
#include <limits>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "testing/testing.h"

namespace heed::train {
namespace {

using testing::complaint_of;
using testing::TemporaryDir;

Row row(const std::string& query, const std::string& text, bool is_relevant) {
  return {query, "i", "", text, is_relevant, "FILE---" + query + "#" + text};
}

TEST(JudgeFilter, KeepsTheSurestOfEachKindThatTheJudgeAgreesWith) {
  const std::vector<Row> rows = {row("a", "1", true), row("a", "2", true), row("a", "3", false), row("a", "4", false),
                                 row("a", "5", true), row("b", "1", true), row("b", "2", false), row("c", "1", false),
                                 row("c", "2", true), row("a", "6", false)};
  const std::vector<double> scores = {0.6, 0.9, 0.1, 0.05, 0.4, 0.5, 0.5, 0.2, 0.7, 0.05};
  using enum RowFate;
  EXPECT_EQ(fates_of(rows, scores, 0.5, Balance::kOn),
            (std::vector<RowFate>{kSurplus, kKept, kSurplus, kKept, kDisagrees, kOneSided, kDisagrees, kKept, kKept,
                                  kSurplus}));
  EXPECT_EQ(fates_of(rows, scores, 0.5, Balance::kOff),
            (std::vector<RowFate>{kKept, kKept, kKept, kKept, kDisagrees, kKept, kDisagrees, kKept, kKept, kKept}));
  const auto report = filter_report(rows, scores, fates_of(rows, scores, 0.5, Balance::kOn));
  EXPECT_EQ(report["fates"]["kept"], (format::Json{{"relevant", 2}, {"irrelevant", 2}}));
  EXPECT_EQ(report["files"]["FILE"]["judge disagrees"], (format::Json{{"relevant", 1}, {"irrelevant", 1}}));
  EXPECT_EQ(report["needs"], (format::Json{{"in", 3}, {"kept", 2}}));
  EXPECT_EQ(report["not_kept"].size(), 6u);
}

TEST(JudgeFilter, EveryNeedThatIsKeptHasOneOfEach) {
  base::Random random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<Row> rows;
    std::vector<double> scores;
    for (std::uint32_t i = random.below(40); i > 0; --i) {
      rows.push_back(row(std::to_string(random.below(6)), std::to_string(i), random.below(2) == 0));
      scores.push_back(random.below(11) / 10.0);
    }
    const auto fates = fates_of(rows, scores, 0.5, Balance::kOn);
    std::map<std::string, std::pair<int, int>> kept;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (fates[i] != RowFate::kKept) continue;
      EXPECT_EQ(scores[i] >= 0.5, rows[i].is_relevant);
      ++(rows[i].is_relevant ? kept[rows[i].query].first : kept[rows[i].query].second);
    }
    for (const auto& [query, counts] : kept) EXPECT_EQ(counts, std::pair(1, 1)) << query;
  }
}

TEST(JudgeFilter, ScoresOutliveACrashAndAreComputedOnce) {
  const TemporaryDir dir;
  const auto path = dir.path() / "scores.jsonl";
  std::vector<Row> rows;
  for (int i = 0; i < 10; ++i) rows.push_back(row(std::to_string(i / 3), std::to_string(i), true));
  rows.push_back(rows.front());
  std::atomic<long> judged = 0;
  long most = 4;
  const Judge judge = [&](int, std::span<const Row* const> some) {
    if (judged >= most) throw base::Unavailable("gone");
    std::vector<double> scores;
    for (const Row* const one : some) {
      EXPECT_EQ(one->need(), some.front()->need());
      scores.push_back(std::stod(one->text) / 16);
      ++judged;
    }
    return scores;
  };
  {
    ScoreLog log(path, "judge");
    EXPECT_THROW(judge_rows(rows, {.block = 2}, log, judge), base::Unavailable);
  }
  base::write_file(path, base::read_file(path) + "{\"row\":");  // as a crash leaves it
  const long before = judged;
  most = 1000;
  {
    ScoreLog log(path, "judge");
    EXPECT_EQ(log.reused(), before);
    const auto scores = judge_rows(rows, {.block = 2, .workers = 3}, log, judge);
    EXPECT_EQ(judged, 10);
    for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(scores[i], static_cast<double>(i) / 16);
    EXPECT_EQ(scores[10], scores[0]);
    EXPECT_EQ(complaint_of([&] { ScoreLog(path, "judge"); }), path.string() + ": another process writes it");
  }
  EXPECT_EQ(ScoreLog(path, "judge").score(rows[7]), std::optional(7.0 / 16));
  EXPECT_EQ(ScoreLog(path, "another").reused(), 0);
}

TEST(JudgeFilter, RefusesWhatIsNoScore) {
  const TemporaryDir dir;
  const auto complaint = [&](const std::string& content) {
    const auto path = dir.write("scores.jsonl", content);
    return complaint_of([&] { ScoreLog(path, "judge"); });
  };
  EXPECT_NE(complaint("{}\n").find("scores.jsonl:1: is no line of a judge's scores"), std::string::npos);
  EXPECT_NE(complaint("{\"row\":\"xy\",\"judge\":\"j\",\"score\":1}\n").find("no fingerprint"), std::string::npos);
  ScoreLog log(dir.path() / "log.jsonl", "judge");
  const std::vector<Row> rows = {row("a", "1", true)};
  const Judge judge = [](int, auto) { return std::vector<double>{std::numeric_limits<double>::quiet_NaN()}; };
  EXPECT_NE(complaint_of([&] { judge_rows(rows, {}, log, judge); }).find("row FILE---a#1: the judge's score"),
            std::string::npos);
  for (const double score : {-0.1, 1.01, 24.5}) {
    const Judge similarity = [score](int, auto) { return std::vector<double>{score}; };
    EXPECT_NE(complaint_of([&] { judge_rows(rows, {}, log, similarity); }).find("is no probability"),
              std::string::npos);
  }
  EXPECT_FALSE(log.score(rows[0]));  // refused scores are not logged
  const std::vector<double> bounds = {0, 1};
  for (const double score : bounds) {
    const std::vector<Row> one = {row("b", std::to_string(score), true)};
    EXPECT_EQ(judge_rows(one, {}, log, [score](int, auto) { return std::vector<double>{score}; })[0], score);
  }
}

}  // namespace
}  // namespace heed::train
