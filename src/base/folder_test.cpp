#include "base/folder.h"

#include <vector>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::base {
namespace {

namespace fs = std::filesystem;
using heed::testing::complaint_of;
using heed::testing::content_of;
using heed::testing::TemporaryDir;

long entries(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

TEST(Folder, IsReplacedWholeAndLeavesNothingBeside) {
  const TemporaryDir dir;
  const fs::path folder = dir.path() / "out";
  write_folder(folder, std::vector<FolderFile>{{"a", "1"}, {"b/c", "2"}});
  EXPECT_EQ(content_of(folder / "b/c"), "2");
  write_folder(folder.string() + "/", std::vector<FolderFile>{{"a", "3"}});
  EXPECT_EQ(content_of(folder / "a"), "3");
  EXPECT_FALSE(fs::exists(folder / "b"));
  EXPECT_EQ(entries(dir.path()), 1);
}

TEST(Folder, AnEmptyOneIsFilled) {
  const TemporaryDir dir;
  fs::create_directory(dir.path() / "out");
  write_folder(dir.path() / "out", std::vector<FolderFile>{{"a", "1"}});
  EXPECT_EQ(content_of(dir.path() / "out/a"), "1");
}

TEST(Folder, WhatCannotBeWrittenLeavesTheOldOne) {
  const TemporaryDir dir;
  const fs::path folder = dir.path() / "out";
  write_folder(folder, std::vector<FolderFile>{{"a", "1"}});
  complaint_of([&] { write_folder(folder, std::vector<FolderFile>{{"a", "2"}, {"a/b", "3"}}); });
  EXPECT_EQ(content_of(folder / "a"), "1");
  EXPECT_EQ(entries(dir.path()), 1);
}

TEST(Folder, WhatAKilledWriterLeftIsRemoved) {
  const TemporaryDir dir;
  dir.write("out.new-4999999/a", "half");
  write_folder(dir.path() / "out", std::vector<FolderFile>{{"a", "1"}});
  EXPECT_EQ(entries(dir.path()), 1);
}

TEST(Folder, AForeignFileIsNamed) {
  const TemporaryDir dir;
  const std::vector<FolderFile> files = {{"a", ""}, {"b/c", ""}};
  EXPECT_EQ(first_foreign(dir.path() / "none", files), "");
  dir.write("out/b/c", "");
  EXPECT_EQ(first_foreign(dir.path() / "out", files), "");
  dir.write("out/z", "");
  dir.write("out/b/d", "");
  EXPECT_EQ(first_foreign(dir.path() / "out", files), "b/d");
  EXPECT_EQ(complaint_of([&] { first_foreign(dir.path() / "out/z", files); }),
            (dir.path() / "out/z").string() + ": is there, and is no folder");
}

}  // namespace
}  // namespace heed::base
