#include "report/pair_tables.h"

#include <gtest/gtest.h>

namespace heed::report {
namespace {

using Row = std::vector<std::string>;
using Rows = std::vector<Row>;

/// q1: a falls from 1 to 3 (2/3). q2: a rises from 3 to 1 (-2/3), c falls from 2 to 3 (1/3). q3: nothing changes.
/// p-MRR: the mean of 2/3 and -1/6, 1/4; of the two equal scores of q2, c stands before a.
struct Example {
  Example() {
    for (const char* const document : {"a", "b"}) og.add("q1", document, 1);
    changed.add("q1", "b", 1);
    og.add("q2", "a", 1);
    changed.add("q2", "a", 0);
    changed.add("q2", "c", 1);
    og.add("q3", "b", 1);
    changed.add("q3", "b", 1);
    add(run_og, "q1", {{"a", 3}, {"b", 2}, {"c", 1}});
    add(run_changed, "q1", {{"c", 3}, {"b", 2}, {"a", 1}});
    add(run_og, "q2", {{"b", 2}, {"a", 1}, {"c", 1}});
    add(run_changed, "q2", {{"a", 3}, {"b", 2}, {"c", 1}});
    add(run_og, "q3", {{"b", 1}});
    add(run_changed, "q3", {{"b", 1}});
  }

  static void add(collection::Run& run, const char* query, const std::vector<std::pair<const char*, int>>& list) {
    for (const auto& [document, score] : list) run.add(query, document, score);
  }

  collection::Judgments og, changed;
  collection::Run run_og, run_changed;
};

/// The example, judged; it borrows the example's ids, which live as long as the program.
eval::PairEvaluation example() {
  static const Example kExample;
  const std::vector<std::string> requests = {"runid",      "num_rel_ret",  "relstring",
                                             "ndcg_cut.5", "map_cut.1000", "recip_rank"};
  return eval::evaluate_pair({kExample.og, kExample.changed, kExample.run_og, kExample.run_changed},
                             eval::select_measures(requests), {});
}

Row names_of(const Table& table) {
  Row names;
  for (const Table::Column& column : table.columns) names.push_back(column.name);
  return names;
}

eval::PairEvaluation with_p_mrr(double value, double low, double high, std::size_t queries = 20) {
  eval::PairEvaluation pair;
  pair.p_mrr = value;
  pair.p_mrr_interval = {low, high};
  eval::QueryObedience query;
  query.flipped.emplace_back();
  pair.queries.assign(queries, query);
  return pair;
}

TEST(PairTables, EveryMeasureThatIsANumberHasARow) {
  const Table table = measure_table(example());
  EXPECT_EQ(names_of(table), (Row{"measure", "og", "changed", "paper: og", "paper: changed"}));
  // map: changed (1/2 + 1/3 + 1) / 3, crossed ((1/2 + 2/3) / 2 + 1 + 1) / 3.
  EXPECT_EQ(table.rows, (Rows{{"num_rel_ret", "4", "3", "3", "4"},
                              {"recip_rank", "77.8", "61.1", "66.7", "83.3"},
                              {"ndcg_cut_5", "83.3", "71.0", "75.4", "89.8"},
                              {"map_cut_1000", "77.8", "61.1", "66.7", "86.1"}}));
}

TEST(PairTables, EveryQueryHasARowAlsoWithoutAPMrr) {
  const Table table = query_table(example(), "map_cut_1000");
  EXPECT_EQ(names_of(table), (Row{"query", "p-MRR", "changed judgments", "MAP@1000 og", "MAP@1000 changed"}));
  EXPECT_EQ(table.rows, (Rows{{"q1", "+66.7", "1", "100.0", "50.0"},
                              {"q2", "-16.7", "2", "33.3", "33.3"},
                              {"q3", "-", "0", "100.0", "100.0"}}));
}

TEST(PairTables, EveryRowIsAsLongAsTheNames) {
  const eval::PairEvaluation pair = example();
  for (const Table& table : {measure_table(pair), query_table(pair, "recip_rank")})
    for (const Row& row : table.rows) EXPECT_EQ(row.size(), table.columns.size());
}

TEST(PairTables, TheSentencesCountWhatTheyAverage) {
  eval::PairEvaluation pair = example();
  EXPECT_EQ(p_mrr_sentence(pair), "p-MRR +25.0 (95% interval -16.7 to +66.7) over 2 queries and 3 changed judgments");
  EXPECT_EQ(ties_sentence(pair),
            "ties (docid): equal scores are ordered by document id, descending; 2 results share a score with another, "
            "2 of the changed judgments among them");
  pair.queries.erase(pair.queries.begin() + 1);
  pair.changed_pairs = 1;
  EXPECT_EQ(p_mrr_sentence(pair), "p-MRR +25.0 (95% interval -16.7 to +66.7) over 1 query and 1 changed judgment");
}

TEST(PairTables, EachTiePolicyHasItsSentence) {
  eval::PairEvaluation pair;
  pair.ties = eval::Ties::kInput;
  EXPECT_EQ(ties_sentence(pair),
            "ties (input): equal scores are ordered in the order of the input; 0 results share a score with another, "
            "0 of the changed judgments among them");
  pair.ties = eval::Ties::kExpected;
  pair.tied_documents = 7;
  pair.tied_flipped = 1;
  EXPECT_EQ(ties_sentence(pair),
            "ties (expected): equal scores are ordered every way, and the mean taken; 7 results share a score with "
            "another, 1 of the changed judgments among them");
}

TEST(PairTables, TheVerdictIsTheIntervalsSign) {
  EXPECT_EQ(verdict("bm25", with_p_mrr(-0.3, -0.361, -0.236)),
            "bm25 does not obey: documents that the altered instruction excludes rise in its ranking (p-MRR -30.0, "
            "below 0 beyond chance).");
  EXPECT_EQ(verdict("m", with_p_mrr(0.137, 0.001, 0.2)),
            "m obeys: documents that the altered instruction excludes sink in its ranking (p-MRR +13.7, above 0 beyond "
            "chance).");
  EXPECT_EQ(verdict("m", with_p_mrr(0.01, -0.1, 0.12)), "m neither obeys nor disobeys beyond chance (p-MRR +1.0).");
}

TEST(PairTables, AFewTopicsTellNothing) {
  EXPECT_EQ(verdict("m", with_p_mrr(-0.5, -0.5, -0.5, 1)), "m: too few topics to tell (p-MRR -50.0 over 1 topic).");
}

TEST(PairTables, AnIntervalThatTouchesZeroDecidesNothing) {
  EXPECT_EQ(verdict("m", with_p_mrr(0.1, 0, 0.2)), "m neither obeys nor disobeys beyond chance (p-MRR +10.0).");
  EXPECT_EQ(verdict("m", with_p_mrr(-0.1, -0.2, 0)), "m neither obeys nor disobeys beyond chance (p-MRR -10.0).");
  EXPECT_EQ(verdict("m", with_p_mrr(0, 0, 0)), "m neither obeys nor disobeys beyond chance (p-MRR +0.0).");
}

}  // namespace
}  // namespace heed::report
