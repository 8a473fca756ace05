#include "base/error.h"

#include <gtest/gtest.h>

namespace heed::base {
namespace {

TEST(Error, ABrokenPromiseNamesItsPlace) {
  EXPECT_NO_THROW(check(true));
  try {
    check(false);
    FAIL();
  } catch (const Bug& bug) {
    EXPECT_NE(std::string(bug.what()).find("error_test.cpp"), std::string::npos);
  }
}

TEST(Error, CountsReadAsEnglish) {
  EXPECT_EQ(counted(1, "query", "queries"), "1 query");
  EXPECT_EQ(counted(0, "query", "queries"), "0 queries");
}

}  // namespace
}  // namespace heed::base
