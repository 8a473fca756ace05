#include <algorithm>
#include <string>
#include <vector>

#include "cli/program.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;

/// Where two texts first differ, so that a failure shows a line and not two whole files.
std::string first_difference(const std::string& expected, const std::string& actual) {
  if (expected == actual) return "";
  const auto split = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end()).first;
  const auto at = static_cast<std::size_t>(split - expected.begin());
  const std::size_t begin = at == 0 ? 0 : expected.rfind('\n', at - 1) + 1;
  return "expected: " + expected.substr(begin, 200) + "\nactual: " + actual.substr(begin, 200);
}

/// heed eval with the arguments and then the two files of trec_eval's own tests.
void expect_golden(const std::string& golden, std::vector<std::string> arguments, const std::string& qrels,
                   const std::string& run) {
  SCOPED_TRACE(golden);
  const fs::path folder = shared_dir() / "fixtures/trec_eval";
  arguments.insert(arguments.begin(), "eval");
  arguments.push_back(folder / qrels);
  arguments.push_back(folder / run);
  const Outcome outcome = heed(arguments);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(first_difference(content_of(folder / golden), outcome.out), "");
}

TEST(TrecEval, TheDefaultIsItsOfficialMeasures) {
  HEED_NEEDS_SHARED();
  expect_golden("out.test", {}, "qrels.test", "results.test");
}

TEST(TrecEval, AllMeasures) {
  HEED_NEEDS_SHARED();
  expect_golden("out.test.a", {"-m", "all_trec"}, "qrels.test", "results.test");
}

TEST(TrecEval, AllMeasuresOfEachQuery) {
  HEED_NEEDS_SHARED();
  expect_golden("out.test.aq", {"-q", "-m", "all_trec"}, "qrels.test", "results.test");
}

TEST(TrecEval, QueriesThatTheRunLacks) {
  HEED_NEEDS_SHARED();
  expect_golden("out.test.aqc", {"-q", "-c", "-m", "all_trec"}, "qrels.test", "results.trunc");
}

TEST(TrecEval, OnlyTheFirstDocumentsOfEachQuery) {
  HEED_NEEDS_SHARED();
  expect_golden("out.test.aqcM", {"-q", "-c", "-M", "100", "-m", "all_trec"}, "qrels.test", "results.trunc");
}

TEST(TrecEval, AHigherGradeCountsAsRelevant) {
  HEED_NEEDS_SHARED();
  expect_golden("out.test.aql", {"-q", "-l2", "-m", "all_trec", "-m", "relstring.20"}, "qrels.rel_level",
                "results.test");
}

TEST(TrecEval, OptionsMayFollowTheFiles) {
  HEED_NEEDS_SHARED();
  const fs::path folder = shared_dir() / "fixtures/trec_eval";
  const Outcome outcome =
      heed({"eval", "--run", folder / "results.test", "--qrels", folder / "qrels.test", "-m", "all_trec", "--queries"});
  EXPECT_EQ(first_difference(content_of(folder / "out.test.aq"), outcome.out), "");
}

TEST(TrecEval, RunsOfTrec2003PackedAndNot) {
  HEED_NEEDS_SHARED();
  const TemporaryDir folder;
  const std::string qrels = shared_dir() / "data/trec/qrels/robust03_qrels.txt";
  for (const std::string name : {"MU03rob01", "NLPR03vb10", "SABIR03BASE", "pircRBa1", "uic0301"}) {
    SCOPED_TRACE(name);
    const fs::path packed = shared_dir() / "data/trec/runs" / (name + ".run.gz");
    const std::string expected = content_of(shared_dir() / "fixtures/trec_eval/robust03" / (name + ".all_trec.txt.gz"));
    const fs::path plain = folder.write(name, content_of(packed));
    for (const fs::path& run : {packed, plain})
      EXPECT_EQ(first_difference(expected, heed({"eval", "-q", "-m", "all_trec", qrels, run}).out), "");
  }
}

}  // namespace
}  // namespace heed::testing
