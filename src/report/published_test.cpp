#include "report/published.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::report {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

const std::string kHead = "source\tmodel\ttask\tfigure\tjudgments\tvalue\n";

Published read(const TemporaryDir& dir, const std::string& figures, const std::string& models = "model\talso\n") {
  dir.write("figures.tsv", figures);
  dir.write("models.tsv", models);
  return Published(dir.path());
}

const PublishedModel* find(const Published& published, std::string_view source, std::string_view name) {
  const auto found = std::ranges::find_if(published.models(), [&](const PublishedModel& model) {
    return model.source->name == source && model.name == name;
  });
  return found == published.models().end() ? nullptr : &*found;
}

TEST(Published, TheProjectsFiguresAreThePapers) {
  const Published published(heed::testing::source_dir() / "data/published");
  const PublishedModel* const follow_ir = find(published, "paper-table-2", "FollowIR-7B");
  ASSERT_NE(follow_ir, nullptr);
  EXPECT_EQ(follow_ir->figure("Robust04", "map_cut_1000"), 0.248);
  EXPECT_EQ(follow_ir->figure("news21", "ndcg_cut_5"), 0.296);
  EXPECT_EQ(follow_ir->figure("Core17InstructionRetrieval", "p_mrr"), 0.165);
  EXPECT_EQ(follow_ir->figure("average", "p_mrr"), 0.122);
  EXPECT_TRUE(follow_ir->source->is_crossed);
  EXPECT_EQ(find(published, "paper-table-4", "FollowIR-7B")->figure("InstructIR", "robustness_10"), 0.715);
  EXPECT_EQ(find(published, "paper-table-3", "BM25")->figure("FiQA2018", "ndcg_cut_10_keywords_change"), -0.016);
  EXPECT_FALSE(find(published, "mteb-2", "mteb/baseline-bm25s")->source->is_crossed);
}

TEST(Published, AllTablesOfThePaperAreWhole) {
  const Published published(heed::testing::source_dir() / "data/published");
  const auto count = [&](std::string_view source) {
    return std::ranges::count_if(published.models(), [&](const auto& model) { return model.source->name == source; });
  };
  EXPECT_EQ(count("paper-table-2"), 24);
  EXPECT_EQ(count("paper-table-3"), 10);
  EXPECT_EQ(count("paper-table-4"), 6);
  EXPECT_EQ(count("paper-table-5"), 7);
  for (const PublishedModel& model : published.models())
    EXPECT_TRUE(model.source->name != "paper-table-2" || model.figures.size() == 8) << model.name;
}

TEST(Published, ThePapersAveragesAreThoseOfItsTasks) {
  const Published published(heed::testing::source_dir() / "data/published");
  for (const PublishedModel& model : published.models()) {
    if (model.source->name != "paper-table-2") continue;
    const double mean =
        (*model.figure("Robust04", "p_mrr") + *model.figure("News21", "p_mrr") + *model.figure("Core17", "p_mrr")) / 3;
    EXPECT_NEAR(*model.figure("average", "p_mrr"), mean, 0.00101) << model.name;  // each printed with one decimal
  }
}

TEST(Published, AModelIsKnownByAnyOfItsNames) {
  const Published published(heed::testing::source_dir() / "data/published");
  EXPECT_TRUE(published.is_same_model("bm25", "BM25"));
  EXPECT_TRUE(published.is_same_model("E5-base-v2", "intfloat/e5-base-v2"));
  EXPECT_TRUE(published.is_same_model("e5-base-v2", "intfloat/E5-base-v2"));
  EXPECT_TRUE(published.is_same_model("tart-full-flan-t5-xl", "TART-FLAN-xl"));
  EXPECT_TRUE(published.is_same_model("bge-m3", "BAAI/bge-m3"));
  EXPECT_TRUE(published.is_same_model("OpenAI_v3_Large", "OpenAI v3 Large"));
  EXPECT_TRUE(published.is_same_model("openai_v3_large", "openai/text-embedding-3-large"));
  EXPECT_FALSE(published.is_same_model("GritLM-7B", "GritLM-Reranker"));
  EXPECT_FALSE(published.is_same_model("bm25", "mteb/baseline-bm25s"));
}

TEST(Published, AnEndThatTwoModelsShareMeansNeither) {
  const TemporaryDir dir;
  const Published published =
      read(dir, kHead + "mteb-1\ta/m\tCore17\tp_mrr\t-\t0.1\nmteb-1\tb/m\tCore17\tp_mrr\t-\t0.2\n");
  EXPECT_FALSE(published.is_same_model("m", "a/m"));
  EXPECT_FALSE(published.is_same_model("m", "b/m"));
  EXPECT_TRUE(published.is_same_model("A/M", "a/m"));
}

TEST(Published, TasksGoByOneNameInAllTheirSpellings) {
  for (const char* const name : {"Robust04", "robust04", "Robust04InstructionRetrieval", "robust04-instructions"})
    EXPECT_EQ(task_key(name), "robust04") << name;
  EXPECT_EQ(task_key("FiQA2018"), "fiqa");
  EXPECT_NE(task_key("NFCorpus-Instruct"), "nfcorpus");
}

TEST(Published, WhatIsNoFigureIsRefusedWithItsLine) {
  const TemporaryDir dir;
  const std::string file = (dir.path() / "figures.tsv").string();
  const auto complaint = [&](const std::string& text) { return complaint_of([&] { read(dir, text); }); };
  const std::string good = "paper-table-2\tBM25\tCore17\tp_mrr\t-\t0.1\n";
  EXPECT_EQ(complaint("model\n"), file + ":1: the first line is not " + kHead.substr(0, kHead.size() - 1));
  EXPECT_EQ(complaint(kHead + "paper-table-2\tBM25\n"),
            file + ":2: a figure has 6 fields (source model task figure judgments value)");
  EXPECT_EQ(complaint(kHead + "rumour\tBM25\tCore17\tp_mrr\t-\t0.1\n"), file + ":2: there is no source rumour");
  EXPECT_EQ(complaint(kHead + "paper-table-2\tBM25\tCore17\tp_mrr\t-\thigh\n"),
            file + ":2: value is not a finite number: high");
  EXPECT_EQ(complaint(kHead + good + good), file + ":3: the figure is given twice");
}

}  // namespace
}  // namespace heed::report
