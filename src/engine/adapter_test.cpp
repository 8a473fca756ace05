#include "engine/adapter.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

namespace heed::engine {
namespace {

TEST(Adapter, WhatIsMergedHasTheSameBitsOnAnyNumberOfThreads) {
  at::manual_seed(1);
  const at::Tensor weight = at::randn({1024, 768});
  const LowRank update{at::randn({8, 768}), at::randn({1024, 8}), 2};
  at::set_num_threads(1);
  const at::Tensor alone = merged(weight, update);
  const at::Tensor expected = weight.to(at::kDouble) + 2 * at::mm(update.b.to(at::kDouble), update.a.to(at::kDouble));
  EXPECT_LT((alone.to(at::kDouble) - expected).abs().max().item<double>(), 1e-4);
  for (const int threads : {2, 3, 5}) {
    at::set_num_threads(threads);
    EXPECT_TRUE(at::equal(alone, merged(weight, update))) << threads;
    EXPECT_EQ(at::get_num_threads(), threads);
  }
}

}  // namespace
}  // namespace heed::engine
