#include "base/parallel.h"

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
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

TEST(Parallel, OfSeveralFailuresTheFirstItemsIsThrown) {
  const auto fail = [](int, std::size_t item) {
    if (item == 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    throw std::runtime_error(std::to_string(item));
  };
  for (int i = 0; i < 5; ++i) {
    try {
      parallel_for(4, 2, fail);
      FAIL();
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "0");
    }
  }
}

TEST(Parallel, NothingToDoIsDone) {
  parallel_for(0, 3, [](int, std::size_t) { FAIL(); });
  EXPECT_GE(usable_cores(), 1);
}

}  // namespace
}  // namespace heed::base
