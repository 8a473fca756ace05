// The parts that were made fast, each beside its plain reference.
#include <benchmark/benchmark.h>

#include "eval/p_mrr.h"
#include "text/paper_analyzer.h"
#include "text/porter_nltk.h"

namespace {

using namespace heed;

/// p-MRR over all orders of two groups of `size` tied documents: closed form against the double sum.
void ExpectedPMrr_closed_form(benchmark::State& state) {
  const long size = state.range(0);
  for (auto _ : state) benchmark::DoNotOptimize(eval::expected_p_mrr({10, 9 + size}, {20, 19 + size}));
}
BENCHMARK(ExpectedPMrr_closed_form)->Arg(10)->Arg(1000);

void ExpectedPMrr_double_sum(benchmark::State& state) {
  const long size = state.range(0);
  for (auto _ : state) {
    double sum = 0;
    for (long before = 10; before < 10 + size; ++before)
      for (long after = 20; after < 20 + size; ++after) sum += eval::p_mrr({before, after});
    benchmark::DoNotOptimize(sum / static_cast<double>(size * size));
  }
}
BENCHMARK(ExpectedPMrr_double_sum)->Arg(10)->Arg(1000);

/// Terms of a text: an analyzer that remembers tokens, against one that stems each.
constexpr const char* kText =
    "The committee reported that repairs to the observatory were finished and that several instruments had been "
    "replaced "
    "by engineers who visited the station repeatedly during the following expeditions";

void PaperAnalyzer_remembering(benchmark::State& state) {
  text::PaperAnalyzer analyzer;
  for (auto _ : state) benchmark::DoNotOptimize(analyzer.analyze(kText));
}
BENCHMARK(PaperAnalyzer_remembering);

void PaperAnalyzer_each_time(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(text::PaperAnalyzer().analyze(kText));
}
BENCHMARK(PaperAnalyzer_each_time);

}  // namespace

BENCHMARK_MAIN();
