#include "base/mapped_file.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::base {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

std::string text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST(MappedFile, HasTheBytesOfTheFileAndOutlivesTheObject) {
  const TemporaryDir dir;
  const std::string content(10000, 'x');
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> keeper;
  {
    const MappedFile file(dir.write("a", content));
    EXPECT_EQ(text_of(file), content);
    bytes = file.bytes();
    keeper = file.keeper();
    release_pages(bytes);
    EXPECT_EQ(text_of(file), content);
  }
  EXPECT_EQ(static_cast<char>(bytes[9999]), 'x');
}

TEST(MappedFile, AnEmptyFileHasNoBytes) {
  const TemporaryDir dir;
  EXPECT_TRUE(MappedFile(dir.write("a", "")).bytes().empty());
}

TEST(MappedFile, AFolderAndAMissingFileAreNamed) {
  const TemporaryDir dir;
  EXPECT_NE(complaint_of([&] { MappedFile(dir.path()); }).find("is a folder"), std::string::npos);
  EXPECT_NE(complaint_of([&] { MappedFile(dir.path() / "none"); }).find("none"), std::string::npos);
}

}  // namespace
}  // namespace heed::base
