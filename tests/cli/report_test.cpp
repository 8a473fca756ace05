#include <algorithm>
#include <string>
#include <vector>

#include "cli/program.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

using nlohmann::json;

/// What heed bench writes of BM25 on the demo's collection.
class Report : public ::testing::Test {
 protected:
  void SetUp() override {
    bench_ = heed({"bench", "--model", "bm25", "--data", source_dir() / "data/demo", "--out", out()});
    ASSERT_TRUE(succeeded(bench_));
  }
  std::string out() const { return folder_.path() / "out"; }

  /// The results under another model and task, in a file of their own.
  std::string results_as(const std::string& model, const std::string& task) const {
    json document = json::parse(content_of(folder_.path() / "out/results.json"));
    document[0]["model"] = model;
    document[0]["task"] = task;
    return folder_.write(model + "." + task + ".json", document.dump());
  }

  TemporaryDir folder_;
  Outcome bench_;
};

TEST_F(Report, SaysWhatBenchSaid) {
  const Outcome report = heed({"report", out()});
  ASSERT_TRUE(succeeded(report));
  EXPECT_EQ(report.out, bench_.out);
  EXPECT_EQ(report.err, "");
}

TEST_F(Report, ItsPageIsBenchsPage) {
  const std::string page = folder_.path() / "out/again.html";
  ASSERT_TRUE(succeeded(heed({"report", out() + "/results.json", "--html", page})));
  EXPECT_EQ(content_of(page), content_of(folder_.path() / "out/report.html"));
}

TEST_F(Report, FiguresAreThoseOfTheResultsUnrounded) {
  const json results = json::parse(content_of(folder_.path() / "out/results.json"))[0];
  const json tables = json_of(heed({"report", out(), "--format", "json"}));
  ASSERT_EQ(tables.size(), 2u);  // the demo is neither a BEIR collection nor InstructIR
  EXPECT_EQ(tables[0]["table"], "2");
  const json& correct = tables[0]["rows"][0]["figures"]["demo"];
  EXPECT_EQ(correct["map_cut_1000"], results["og"]["map_cut_1000"]);
  EXPECT_EQ(correct["p_mrr"], results["p_mrr"]);
  EXPECT_EQ(correct["p_mrr_ci"], results["p_mrr_ci"]);
  EXPECT_EQ(tables[0]["rows"][1]["figures"]["demo"]["map_cut_1000"], results["paper"]["og"]["map_cut_1000"]);
  EXPECT_EQ(tables[1]["table"], "figure3");
  EXPECT_DOUBLE_EQ(tables[1]["rows"][0]["figures"]["demo"]["keywords"],
                   results["keywords"]["map_cut_1000"].get<double>() - results["none"]["map_cut_1000"].get<double>());
}

TEST_F(Report, SeveralModelsStandSideBySideWithWhatIsPublished) {
  const std::string page = folder_.path() / "pages/all.html";
  const Outcome report = heed({"report", results_as("bm25", "Robust04"), results_as("FollowIR-7B", "Robust04"),
                               "--html", page, "--table", "2", "--format", "tsv"});
  ASSERT_TRUE(succeeded(report));
  EXPECT_NE(report.out.find("\nbm25\tpublished\t12.1\t-3.1\n"), std::string::npos) << report.out;
  EXPECT_NE(report.out.find("\nFollowIR-7B\tpublished\t24.8\t+13.7\n"), std::string::npos) << report.out;
  const std::string html = content_of(page);
  EXPECT_NE(html.find("href=\"../bm25.Robust04.json\""), std::string::npos);  // by its place beside the page
  EXPECT_EQ(content_of(folder_.path() / "pages/published.tsv"),
            content_of(source_dir() / "data/published/figures.tsv"));
}

TEST_F(Report, BenchLaysPublishedFiguresBesideThePageThatShowsThem) {
  const std::string published = folder_.path() / "out/published.tsv";
  EXPECT_FALSE(std::filesystem::exists(published));
  const std::string data = source_dir() / "data/demo";
  ASSERT_TRUE(succeeded(heed({"bench", "--model", "bm25", "--data", "Core17=" + data, "--out", out()})));
  EXPECT_EQ(content_of(published), content_of(source_dir() / "data/published/figures.tsv"));
  ASSERT_TRUE(succeeded(heed({"bench", "--model", "bm25", "--data", data, "--out", out()})));
  EXPECT_FALSE(std::filesystem::exists(published));
}

TEST_F(Report, AllPublishedModelsAreShownOnDemand) {
  const auto lines = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"report", results_as("bm25", "Core17"), "--table", "2", "--format", "tsv"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = heed(words);
    return std::ranges::count(outcome.out, '\n');
  };
  EXPECT_EQ(lines({}), 4);  // the names, correct, paper, published
  EXPECT_GT(lines({"--all-published"}), 200);
}

TEST_F(Report, EveryFormatIsWritten) {
  for (const std::string table : {"2", "figure3"})
    for (const std::string format : {"text", "markdown", "latex", "tsv", "json"})
      EXPECT_TRUE(succeeded(heed({"report", out(), "--table", table, "--format", format}))) << table << " " << format;
}

TEST_F(Report, WhatCannotBeReportedIsRefused) {
  EXPECT_TRUE(refused(heed({"report", out(), "--table", "3"}), 65, "nothing for table 3"));
  EXPECT_TRUE(refused(heed({"report", out(), out()}), 65, "give one of them"));
  EXPECT_TRUE(refused(heed({"report", folder_.path() / "none"}), 65, "cannot be read"));
  EXPECT_TRUE(refused(heed({"report", folder_.write("x.json", "[{\"task\": \"t\"}]")}), 65,
                      "x.json: entry 1 (t): there is no \"model\""));
  EXPECT_TRUE(refused(heed({"report", folder_.write("y.json", "{")}), 65, "not valid JSON"));
  EXPECT_TRUE(refused(heed({"report", out(), "--all-published"}, {.environment = {{"HEED_DATA", folder_.path()}}}), 65,
                      "published figures"));
}

TEST(TrainingReport, IsAPageOfTheLogAndRefusesWhatIsNone) {
  const TemporaryDir folder;
  const std::string head = "{\"kind\":\"heed training log\",\"version\":1}\n", page = folder.path() / "page.html";
  const std::string log = folder.write("run.jsonl", head + "{\"step\":1,\"loss\":0.5}\n");
  const Outcome outcome = heed({"report", "--training", log, "--html", page});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.out, "run: 1 step, loss 0.5 (smoothed) at the end.\n");
  EXPECT_NE(content_of(page).find("<svg class=\"curves\""), std::string::npos);
  EXPECT_TRUE(refused(heed({"report", "--training", log}), 64, "--html"));
  EXPECT_TRUE(refused(heed({"report", "--training", log, "--html", log}), 64, "would overwrite"));
  EXPECT_TRUE(refused(heed({"report", log, "--training", log, "--html", page}), 64, "a page of its own"));
  EXPECT_TRUE(refused(heed({"report", "--training", log, "--table", "2", "--html", page}), 64, "without --table"));
  const std::string bad = folder.write("bad.jsonl", head + "{\"step\":1}\n");
  EXPECT_TRUE(refused(heed({"report", "--training", bad, "--html", page}), 65, "bad.jsonl:2: is neither"));
}

TEST(TrainingReport, AFolderMeansTheLogInIt) {
  const TemporaryDir folder;
  const std::string head = "{\"kind\":\"heed training log\",\"version\":1}\n", page = folder.path() / "page.html";
  const std::string log = folder.write("a/log.jsonl", head + "{\"step\":1,\"loss\":0.5}\n");
  folder.write("b/log.jsonl", head + "{\"step\":1,\"loss\":0.25}\n");
  folder.write("c/other.jsonl", head);
  const std::string a = folder.path() / "a", b = folder.path() / "b", c = folder.path() / "c";
  const Outcome outcome = heed({"report", "--training", a, "--training", b, "--html", page});
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.out, "a: 1 step, loss 0.5 (smoothed) at the end.\nb: 1 step, loss 0.25 (smoothed) at the end.\n");
  const std::string of_folders = content_of(page);
  ASSERT_TRUE(succeeded(heed({"report", "--training", log, "--training", b + "/log.jsonl", "--html", page})));
  EXPECT_EQ(content_of(page), of_folders);
  EXPECT_TRUE(refused(heed({"report", "--training", c, "--html", page}), 65, c + ": has no log.jsonl"));
  EXPECT_TRUE(refused(heed({"report", "--training", a, "--html", log}), 64, "would overwrite"));
  EXPECT_TRUE(refused(heed({"report", "--training", a, b, "--html", page}), 64,
                      "if " + b + " is a training log too, it wants a --training of its own"));
}

TEST_F(Report, IsMadeWithoutThePublishedFiguresToo) {
  EXPECT_TRUE(
      succeeded(heed({"report", results_as("bm25", "Core17")}, {.environment = {{"HEED_DATA", folder_.path()}}})));
}

}  // namespace
}  // namespace heed::testing
