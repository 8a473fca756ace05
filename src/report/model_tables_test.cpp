#include "report/model_tables.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::report {
namespace {

using heed::testing::TemporaryDir;
using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

/// A result on an instruction benchmark: og, none, keywords have `score`, -0.05 and +0.1 of it; the crossed ones half.
ResultEntry instruction(const std::string& model, const std::string& task, const std::string& headline, double score,
                        double p_mrr) {
  ResultEntry entry;
  entry.source = "results.json";
  entry.model = model;
  entry.task = task;
  entry.recipe = "sound";
  entry.headline = headline;
  entry.obedience = Obedience{.p_mrr = p_mrr, .interval = {p_mrr - 0.1, p_mrr + 0.1}, .queries = 20};
  for (auto* const arms : {&entry.correct, &entry.paper}) {
    const double factor = arms == &entry.correct ? 1 : 0.5;
    *arms = {{"og", {{headline, factor * score}}},
             {"none", {{headline, factor * (score - 0.05)}}},
             {"keywords", {{headline, factor * (score + 0.1)}}}};
  }
  return entry;
}

ResultEntry retrieval(const std::string& task, std::vector<ResultArm> arms) {
  ResultEntry entry;
  entry.source = "results.json";
  entry.model = "bm25";
  entry.task = task;
  entry.recipe = "sound";
  entry.kind = Kind::kRetrieval;
  entry.headline = "ndcg_cut_10";
  entry.correct = std::move(arms);
  return entry;
}

Published published() {
  const TemporaryDir dir;
  std::string text = "source\tmodel\ttask\tfigure\tjudgments\tvalue\n";
  const auto add = [&](const std::string& source, const std::string& model, const std::string& task,
                       const std::string& figure, const std::string& value) {
    text += source + "\t" + model + "\t" + task + "\t" + figure + "\t-\t" + value + "\n";
  };
  for (const std::string model : {"BM25", "Other"}) {
    add("paper-table-2", model, "Robust04", "map_cut_1000", model == "BM25" ? "0.121" : "0.3");
    add("paper-table-2", model, "Robust04", "p_mrr", model == "BM25" ? "-0.031" : "0.1");
    add("paper-table-2", model, "News21", "ndcg_cut_5", "0.193");
    add("paper-table-2", model, "News21", "p_mrr", "-0.021");
  }
  add("mteb-2", "org/bm25", "Robust04", "map_cut_1000", "0.25");
  add("mteb-2", "org/bm25", "Robust04", "p_mrr", "-0.03");
  add("mteb-2", "org/uncrossed", "Robust04", "map_cut_1000", "0.5");
  add("mteb-2", "org/uncrossed", "Robust04", "p_mrr", "0.01");
  add("paper-table-3", "BM25", "SciFact", "ndcg_cut_10", "0.679");
  add("paper-table-3", "BM25", "SciFact", "ndcg_cut_10_keywords_change", "-0.017");
  add("paper-table-5", "BM25", "Robust04", "map_cut_1000", "0.214");
  add("paper-table-5", "BM25", "Robust04", "map_cut_1000_instruction_change", "-0.012");
  add("paper-table-4", "BM25", "InstructIR", "robustness_10", "0.269");
  dir.write("figures.tsv", text);
  dir.write("models.tsv", "model\talso\nBM25\torg/bm25\n");
  return Published(dir.path());
}

Rows rows_of(const FigureTable& table) {
  return rounded(table).rows;
}

TEST(ModelTables, Table2HasBothPairingsAndNothingPublishedForAnUnknownTask) {
  const ReportData data{{instruction("bm25", "demo", "map_cut_1000", 0.47, -0.28)}, published()};
  const FigureTable table = table_2(data);
  EXPECT_EQ(rows_of(table), (Rows{{"bm25", "correct", "47.0", "-28.0 [-38.0, -18.0]"},
                                  {"bm25", "paper", "23.5", "-28.0 [-38.0, -18.0]"}}));
  EXPECT_EQ(table.remarks.size(), 1u);
  EXPECT_FALSE(table.shows_published());
}

TEST(ModelTables, AFileWhoseNameIsPartOfAnothersIsNamedToo) {
  ReportData data{{instruction("bm25", "demo", "map_cut_1000", 0.47, -0.28),
                   instruction("bm25", "other", "map_cut_1000", 0.4, -0.2),
                   instruction("bm25", "third", "map_cut_1000", 0.4, -0.2)},
                  {}};
  data.results[0].source = "x/out/results.json";
  data.results[1].source = data.results[2].source = "out/results.json";
  EXPECT_EQ(table_2(data).rows[0].source, "x/out/results.json, out/results.json");
}

TEST(ModelTables, ThePapersRecipePutsItsPairingFirst) {
  ReportData data{{instruction("bm25", "demo", "map_cut_1000", 0.47, -0.28)}, {}};
  data.results[0].recipe = "paper";
  EXPECT_EQ(rows_of(table_2(data))[0][1], "paper");
}

TEST(ModelTables, PublishedFiguresOfTheSameModelStandBelowOurs) {
  const ReportData data{{instruction("bm25", "robust04", "map_cut_1000", 0.2, -0.03)}, published()};
  const FigureTable table = table_2(data);
  const Rows rows = rows_of(table);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[2], (Row{"bm25", "published", "12.1", "-3.1"}));
  EXPECT_EQ(rows[3], (Row{"bm25", "published, mteb 2", "25.0", "-3.0"}));
  EXPECT_EQ(table.rows[2].source, "published.tsv");
  EXPECT_EQ(table.remarks.size(), 2u);
}

TEST(ModelTables, AllPublishedModelsComeWhereTheyAreAskedFor) {
  ReportData data{{instruction("bm25", "Robust04", "map_cut_1000", 0.2, -0.03)}, published()};
  data.shown = ShownPublished::kAll;
  ASSERT_EQ(rows_of(table_2(data)).size(), 6u);
  EXPECT_EQ(rows_of(table_2(data))[4], (Row{"Other", "published", "30.0", "+10.0"}));
  EXPECT_EQ(rows_of(table_2(data))[5], (Row{"org/uncrossed", "published, mteb 2", "50.0", "+1.0"}));
  data.shown = ShownPublished::kNone;
  EXPECT_EQ(rows_of(table_2(data)).size(), 2u);
}

TEST(ModelTables, AScoreOfAnotherMeasureIsNotSetBesideOurs) {
  const ReportData data{{instruction("bm25", "Robust04", "ndcg_cut_20", 0.2, -0.03)}, published()};
  EXPECT_EQ(rows_of(table_2(data))[2], (Row{"bm25", "published", "-", "-3.1"}));
}

TEST(ModelTables, AveragesWeighEachTaskTheSameAndNeedAll) {
  const ReportData data{
      {instruction("bm25", "Robust04", "map_cut_1000", 0.2, -0.1),
       instruction("bm25", "News21", "ndcg_cut_5", 0.4, 0.3), instruction("e5", "News21", "ndcg_cut_5", 0.5, 0.1)},
      published()};
  const FigureTable table = table_2(data);
  const Rows rows = rows_of(table);
  EXPECT_EQ(rows[0],
            (Row{"bm25", "correct", "20.0", "-10.0 [-20.0, +0.0]", "40.0", "+30.0 [+20.0, +40.0]", "30.0", "+10.0"}));
  EXPECT_EQ(rows[2], (Row{"bm25", "published", "12.1", "-3.1", "19.3", "-2.1", "15.7", "-2.6"}));
  EXPECT_EQ(rows[4], (Row{"e5", "correct", "-", "-", "50.0", "+10.0 [+0.0, +20.0]", "-", "-"}));
  EXPECT_EQ(rounded(table).columns.back().name, "p-MRR");
}

TEST(ModelTables, TheStatedAverageIsShownForThePapersThreeTasks) {
  ReportData data{{instruction("FollowIR-7B", "Robust04", "map_cut_1000", 0.2, 0.1),
                   instruction("FollowIR-7B", "News21", "ndcg_cut_5", 0.4, 0.1),
                   instruction("FollowIR-7B", "Core17", "map_cut_1000", 0.4, 0.1)},
                  Published(heed::testing::source_dir() / "data/published")};
  const Rows rows = rows_of(table_2(data));
  const auto published_row = std::ranges::find(rows, "published", [](const Row& row) { return row[1]; });
  EXPECT_EQ(*published_row,
            (Row{"FollowIR-7B", "published", "24.8", "+13.7", "29.6", "+6.3", "20.0", "+16.5", "24.8", "+12.2"}));
}

TEST(ModelTables, TwoRecipesOfAModelAreToldApart) {
  ReportData data{
      {instruction("m", "demo", "map_cut_1000", 0.2, 0.1), instruction("m", "demo", "map_cut_1000", 0.3, 0)}, {}};
  data.results[1].recipe = "paper";
  const Rows rows = rows_of(table_2(data));
  EXPECT_EQ(rows[0][0], "m (recipe sound)");
  EXPECT_EQ(rows[2][0], "m (recipe paper)");
}

TEST(ModelTables, Table3TakesTheShortInstructionElseTheQueryAlone) {
  const ReportData data{
      {retrieval("SciFact", {{"none", {{"ndcg_cut_10", 0.6}}}, {"keywords", {{"ndcg_cut_10", 0.65}}}}),
       retrieval("NFCorpus", {{"none", {{"ndcg_cut_10", 0.3}}},
                              {"keywords", {{"ndcg_cut_10", 0.25}}},
                              {"short", {{"ndcg_cut_10", 0.35}}}}),
       retrieval("mine", {{"none", {{"ndcg_cut_10", 0.1}}}})},
      published()};
  EXPECT_EQ(rows_of(table_3(data)), (Rows{{"bm25", "heed", "60.0", "+5.0", "35.0", "-10.0", "10.0", "-"},
                                          {"bm25", "published", "67.9", "-1.7", "-", "-", "-", "-"}}));
  EXPECT_TRUE(table_2(data).rows.empty());
}

TEST(ModelTables, Table4HasRobustness) {
  ResultEntry entry = retrieval("InstructIR", {});
  entry.kind = Kind::kRobustness;
  entry.robustness = Robustness{"ndcg_cut_10", 0.25, 3, 9};
  const ReportData data{{entry}, published()};
  EXPECT_EQ(rows_of(table_4(data)), (Rows{{"bm25", "heed", "25.0"}, {"bm25", "published", "26.9"}}));
  EXPECT_TRUE(table_3(data).rows.empty());
}

TEST(ModelTables, Table5HasSearchesOfWholeCollectionsAlone) {
  ReportData data{{instruction("bm25", "Robust04", "map_cut_1000", 0.4, 0.1),
                   instruction("bm25", "Robust04", "map_cut_1000", 0.3, 0.2)},
                  published()};
  data.results[1].collection = 528155;
  EXPECT_EQ(rows_of(table_5(data)), (Rows{{"bm25 (whole collection)", "heed", "25.0", "+5.0"},
                                          {"bm25 (whole collection)", "published, whole collection", "21.4", "-1.2"}}));
  const Rows candidates = rows_of(table_2(data));
  EXPECT_EQ(candidates[0][0], "bm25");
  EXPECT_EQ(candidates[0][2], "40.0");
  EXPECT_EQ(candidates[1][0], "bm25");
  data.results.pop_back();
  EXPECT_TRUE(table_5(data).rows.empty());
}

TEST(ModelTables, Figure3HasTheDifferencesToTheQueryAlone) {
  const ReportData data{{instruction("bm25", "demo", "map_cut_1000", 0.4, 0)}, {}};
  EXPECT_EQ(rows_of(figure_3(data)),
            (Rows{{"bm25", "correct", "+5.0", "+15.0", "-"}, {"bm25", "paper", "+2.5", "+7.5", "-"}}));
}

TEST(ModelTables, WithoutTheQueryAloneThereIsNoFigure3) {
  ReportData data{{instruction("bm25", "demo", "map_cut_1000", 0.4, 0)}, {}};
  std::erase_if(data.results[0].correct, [](const ResultArm& arm) { return arm.name == "none"; });
  EXPECT_TRUE(figure_3(data).rows.empty());
}

TEST(ModelTables, TheScatterComparesLikeWithLike) {
  const ReportData data{{instruction("bm25", "Robust04", "map_cut_1000", 0.2, -0.1),
                         instruction("bm25", "demo", "map_cut_1000", 0.6, 0.3)},
                        published()};
  const Scatter dots = scatter(data);
  EXPECT_TRUE(dots.is_crossed);
  EXPECT_EQ(dots.tasks, std::vector<std::string>{"Robust04"});  // the only one with published figures
  ASSERT_EQ(dots.dots.size(), 3u);                              // mteb 2's are not crossed, so they are left out
  EXPECT_TRUE(dots.dots[0].is_published);
  EXPECT_EQ(dots.dots[2].label, "bm25");
  EXPECT_DOUBLE_EQ(dots.dots[2].score, 0.1);
  EXPECT_DOUBLE_EQ(dots.dots[2].p_mrr, -0.1);
}

TEST(ModelTables, WithoutPublishedFiguresTheScatterIsOfAllTasksAndTheRightJudgments) {
  const ReportData data{
      {instruction("a", "x", "map_cut_1000", 0.2, -0.1), instruction("a", "y", "map_cut_1000", 0.6, 0.3),
       instruction("b", "y", "map_cut_1000", 0.6, 0.3)},
      published()};
  const Scatter dots = scatter(data);
  EXPECT_FALSE(dots.is_crossed);
  ASSERT_EQ(dots.dots.size(), 1u);  // b lacks x
  EXPECT_DOUBLE_EQ(dots.dots[0].score, 0.4);
  EXPECT_DOUBLE_EQ(dots.dots[0].p_mrr, 0.1);
}

}  // namespace
}  // namespace heed::report
