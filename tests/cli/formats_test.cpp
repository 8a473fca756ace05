#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/program.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

using Arguments = std::vector<std::string>;
using nlohmann::json;

constexpr const char* kTableFormats[] = {"text", "markdown", "latex", "tsv"};

/// The demo's data and the runs that heed bench makes of it.
class Formats : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(succeeded(heed(bench()))); }

  Arguments bench() const { return {"bench", "--model", "bm25", "--data", data(""), "--out", out_.path()}; }
  std::string data(const std::string& file) const { return source_dir() / "data/demo" / file; }
  std::string run(const std::string& arm) const { return out_.path() / "runs" / ("demo." + arm + ".run"); }
  Arguments eval() const { return {"eval", data("qrels_og/test.jsonl"), run("og")}; }
  Arguments pair(const std::string& command, const std::string& arm) const {
    return {command,
            "--qrels-og",
            data("qrels_og/test.jsonl"),
            "--qrels-changed",
            data("qrels_changed/test.jsonl"),
            "--run-og",
            run(arm),
            "--run-changed",
            run("changed")};
  }
  Arguments explain() const {
    return {"explain", "--query", "Q01", "--data", data(""), "--run-og", run("og"), "--run-changed", run("changed")};
  }
  Arguments compare() const {
    return {"compare",   "--qrels", data("qrels_og/test.jsonl"), "--run", run("og"), "--run", run("none"),
            "--samples", "200"};
  }
  Arguments compare_pairs() const {
    Arguments arguments = pair("compare", "og");
    arguments.insert(arguments.end(), {"--run-og", run("none"), "--run-changed", run("keywords"), "--samples", "200"});
    return arguments;
  }
  Arguments groups() const {
    Arguments arguments = eval();
    arguments.insert(arguments.end(), {"--groups", "prefix"});
    return arguments;
  }
  Arguments inspect() const { return {"inspect", run("og"), data("qrels_og/test.jsonl"), data("")}; }

  std::vector<Arguments> all() const {
    return {bench(),         eval(),    pair("eval", "og"), groups(), compare(),
            compare_pairs(), explain(), {"models"},         inspect()};
  }

 private:
  TemporaryDir out_;
};

Outcome in(Arguments arguments, const std::string& format) {
  arguments.insert(arguments.end(), {"--format", format});
  return heed(arguments);
}

void expect_keys(const json& object, const std::vector<std::string>& keys) {
  ASSERT_TRUE(object.is_object());
  for (const std::string& key : keys) EXPECT_TRUE(object.contains(key)) << key;
}

void expect_pair_keys(const json& pair) {
  expect_keys(pair, {"p_mrr", "p_mrr_ci", "queries", "changed_pairs", "ties", "og", "changed", "paper", "per_query"});
  expect_keys(pair.at("ties"), {"policy", "tied_documents"});
  expect_keys(pair.at("paper"), {"og", "changed"});
  for (const json* arm :
       {&pair.at("og"), &pair.at("changed"), &pair.at("paper").at("og"), &pair.at("paper").at("changed")})
    expect_keys(*arm, {"map_cut_1000", "ndcg_cut_5"});
  EXPECT_EQ(pair.at("queries"), 20);
  EXPECT_EQ(pair.at("changed_pairs"), 80);
  EXPECT_EQ(pair.at("per_query").size(), 20);
  EXPECT_EQ(pair.at("p_mrr_ci").size(), 2);
  EXPECT_LE(pair.at("p_mrr_ci").at(0), pair.at("p_mrr"));
  EXPECT_LE(pair.at("p_mrr"), pair.at("p_mrr_ci").at(1));
}

TEST_F(Formats, EveryCommandWritesEveryFormat) {
  for (const Arguments& arguments : all()) {
    SCOPED_TRACE(arguments.front());
    for (const char* format : kTableFormats) {
      SCOPED_TRACE(format);
      const Outcome outcome = in(arguments, format);
      EXPECT_TRUE(succeeded(outcome));
      EXPECT_TRUE(outcome.out.ends_with("\n"));
    }
    EXPECT_FALSE(json_of(in(arguments, "json")).empty());
  }
}

TEST_F(Formats, TextIsTheDefault) {
  for (const Arguments& arguments : all())
    EXPECT_EQ(heed(arguments).out, in(arguments, "text").out) << arguments.front();
}

TEST_F(Formats, EachHasItsOwnMarks) {
  for (const Arguments& arguments : all()) {
    SCOPED_TRACE(arguments.front());
    EXPECT_NE(in(arguments, "markdown").out.find("| --- |"), std::string::npos);
    EXPECT_NE(in(arguments, "latex").out.find("\\begin{tabular}"), std::string::npos);
    EXPECT_NE(in(arguments, "tsv").out.find('\t'), std::string::npos);
  }
}

TEST_F(Formats, JsonOfAPairHasItsKeys) {
  expect_pair_keys(json_of(in(pair("eval", "og"), "json")));
}

TEST_F(Formats, JsonOfBenchIsAListOfTasksAndTheFile) {
  const Outcome outcome = in(bench(), "json");
  const json list = json_of(outcome);
  ASSERT_TRUE(list.is_array());
  ASSERT_EQ(list.size(), 1);
  expect_keys(list[0], {"task", "model", "recipe", "arms", "heed_version", "dtype", "data"});
  expect_pair_keys(list[0]);
  EXPECT_EQ(list[0].at("arms"), json({"og", "changed", "none", "keywords", "short"}));
  Arguments arguments = bench();
  EXPECT_EQ(outcome.out, content_of(std::filesystem::path(arguments.back()) / "results.json"));
}

TEST_F(Formats, JsonOfOneRunHasSummaryAndQueries) {
  const json values = json_of(in(eval(), "json"));
  expect_keys(values, {"run", "queries", "summary", "per_query"});
  expect_keys(values.at("summary"), {"map", "P_10"});
  EXPECT_EQ(values.at("per_query").size(), 20);
}

TEST_F(Formats, JsonReadsBackWhatTextRounds) {
  const json values = json_of(in(eval(), "json"));
  const std::string text = heed(eval()).out;
  char line[64];
  std::snprintf(line, sizeof line, "map                   \tall\t%6.4f\n",
                values.at("summary").at("map").get<double>());
  EXPECT_NE(text.find(line), std::string::npos) << line;
}

TEST_F(Formats, JsonOfTheOtherCommandsHasTheirKeys) {
  expect_keys(json_of(in(groups(), "json")), {"robustness_10", "ndcg_cut_10", "queries", "groups"});
  for (const Arguments& arguments : {compare(), compare_pairs()}) {
    const json compared = json_of(in(arguments, "json"));
    expect_keys(compared, {"a", "b", "measures", "topics"});
    for (const auto& [name, measure] : compared.at("measures").items())
      expect_keys(measure, {"a", "b", "difference", "p_value"});
  }
  const json explained = json_of(in(explain(), "json"));
  expect_keys(explained, {"query", "p_mrr", "flipped"});
  double shares = 0;
  for (const auto& document : explained.at("flipped")) shares += document.at("share").get<double>();
  EXPECT_NEAR(shares, explained.at("p_mrr").get<double>(), 1e-12);
  const json models = json_of(in({"models"}, "json"));
  ASSERT_TRUE(models.is_array());
  expect_keys(models.at(0), {"name", "dtype", "explanation"});
  const json inspected = json_of(in(inspect(), "json"));
  EXPECT_EQ(inspected.size(), 3);
  EXPECT_EQ(inspected.at(run("og")).at("format"), "TREC run");
  EXPECT_EQ(inspected.at(run("og")).at("results"), 1200);
  EXPECT_EQ(inspected.at(data("")).at("topics"), 20);
}

TEST_F(Formats, QueriesOfAPairAreASecondTable) {
  Arguments arguments = pair("eval", "og");
  const std::string without = heed(arguments).out;
  arguments.push_back("-q");
  const std::string with = heed(arguments).out;
  EXPECT_TRUE(with.starts_with(without));
  EXPECT_NE(with.find("Q20"), std::string::npos);
  EXPECT_EQ(without.find("Q20"), std::string::npos);
}

TEST_F(Formats, ASystemDoesNotDifferFromItself) {
  Arguments arguments = {"compare", "--qrels", data("qrels_og/test.jsonl"), "--run", run("og"), "--run", run("og")};
  const json compared = json_of(in(arguments, "json"));
  for (const auto& [name, measure] : compared.at("measures").items()) {
    EXPECT_EQ(measure.at("difference"), 0) << name;
    EXPECT_EQ(measure.at("p_value"), 1) << name;
  }
}

TEST_F(Formats, TheSeedDecidesTheInterval) {
  Arguments arguments = pair("eval", "og");
  arguments.insert(arguments.end(), {"--resamples", "200", "--seed", "7"});
  const std::string seven = in(arguments, "json").out;
  EXPECT_EQ(seven, in(arguments, "json").out);
  arguments.back() = "8";
  EXPECT_NE(seven, in(arguments, "json").out);
}

}  // namespace
}  // namespace heed::testing
