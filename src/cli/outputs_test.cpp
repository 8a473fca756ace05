#include "cli/outputs.h"

#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "testing/testing.h"

namespace heed::cli {
namespace {

using testing::TemporaryDir;

std::string complaint(const std::vector<NamedPath>& inputs, const std::vector<NamedPath>& outputs) {
  try {
    check_outputs(inputs, outputs);
    return "";
  } catch (const base::BadUsage& usage) {
    return usage.what();
  }
}

TEST(Outputs, AnInputIsNotOverwrittenWhateverItsName) {
  const TemporaryDir dir;
  const auto file = dir.write("in/a.txt", "a");
  std::filesystem::create_symlink(file, dir.path() / "link");
  std::filesystem::create_hard_link(file, dir.path() / "hard");
  for (const auto& name : {file, dir.path() / "in" / ".." / "in" / "a.txt", dir.path() / "link", dir.path() / "hard"})
    EXPECT_EQ(complaint({{"--data", file}}, {{"--out", name}}),
              "--out " + name.string() + " would overwrite what --data " + file.string() + " reads");
  EXPECT_NE(complaint({{"--topics", dir.path() / "in"}}, {{"--out", file}}), "");
  EXPECT_EQ(complaint({{"--topics", dir.path() / "in"}}, {{"--out", dir.path() / "in/b.txt"}}), "");
  EXPECT_EQ(complaint({{"--data", file}}, {{"--out", dir.path() / "b.txt"}}), "");
}

TEST(Outputs, TwoOutputsAreTwoFiles) {
  const TemporaryDir dir;
  const auto a = dir.path() / "new" / "a";
  EXPECT_EQ(complaint({}, {{"--out", a}, {"--log", dir.path() / "new" / "." / "a"}}),
            "--log " + (dir.path() / "new" / "." / "a").string() + " and --out " + a.string() + " are the same file");
  EXPECT_EQ(complaint({{"--data", "-"}}, {{"--out", "/dev/null"}, {"--report", "/dev/null"}, {"--log", ""}}), "");
}

}  // namespace
}  // namespace heed::cli
