#include "base/parallel.h"

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace heed::base {
namespace {

TEST(Parallel, EachItemIsDoneOnce) {
  for (const int threads : {1, 2, 7}) {
    std::vector<int> done(100);
    parallel_for(done.size(), threads, [&](int worker, std::size_t item) {
      EXPECT_LT(worker, threads);
      ++done[item];
    });
    EXPECT_EQ(done, std::vector<int>(100, 1));
  }
}

TEST(Parallel, AFailureReachesTheCaller) {
  const auto fail = [](int, std::size_t item) {
    if (item == 3) throw std::runtime_error("item 3");
  };
  EXPECT_THROW(parallel_for(10, 2, fail), std::runtime_error);
}

TEST(Parallel, NothingToDoIsDone) {
  parallel_for(0, 3, [](int, std::size_t) { FAIL(); });
  EXPECT_GE(usable_cores(), 1);
}

}  // namespace
}  // namespace heed::base
