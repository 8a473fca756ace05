#include "report/task_section.h"

#include <gtest/gtest.h>

namespace heed::report {
namespace {

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

ResultEntry instruction() {
  ResultEntry entry;
  entry.source = "results.json";
  entry.model = "bm25";
  entry.task = "demo";
  entry.recipe = "sound";
  entry.headline = "map_cut_1000";
  entry.layout = "followir";
  entry.sha256 = "ab";
  entry.topics = 1;
  entry.documents = 30;
  entry.candidates = 40;
  entry.obedience =
      Obedience{.p_mrr = -0.3, .interval = {-0.4, -0.2}, .queries = 20, .changed_pairs = 80, .ties = "docid"};
  entry.correct = {{"og", {{"num_ret", 40}, {"map_cut_1000", 0.5}, {"ndcg_cut_5", 0.4}}},
                   {"changed", {{"num_ret", 41}, {"map_cut_1000", 0.3}, {"ndcg_cut_5", 0.2}}},
                   {"none", {{"num_ret", 42}, {"map_cut_1000", 0.45}, {"ndcg_cut_5", 0.35}}}};
  entry.paper = {{"og", {{"map_cut_1000", 0.25}}}};
  return entry;
}

TEST(TaskSection, SaysWhatWasRunAndHowItObeyed) {
  ResultEntry entry = instruction();
  entry.ranked = "the 40 candidates";
  entry.work = Work{80, std::pair<long, long>{1, 30}};
  const Section section = task_section(entry, "demo");
  ASSERT_EQ(section.paragraphs.size(), 5u);
  EXPECT_EQ(section.paragraphs[0], "1 topic, 30 documents, 40 candidates; layout followir, sha256 ab.");
  EXPECT_EQ(section.paragraphs[1], "Ranked: the 40 candidates.");
  EXPECT_EQ(section.paragraphs[2],
            "The run scored 80 pairs of query and document, for which it embedded 1 query and 30 documents.");
  EXPECT_TRUE(section.paragraphs[3].starts_with("p-MRR -30.0 (95% interval")) << section.paragraphs[3];
  EXPECT_TRUE(section.paragraphs[4].starts_with("ties (docid)")) << section.paragraphs[4];
}

TEST(TaskSection, HasThePairsAndTheArmsMeasures) {
  const Section section = task_section(instruction(), "demo");
  ASSERT_EQ(section.tables.size(), 2u);
  EXPECT_EQ(section.tables[0].rows, (Rows{{"num_ret", "40", "41", "-", "-"},
                                          {"map_cut_1000", "50.0", "30.0", "25.0", "-"},
                                          {"ndcg_cut_5", "40.0", "20.0", "-", "-"}}));
  EXPECT_EQ(section.tables[1].columns.back().name, "MAP@1000 against none");
  EXPECT_EQ(section.tables[1].rows,
            (Rows{{"og", "50.0", "40.0", "25.0", "-", "+5.0"}, {"none", "45.0", "35.0", "-", "-", ""}}));
}

TEST(TaskSection, OtherKindsHaveTheirMeasures) {
  ResultEntry entry = instruction();
  entry.kind = Kind::kRobustness;
  entry.headline = "ndcg_cut_10";
  entry.obedience.reset();
  entry.robustness = Robustness{"ndcg_cut_10", 0.269, 3, 9};
  entry.correct = {{"og", {{"ndcg_cut_10", 0.7}}}};
  entry.paper.clear();
  const Section section = task_section(entry, "InstructIR");
  EXPECT_EQ(section.paragraphs.back(),
            "Robustness@10 26.9: the lowest nDCG@10 among the instructions of one question, averaged over 3 questions "
            "with 9 instructions.");
  ASSERT_EQ(section.tables.size(), 1u);
  EXPECT_EQ(section.tables[0].rows, (Rows{{"og", "70.0", "-", "-", "-"}}));
}

TEST(TaskSection, TheHeadingNamesTheModelWhereThereAreSeveral) {
  ResultEntry other = instruction();
  EXPECT_EQ(task_headings({other}), std::vector<std::string>{"demo"});
  other.model = "e5";
  EXPECT_EQ(task_headings({instruction(), other}), (std::vector<std::string>{"demo: bm25", "demo: e5"}));
  other = instruction();
  other.recipe = "paper";
  EXPECT_EQ(task_headings({instruction(), other})[1], "demo: bm25 (recipe paper)");
}

TEST(TaskSection, AReportIsItsTablesThenItsTasks) {
  const ReportData data{{instruction()}, {}};
  const auto sections = report_sections(data);
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_EQ(sections[0].heading, "Results");
  EXPECT_EQ(sections[0].paragraphs, verdicts(data.results));
  EXPECT_TRUE(sections[0].paragraphs[0].starts_with("demo: bm25 does not obey"));
  EXPECT_EQ(sections[1].heading, "demo");
  EXPECT_TRUE(render(sections, Format::kMarkdown).starts_with("## Results\n\ndemo: bm25"));
  EXPECT_TRUE(render(sections, Format::kText).starts_with("Results\n=======\n\n"));
  EXPECT_TRUE(render(sections, Format::kTsv).starts_with("Model\tjudgments\t"));  // no prose between
}

}  // namespace
}  // namespace heed::report
