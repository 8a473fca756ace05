#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
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

TEST(File, ALinkStaysAndItsTargetIsWritten) {
  const TemporaryDir dir;
  std::filesystem::create_directory(dir.path() / "sub");
  std::filesystem::create_symlink("sub/target", dir.path() / "link");
  for (const char* const content : {"new", "newer"}) {
    write_file(dir.path() / "link", content);
    EXPECT_TRUE(std::filesystem::is_symlink(dir.path() / "link"));
    EXPECT_EQ(read_file(dir.path() / "sub/target"), content);
  }
}

TEST(File, ADeviceOrAPipeIsWrittenIntoAndStays) {
  const TemporaryDir dir;
  write_file("/dev/null", "gone");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  EXPECT_NE(complaint_of([] { write_file("/dev/full", "x"); }).find("/dev/full: cannot be written"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
  const auto pipe = dir.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  write_file(pipe, "through");
  char bytes[16] = {};
  EXPECT_EQ(read(reader, bytes, sizeof bytes), 7);
  EXPECT_STREQ(bytes, "through");
  close(reader);
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST(File, AFileInTheWayOfAFolderIsRefused) {
  const TemporaryDir dir;
  const auto file = dir.write("file", "");
  EXPECT_NE(complaint_of([&] { make_folder(file / "below"); }).find("the folder cannot be made"), std::string::npos);
}

}  // namespace
}  // namespace heed::base
