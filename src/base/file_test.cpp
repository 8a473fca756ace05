#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "testing/testing.h"

namespace heed::base {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

TEST(File, WhatIsWrittenIsRead) {
  const TemporaryDir dir;
  const auto path = dir.path() / "a" / "b.txt";
  write_file(path, "one");
  write_file(path, std::string("two\0three", 9));
  EXPECT_EQ(read_file(path), std::string("two\0three", 9));
}

TEST(File, AFailedWriteLeavesNothingBehind) {
  const TemporaryDir dir;
  dir.write("folder/inside", "");
  EXPECT_NE(complaint_of([&] { write_file(dir.path() / "folder", "x"); }).find("cannot be written"), std::string::npos);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

TEST(File, FoldersAndMissingFilesAreRefusedByName) {
  const TemporaryDir dir;
  EXPECT_EQ(complaint_of([&] { read_file(dir.path()); }), dir.path().string() + ": is a folder, not a file");
  EXPECT_EQ(complaint_of([&] { read_file(dir.path() / "none"); }),
            (dir.path() / "none").string() + ": cannot be read: No such file or directory");
}

TEST(File, ALinkToNothingIsThereButCannotBeRead) {
  const TemporaryDir dir;
  std::filesystem::create_symlink("nowhere", dir.path() / "link");
  EXPECT_TRUE(is_there(dir.path() / "link"));
  EXPECT_NE(complaint_of([&] { read_file(dir.path() / "link"); }).find("link: cannot be read"), std::string::npos);
  EXPECT_TRUE(is_there(dir.write("file", "")));
  EXPECT_FALSE(is_there(dir.path() / "none"));
  EXPECT_FALSE(is_there(dir.path() / std::string(300, 'x')));
}

TEST(File, WhatAKilledWriterLeftIsRemoved) {
  const TemporaryDir dir;
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);  // nobody has this number now
  const std::string gone = "out.json.new-" + std::to_string(child) + "-0";
  const std::string alive = "out.json.new-" + std::to_string(getpid()) + "-77", other = "out.jso.new-1-0";
  for (const std::string& name : {gone, alive, other}) dir.write(name, "half");
  write_file(dir.path() / "out.json", "whole");
  EXPECT_FALSE(is_there(dir.path() / gone));
  EXPECT_TRUE(is_there(dir.path() / alive));
  EXPECT_TRUE(is_there(dir.path() / other));
  EXPECT_EQ(read_file(dir.path() / "out.json"), "whole");
}

TEST(File, AFileInTheWayOfAFolderIsRefused) {
  const TemporaryDir dir;
  const auto file = dir.write("file", "");
  EXPECT_NE(complaint_of([&] { make_folder(file / "below"); }).find("the folder cannot be made"), std::string::npos);
}

}  // namespace
}  // namespace heed::base
