#include "base/file_lock.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::base {
namespace {

using testing::complaint_of;
using testing::TemporaryDir;

TEST(LockFile, IsOneProcesssAndGoesWithIt) {
  const TemporaryDir dir;
  const auto path = dir.path() / "deep" / "x.lock";
  {
    const LockFile first(path);
    EXPECT_TRUE(std::filesystem::exists(path));
    EXPECT_EQ(complaint_of([&] { const LockFile second(path); }), path.string() + ": another process works here");
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  dir.write("deep/x.lock", "");  // as a process that was killed leaves it
  const LockFile again(path);
}

}  // namespace
}  // namespace heed::base
