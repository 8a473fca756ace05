#include "format/byte_reader.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

std::string long_text() {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += std::to_string(i * 7919L) + "\n";
  return text;
}

TEST(ByteReader, GzipAndPlainGiveTheSame) {
  const TemporaryDir dir;
  const std::string text = long_text();
  EXPECT_EQ(read_all(dir.write("plain", text)), text);
  EXPECT_EQ(read_all(dir.write_gzip("packed", text)), text);
  EXPECT_EQ(read_all(dir.write("empty", "")), "");
}

TEST(ByteReader, AByteOrderMarkIsNotContent) {
  const TemporaryDir dir;
  EXPECT_EQ(read_all(dir.write("marked", "\xEF\xBB\xBFtext")), "text");
}

TEST(ByteReader, ATruncatedGzipFileIsRefusedWhereverItEnds) {
  const TemporaryDir dir;
  const auto whole = dir.write_gzip("whole", long_text());
  const auto size = std::filesystem::file_size(whole);
  for (const auto kept : {size - 1, size - 8, size / 2, std::uintmax_t{12}}) {
    const auto cut = dir.path() / "cut.gz";
    std::filesystem::copy_file(whole, cut, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(cut, kept);
    EXPECT_EQ(complaint_of([&] { read_all(cut); }),
              cut.string() + ": the gzip data ends too early: the file is truncated")
        << kept;
  }
}

TEST(ByteReader, DamagedGzipIsRefused) {
  const TemporaryDir dir;
  const auto path = dir.write_gzip("damaged.gz", long_text());
  std::string bytes;
  {
    FILE* const file = fopen(path.c_str(), "rb+");
    fseek(file, 5000, SEEK_SET);
    fwrite("XXXXXXXXXXXXXXXX", 1, 16, file);
    fclose(file);
  }
  EXPECT_NE(complaint_of([&] { read_all(path); }).find("the gzip data"), std::string::npos);
}

TEST(ByteReader, MissingFilesAndFoldersAreRefusedByName) {
  const TemporaryDir dir;
  EXPECT_EQ(complaint_of([&] { ByteReader reader(dir.path()); }), dir.path().string() + ": is a folder, not a file");
  EXPECT_EQ(complaint_of([&] { ByteReader reader(dir.path() / "none"); }),
            (dir.path() / "none").string() + ": cannot be read: No such file or directory");
}

}  // namespace
}  // namespace heed::format
