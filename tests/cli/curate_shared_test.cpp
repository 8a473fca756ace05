#include <cstdlib>
#include <filesystem>
#include <string>

#include "cli/program.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

/// The whole way, as a person goes it: from Cranfield's files to a benchmark, a model on it, and back.
TEST(CurateShared, CranfieldBecomesABenchmarkByTheScript) {
  HEED_NEEDS_SHARED();
  const TemporaryDir dir;
  const auto log = dir.path() / "log";
  const std::string command = "HEED='" + program() + "' sh '" + (source_dir() / "examples/curate-cranfield").string() +
                              "' '" + (shared_dir() / "data/cranfield").string() + "' '" +
                              (dir.path() / "out").string() + "' > '" + log.string() + "' 2>&1";
  EXPECT_EQ(std::system(command.c_str()), 0) << content_of(log);
  EXPECT_TRUE(content_of(log).ends_with("\nthe same\n")) << content_of(log);
  const Outcome outcome = heed({"inspect", (dir.path() / "out/benchmark/mteb").string(), "--format", "json"});
  const auto facts = json_of(outcome).begin().value();
  EXPECT_EQ(facts["topics"], 30) << outcome.out;
}

}  // namespace
}  // namespace heed::testing
