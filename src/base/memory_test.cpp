#include "base/memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace heed::base {
namespace {

TEST(UsableMemory, IsMoreThanThisTestUsesAndNoMoreThanTheMachineHas) {
  const auto machine =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  EXPECT_GT(usable_memory(), std::uint64_t{1} << 24);
  EXPECT_LE(usable_memory(), machine);
}

}  // namespace
}  // namespace heed::base
