// Official TREC runs, judged as a whole, against what trec_eval 10 printed for them.
#include <map>

#include <gtest/gtest.h>

#include "base/parallel.h"
#include "eval/evaluation.h"
#include "testing/testing.h"

namespace heed::eval {
namespace {

using heed::testing::content_of;
using heed::testing::shared_dir;

/// The summary values in trec_eval's output, by name.
std::map<std::string, double> printed_summary(const std::string& output) {
  std::map<std::string, double> values;
  for (std::size_t begin = 0; begin < output.size();) {
    const std::size_t end = output.find('\n', begin);
    const std::string line = output.substr(begin, end - begin);
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    const std::string name = line.substr(0, line.find_last_not_of(" \t", first) + 1);
    if (line.substr(first + 1, second - first - 1) == "all" && name != "runid")
      values[name] = std::stod(line.substr(second + 1));
    begin = end + 1;
  }
  return values;
}

TEST(SharedEvaluation, OfficialRunsScoreAsTrecEvalSays) {
  HEED_NEEDS_SHARED();
  const auto judgments = collection::read_judgments(shared_dir() / "data/trec/qrels/robust03_qrels.txt");
  const std::vector<std::string> request = {"all_trec"};
  const auto measures = select_measures(request);
  for (const std::string name : {"MU03rob01", "NLPR03vb10", "SABIR03BASE", "pircRBa1", "uic0301"}) {
    const auto run = collection::read_run(shared_dir() / "data/trec/runs" / (name + ".run.gz"));
    const auto evaluation = evaluate(judgments, run, measures, {}, base::usable_cores());
    const auto expected =
        printed_summary(content_of(shared_dir() / "fixtures/trec_eval/robust03" / (name + ".all_trec.txt.gz")));
    EXPECT_GT(expected.size(), 90u);
    for (const auto& [measure, value] : expected) {
      const auto column = evaluation.column(measure);
      ASSERT_TRUE(column) << measure;
      EXPECT_NEAR(evaluation.summary[*column], value, 0.500001e-4) << name << " " << measure;
    }
  }
}

}  // namespace
}  // namespace heed::eval
