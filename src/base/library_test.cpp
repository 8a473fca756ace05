#include "base/library.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/file.h"
#include "testing/testing.h"

namespace heed::base {
namespace {

using heed::testing::complaint_of;

/// Beside the test's program, as long as it lives.
struct FileBesideUs {
  explicit FileBesideUs(const std::string& content) { write_file(path, content); }
  ~FileBesideUs() { std::filesystem::remove(path); }
  FileBesideUs(const FileBesideUs&) = delete;
  FileBesideUs& operator=(const FileBesideUs&) = delete;
  std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "libheed_of_a_test.so";
};

const Library kWanted = {.file = "libheed_of_a_test.so", .entry = "entry", .purpose = "the library of a test"};

TEST(Library, SaysWhereItWasLookedFor) {
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  EXPECT_EQ(complaint_of([] { load_library(kWanted); }),
            "the library of a test is not installed; looked for " + (here / kWanted.file).string() + " and " +
                (here.parent_path() / "lib" / "heed" / kWanted.file).string());
}

TEST(Library, AFileThatIsNoLibraryDoesNotLoad) {
  const FileBesideUs file("text\n");
  EXPECT_NE(complaint_of([] { load_library(kWanted); }).find("the library of a test does not load: "),
            std::string::npos);
}

}  // namespace
}  // namespace heed::base
