// BM25 over the instruction benchmark on real text, against what the paper's own script, mteb's p-MRR code and
// trec_eval 10 gave for it.
#include <gtest/gtest.h>

#include "base/parallel.h"
#include "bench/runner.h"
#include "format/json.h"
#include "testing/testing.h"

namespace heed::bench {
namespace {

using collection::Arm;
using heed::testing::shared_dir;
using heed::testing::TemporaryDir;

const std::filesystem::path kReference = "data/nf-instruct/reference";

TaskResult run_bm25(const std::string& layout, std::string_view recipe, int threads = base::usable_cores()) {
  const TemporaryDir dir;
  ScoreStore store(dir.path() / "store.db");
  const Task task = open_task("nf=" + (shared_dir() / "data/nf-instruct" / layout).string());
  const std::vector<std::string> measures = {"recip_rank", "P.10", "recall.100", "ndcg_cut.5,10,20", "map_cut.1000"};
  eval::PairOptions judging;
  judging.ties = recipe_named(recipe).ties;
  RunnerOptions options;
  options.threads = threads;
  const auto selected = eval::select_measures(measures);
  const auto arms = task.data.arms();
  return run_task({task, retrieve::model_named("bm25"), arms}, {recipe_named(recipe), selected, judging}, store,
                  options);
}

void expect_scores_of_reference(const collection::Run& run, std::string_view arm) {
  const auto reference = collection::read_run(shared_dir() / kReference / ("bm25_" + std::string(arm) + ".run.gz"));
  ASSERT_EQ(run.size(), reference.size());
  for (const collection::RankedList& list : reference.lists())
    for (const auto& [document, score] : list.entries()) {
      const double* const ours = run.find(list.query())->find(document);
      ASSERT_NE(ours, nullptr);
      EXPECT_NEAR(*ours, score, 1e-9) << arm << " " << list.query() << " " << document;
    }
}

TEST(SharedBm25, EveryScoreIsTheReferencesInBothLayouts) {
  HEED_NEEDS_SHARED();
  for (const char* const layout : {"followir-layout", "mteb-layout"}) {
    const TaskResult result = run_bm25(layout, "sound");
    EXPECT_EQ(result.runs.size(), layout == std::string("mteb-layout") ? 3u : 5u);
    for (const ArmRun& run : result.runs) expect_scores_of_reference(run.run, name_of(run.arm));
  }
}

TEST(SharedBm25, PMrrIsTheReferencesUnderBothTieOrders) {
  HEED_NEEDS_SHARED();
  const auto expected = format::read_json(shared_dir() / kReference / "bm25.json")["p_mrr"];
  for (const char* const layout : {"followir-layout", "mteb-layout"}) {
    EXPECT_NEAR(run_bm25(layout, "sound").pair->p_mrr, expected["ties_by_score_then_docid_descending"].get<double>(),
                1e-9);
    EXPECT_NEAR(run_bm25(layout, "paper").pair->p_mrr, expected["ties_in_candidate_order"].get<double>(), 1e-9);
  }
}

TEST(SharedBm25, MeasuresAreTrecEvalsForAllPairings) {
  HEED_NEEDS_SHARED();
  const auto expected = format::read_json(shared_dir() / kReference / "bm25.json")["trec_eval_10"];
  const TaskResult result = run_bm25("followir-layout", "sound");
  const auto arm = [&](Arm which) -> const eval::Evaluation& {
    return std::ranges::find(result.arms, which, &ArmEvaluation::arm)->correct;
  };
  const std::pair<const char*, const eval::Evaluation&> pairings[] = {
      {"og run, og qrels", result.pair->og},
      {"og run, changed qrels", result.pair->paper_og},
      {"changed run, changed qrels", result.pair->changed},
      {"changed run, og qrels", result.pair->paper_changed},
      {"none run, og qrels", arm(Arm::kNone)},
      {"keywords run, og qrels", arm(Arm::kKeywords)},
      {"short run, og qrels", arm(Arm::kShort)}};
  EXPECT_EQ(expected.size(), std::size(pairings));
  for (const auto& [name, evaluation] : pairings)
    for (const auto& [measure, value] : expected[name].items())
      EXPECT_NEAR(evaluation.summary.at(evaluation.column(measure).value()), value.get<double>(), 0.5000001e-4)
          << name << " " << measure;
}

TEST(SharedBm25, TheThreadCountChangesNothing) {
  HEED_NEEDS_SHARED();
  const TaskResult one = run_bm25("followir-layout", "sound", 1), four = run_bm25("followir-layout", "sound", 4);
  for (std::size_t i = 0; i < one.runs.size(); ++i) EXPECT_EQ(trec_run(one.runs[i].run), trec_run(four.runs[i].run));
}

}  // namespace
}  // namespace heed::bench
