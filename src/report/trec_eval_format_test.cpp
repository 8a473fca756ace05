#include "report/trec_eval_format.h"

#include <gtest/gtest.h>

namespace heed::report {
namespace {

/// q1 finds its one relevant document second; q10 finds the first of its two first. The evaluation borrows the ids.
class TrecEvalFormat : public ::testing::Test {
 protected:
  TrecEvalFormat() {
    judgments_.add("q10", "a", 1);
    judgments_.add("q10", "z", 2);
    judgments_.add("q1", "b", 1);
    judgments_.add("q1", "c", 0);
    run_.tag = "tag";
    run_.add("q10", "a", 3);
    run_.add("q10", "y", 2);
    run_.add("q1", "c", 9);
    run_.add("q1", "b", 8);
    run_.add("q1", "x", 7);
  }

  std::string lines(const std::vector<std::string>& requests, TrecEvalParts parts = {}) const {
    return trec_eval_lines(eval::evaluate(judgments_, run_, eval::select_measures(requests), {}), parts);
  }

 private:
  collection::Judgments judgments_;
  collection::Run run_;
};

const std::vector<std::string> kSome = {"runid", "num_q", "num_ret", "map", "gm_map", "relstring"};

TEST_F(TrecEvalFormat, TheSummaryIsTrecEvalsByteForByte) {
  // map: (1/2 + 1/2) / 2; gm_map: the square root of 1/2 * 1/2.
  EXPECT_EQ(lines(kSome),
            "runid                 \tall\ttag\n"
            "num_q                 \tall\t2\n"
            "num_ret               \tall\t5\n"
            "map                   \tall\t0.5000\n"
            "gm_map                \tall\t0.5000\n");
}

TEST_F(TrecEvalFormat, QueriesComeBeforeTheSummaryInTheOrderOfTheirIds) {
  EXPECT_EQ(lines(kSome, {.queries = true}),
            "num_ret               \tq1\t3\n"
            "map                   \tq1\t0.5000\n"
            "relstring             \tq1\t'01-'\n"
            "num_ret               \tq10\t2\n"
            "map                   \tq10\t0.5000\n"
            "relstring             \tq10\t'1-'\n"
            "runid                 \tall\ttag\n"
            "num_q                 \tall\t2\n"
            "num_ret               \tall\t5\n"
            "map                   \tall\t0.5000\n"
            "gm_map                \tall\t0.5000\n");
}

TEST_F(TrecEvalFormat, TheSummaryCanBeLeftOut) {
  EXPECT_EQ(lines({"recip_rank"}, {.queries = true, .summary = false}),
            "recip_rank            \tq1\t0.5000\n"
            "recip_rank            \tq10\t1.0000\n");
  EXPECT_EQ(lines({"recip_rank"}, {.queries = false, .summary = false}), "");
}

TEST_F(TrecEvalFormat, ALongNameIsNeitherCutNorPadded) {
  // q1 has precision 1/2 at every recall, q10 1 up to recall 1/2 and 0 above: (1/2 + 2/3) / 2, and (1/2 + 1) / 2.
  EXPECT_EQ(lines({"11pt_avg.0.25,0.5,0.75"}), "11pt_avg_0.25,0.5,0.75\tall\t0.5833\n");
  EXPECT_EQ(lines({"11pt_avg.0.125,0.25,0.375"}), "11pt_avg_0.125,0.25,0.375\tall\t0.7500\n");
}

TEST_F(TrecEvalFormat, CutoffsHaveALineEachAndCountsNoDecimals) {
  // Precision after 1: 0 and 1; after 3: 1/3 and 1/3. q10's b was never found.
  EXPECT_EQ(lines({"num_rel", "num_rel_ret", "P.3,1", "num_nonrel_judged_ret"}),
            "num_rel               \tall\t3\n"
            "num_rel_ret           \tall\t2\n"
            "P_1                   \tall\t0.5000\n"
            "P_3                   \tall\t0.3333\n"
            "num_nonrel_judged_ret \tall\t1\n");
}

TEST_F(TrecEvalFormat, NegativeValuesKeepFourDecimals) {
  // Found and relevant less found and not: q1 1 - 2, q10 1 - 1.
  EXPECT_EQ(lines({"utility"}, {.queries = true}),
            "utility               \tq1\t-1.0000\n"
            "utility               \tq10\t0.0000\n"
            "utility               \tall\t-0.5000\n");
}

}  // namespace
}  // namespace heed::report
