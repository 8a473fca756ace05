#include "report/figure_table.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace heed::report {
namespace {

FigureTable example() {
  return {
      "2",
      "Title",
      {"Model", "judgments"},
      {{"A", "MAP@1000", "A MAP@1000", "map_cut_1000", false}, {"A", "p-MRR", "p-MRR [95% interval]", "p_mrr", true}},
      {{{"bm25", "correct"}, "results.json", {{0.4711111, {}}, {-0.284, eval::Interval{-0.4261, 0.0004}}}, false},
       {{"bm25", "published"}, "published.tsv", {{}, {0.05, {}}}, true}},
      {"Remark."}};
}

TEST(FigureTable, PeopleSeeFiguresRounded) {
  const Table table = rounded(example());
  EXPECT_EQ(table.columns[2].name, "A MAP@1000");
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"bm25", "correct", "47.1", "-28.4 [-42.6, +0.0]"}));
  EXPECT_EQ(table.rows[1], (std::vector<std::string>{"bm25", "published", "-", "+5.0"}));
  EXPECT_EQ(table.title, "Title");
  EXPECT_EQ(table.remarks, std::vector<std::string>{"Remark."});
}

TEST(FigureTable, MachinesSeeThemAsTheyAre) {
  const auto json = figures_json(example());
  EXPECT_EQ(json["table"], "2");
  const auto& row = json["rows"][0];
  EXPECT_EQ(row["model"], "bm25");
  EXPECT_EQ(row["judgments"], "correct");
  EXPECT_EQ(row["source"], "results.json");
  EXPECT_EQ(row["figures"]["A"]["map_cut_1000"], 0.4711111);
  EXPECT_EQ(row["figures"]["A"]["p_mrr_ci"][1], 0.0004);
  EXPECT_FALSE(json["rows"][1]["figures"]["A"].contains("map_cut_1000"));
  EXPECT_FALSE(json["rows"][1]["figures"]["A"].contains("p_mrr_ci"));
}

TEST(FigureTable, ARowOfAnotherLengthIsABug) {
  FigureTable table = example();
  table.rows[0].figures.pop_back();
  EXPECT_THROW(rounded(table), base::Bug);
}

}  // namespace
}  // namespace heed::report
