#include "format/streams.h"

#include <fstream>
#include <iterator>
#include <map>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "base/error.h"
#include "format/byte_source.h"
#include "testing/testing.h"

namespace heed::format {
namespace {

namespace fs = std::filesystem;
using heed::testing::complaint_of;
using heed::testing::tar_of;
using heed::testing::TemporaryDir;
using namespace std::string_view_literals;

std::string whole(Streams& streams) {
  std::string content(1 << 20, '\0');
  std::size_t size = 0;
  for (std::size_t got = 1; got > 0; size += got) got = streams.read(std::span(content).subspan(size));
  content.resize(size);
  return content;
}

using Named = std::vector<std::pair<std::string, std::string>>;

/// All streams below the folder: names without the folder's, and contents.
Named streams_of(const fs::path& path, const fs::path& below) {
  Streams streams(path);
  Named result;
  while (streams.next()) result.emplace_back(streams.name().substr(below.string().size() + 1), whole(streams));
  return result;
}

std::vector<std::string> notes_of(const fs::path& path) {
  Streams streams(path);
  while (streams.next()) whole(streams);
  return streams.notes();
}

void read_whole(const fs::path& path, ExpansionLimit limit = {}) {
  Streams streams(path, limit);
  while (streams.next()) {
    std::vector<char> block(1 << 16);
    while (streams.read(block) > 0) continue;
  }
}

/// A zip of deflated members.
fs::path write_zip(const fs::path& path, const Named& members, const char* password = nullptr) {
  zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  for (const auto& [name, content] : members) {
    zip_source_t* const source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const auto index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (password != nullptr)
      zip_file_set_encryption(archive, static_cast<zip_uint64_t>(index), ZIP_EM_AES_256, password);
  }
  zip_close(archive);
  return path;
}

const std::string kText = "<DOC><DOCNO>Z-1</DOCNO><TEXT>packed long ago, packed long ago</TEXT></DOC>\n";

// What compress 4.2.4, bzip2 1.0.8 and xz 5.4.1 make of kText.
constexpr std::string_view kCompressed =
    "\x1f\x9d\x90\x3c\x88\x3c\x19\xe2\x23\xe0\x40\x27\x4f\x7c\x68\x69\x11\x83\xc7\x0b\x81\x43\x10\x16\xa4\x52\x04\x0b"
    "\x15\x1f\x70\xc2\x8c\x59\x53\x86\x0c\x08\x36\x6f\xdc\x9c\x01\x11\xe6\xcc\x1b\x16\x20\x32\x6e\xec\xf8\x31\xe4\xc8"
    "\x92\x6f\x1c\x52\xb4\x58\xf0\xe1\x40\x1f\x0a\x00"sv;
constexpr std::string_view kBzip2 =
    "\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x89\x3f\x2b\x9f\x00\x00\x07\xdf\x80\x00\x10\x40\x06\xa0\x05\x0e\x01\x84"
    "\x50\x2e\x8d\xc0\x00\x20\x00\x48\x4a\xa7\xa9\xa6\x27\xa9\xa6\x87\x92\x34\xd0\x25\x40\x9a\x69\x93\x11\x93\x27\xa2"
    "\x7d\x96\x23\x87\xa6\x4b\x3a\x45\x60\x6e\xc8\xc6\x68\x1c\x2a\x24\x0d\x06\x3a\x07\x25\x27\x17\xe2\xc7\xc6\x4f\xcd"
    "\x0d\x10\xe0\xb0\x86\x88\xbb\x62\xee\x48\xa7\x0a\x12\x11\x27\xe5\x73\xe0"sv;
constexpr std::string_view kXz =
    "\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3\xe0\x00\x4a\x00"
    "\x37\x5d\x00\x1e\x11\x05\xe4\x35\xc8\xe7\xa5\x61\x71\xc1\x92\xd6\x42\xe8\x74\xe3\x74\x65\x6d\x94\x13\x38\xbd\x2a"
    "\xb8\x55\x8a\x53\x25\x74\xbf\xdc\xea\x70\x10\x0a\xc3\x86\xc3\xa2\xea\x76\x08\x79\x47\x7a\x68\xcc\xee\x26\xfb\xfe"
    "\x46\x00\x00\x00\xd8\x8e\xdb\xb5\x0a\x7d\x3c\x70\x00\x01\x53\x4b\xa4\x23\x1e\x50\x1f\xb6\xf3\x7d\x01\x00\x00"
    "\x00\x00\x04\x59\x5a"sv;

TEST(Streams, FilesComeInTheOrderOfTheirPathsAndHiddenOnesDoNot) {
  const TemporaryDir dir;
  for (const char* const name : {"b/2", "b/10", "b.txt", "a", "b-c/x", ".git/config", "b/.hidden"})
    dir.write(name, name);
  EXPECT_EQ(streams_of(dir.path(), dir.path()),
            (Named{{"a", "a"}, {"b-c/x", "b-c/x"}, {"b.txt", "b.txt"}, {"b/10", "b/10"}, {"b/2", "b/2"}}));
  EXPECT_EQ(notes_of(dir.path()), (std::vector<std::string>{"passed over hidden files and folders: 2, the first " +
                                                            (dir.path() / ".git").string()}));
}

TEST(Streams, WhatAFileIsItsBytesSay) {
  const TemporaryDir dir;
  dir.write("1.gz", "plain, whatever it is called");
  dir.write_gzip("2", "gzip");
  dir.write("fb396001.0z", kCompressed);
  dir.write("p.bz2", kBzip2);
  dir.write("p.xz", kXz);
  dir.write("q", "");
  EXPECT_EQ(streams_of(dir.path(), dir.path()), (Named{{"1.gz", "plain, whatever it is called"},
                                                       {"2", "gzip"},
                                                       {"fb396001.0z", kText},
                                                       {"p.bz2", kText},
                                                       {"p.xz", kText},
                                                       {"q", ""}}));
}

TEST(Streams, MembersOfGzipFollowEachOther) {
  const TemporaryDir dir;
  const auto packed = [&](const std::string& text) {
    std::ifstream file(dir.write_gzip("part", text), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const auto path = dir.write("both", packed("one, ") + packed("") + packed("two") + "\n\n");
  fs::remove(dir.path() / "part");
  EXPECT_EQ(streams_of(path, dir.path()), (Named{{"both", "one, two"}}));
}

TEST(Streams, OfATarEveryFileIsAStreamPackedOrNot) {
  const TemporaryDir dir;
  const std::string tar = tar_of({{"disk4", "", '5'},
                                  {"disk4/fb1", "one"},
                                  {"./disk4/fb2.0z", std::string(kCompressed)},
                                  {"disk4/link", "", '2'},
                                  {"disk4/hard", "", '1'},
                                  {"disk4/tty", "", '3'},
                                  {"disk4/.index", "x"},
                                  {"disk4/more.tar", tar_of({{"x", "y"}})},
                                  {"last", ""}});
  const auto plain = dir.write("t.tar", tar), packed = dir.write_gzip("t.tgz", tar);
  EXPECT_EQ(streams_of(plain, dir.path()),
            (Named{{"t.tar/disk4/fb1", "one"}, {"t.tar/disk4/fb2.0z", kText}, {"t.tar/last", ""}}));
  EXPECT_EQ(streams_of(packed, dir.path()),
            (Named{{"t.tgz/disk4/fb1", "one"}, {"t.tgz/disk4/fb2.0z", kText}, {"t.tgz/last", ""}}));
  const std::string at = plain.string() + "/disk4/";
  EXPECT_EQ(notes_of(plain),
            (std::vector<std::string>{"passed over archives inside archives: 1, " + at + "more.tar",
                                      "passed over devices and pipes inside archives: 1, " + at + "tty",
                                      "passed over hidden files inside archives: 1, " + at + ".index",
                                      "passed over links inside archives: 2, the first " + at + "link"}));
}

TEST(Streams, OfAZipEveryFileIsAStream) {
  const TemporaryDir dir;
  const auto path = write_zip(dir.path() / "z.zip", {{"a/x", kText}, {"\xC3\xBC", "umlaut"}});
  EXPECT_EQ(streams_of(path, dir.path()), (Named{{"z.zip/a/x", kText}, {"z.zip/\xC3\xBC", "umlaut"}}));
}

TEST(Streams, ADotInAMembersPathHidesNothing) {
  const TemporaryDir dir;
  const auto tar = dir.write("t.tar", tar_of({{"./a", "1"}, {"x/./b", "2"}, {"x/.c", "3"}, {".d/e", "4"}}));
  const Named streams = streams_of(tar, dir.path());
  ASSERT_EQ(streams.size(), 2U);
  EXPECT_EQ(streams[0].second, "1");
  EXPECT_EQ(streams[1].second, "2");
}

TEST(Streams, MembersThatLeaveTheirArchiveAreRefused) {
  const TemporaryDir dir;
  const auto up = dir.write("up.tar", tar_of({{"a/../../x", "x"}})),
             absolute = dir.write("abs.tar", tar_of({{"/x", ""}}));
  EXPECT_EQ(complaint_of([&] { read_whole(up); }),
            up.string() + "/a/../../x: a member of an archive whose path leads out of it");
  EXPECT_EQ(complaint_of([&] { read_whole(absolute); }),
            absolute.string() + "//x: a member of an archive with an absolute path");
  const auto zip = write_zip(dir.path() / "up.zip", {{"../x", "x"}});
  EXPECT_EQ(complaint_of([&] { read_whole(zip); }),
            zip.string() + "/../x: a member of an archive whose path leads out of it");
  const auto escape = dir.write("esc.tar", tar_of({{"a\x1B[2J/../x", "x"}}));
  EXPECT_EQ(complaint_of([&] { read_whole(escape); }),
            escape.string() + "/a?[2J/../x: a member of an archive whose path leads out of it");
}

TEST(Streams, EncryptedMembersAreRefused) {
  const TemporaryDir dir;
  const auto zip = write_zip(dir.path() / "z.zip", {{"x", kText}}, "secret");
  EXPECT_EQ(complaint_of([&] { read_whole(zip); }), zip.string() + "/x: is encrypted; heed has no password for it");
}

TEST(Streams, DamageAndLossAreSaid) {
  const TemporaryDir dir;
  std::string gzip;
  {
    std::ifstream file(dir.write_gzip("whole.gz", kText), std::ios::binary);
    gzip.assign(std::istreambuf_iterator<char>(file), {});
  }
  const auto cut = dir.write("cut.gz", gzip.substr(0, gzip.size() - 9));
  EXPECT_EQ(complaint_of([&] { read_whole(cut); }),
            cut.string() + ": the gzip data ends too early: the file is truncated");
  std::string wrong = gzip;
  wrong[wrong.size() - 6] ^= 1;  // of the sum
  const auto damaged = dir.write("damaged.gz", wrong);
  EXPECT_EQ(complaint_of([&] { read_whole(damaged); }),
            damaged.string() + ": the gzip data is damaged: incorrect data check");
  for (const auto& [name, bytes] : std::map<std::string, std::string_view>{{"p.bz2", kBzip2}, {"p.xz", kXz}}) {
    const auto path = dir.write(name, bytes.substr(0, bytes.size() - 30));
    EXPECT_TRUE(complaint_of([&] { read_whole(path); }).starts_with(path.string() + ": is damaged or cut off: "));
  }
  const std::string tar = tar_of({{"x", std::string(2000, 'x')}});
  const auto cut_tar = dir.write("cut.tar", tar.substr(0, 1200));
  EXPECT_TRUE(complaint_of([&] { read_whole(cut_tar); }).starts_with(cut_tar.string() + "/x: is damaged or cut off: "));
}

TEST(Streams, AZipThatLiesAboutASizeIsRefused) {
  const TemporaryDir dir;
  std::string zip = heed::testing::content_of(write_zip(dir.path() / "z.zip", {{"x", kText}}));
  for (std::string_view header : {"PK\x01\x02"sv, "PK\x03\x04"sv}) {
    const std::size_t at = zip.find(header) + (header[2] == 1 ? 24 : 22);
    zip[at] = 10;
  }
  const auto path = dir.write("lie.zip", zip);
  EXPECT_TRUE(complaint_of([&] { read_whole(path); }).starts_with(path.string() + "/x: is damaged or cut off: "));
}

TEST(Streams, WhatExpandsBeyondAllBoundsIsRefused) {
  const TemporaryDir dir;
  const std::string zeros(8 << 20, '\0');
  const ExpansionLimit limit{.bytes = 1 << 20, .ratio = 100};
  const std::string what = ": expands to more than 1048576 bytes, 100 times its size";
  const auto gzip = dir.write_gzip("bomb.gz", zeros);
  EXPECT_TRUE(complaint_of([&] { read_whole(gzip, limit); }).starts_with(gzip.string() + what));
  const auto zip = write_zip(dir.path() / "bomb.zip", {{"a", zeros}});
  EXPECT_TRUE(complaint_of([&] { read_whole(zip, limit); }).starts_with(zip.string() + what));
  const auto tar = dir.write_gzip("bomb.tgz", tar_of({{"a", zeros}}));
  EXPECT_TRUE(complaint_of([&] { read_whole(tar, limit); }).starts_with(tar.string() + what));
  read_whole(gzip);  // within the bounds that hold without saying
  read_whole(dir.write_gzip("small.gz", zeros.substr(0, 1 << 19)), limit);
}

TEST(Streams, LinksAreFollowedToFilesAndNeverInCircles) {
  const TemporaryDir dir, other;
  dir.write("a/x", "x");
  fs::create_symlink(other.write("y", "elsewhere"), dir.path() / "a/y");
  fs::create_directory_symlink(dir.path(), dir.path() / "a/circle");
  fs::create_symlink("nowhere", dir.path() / "a/broken");
  fs::create_symlink("self", dir.path() / "a/self");
  mkfifo((dir.path() / "a/pipe").c_str(), 0600);
  EXPECT_EQ(streams_of(dir.path(), dir.path()), (Named{{"a/x", "x"}, {"a/y", "elsewhere"}}));
  EXPECT_EQ(notes_of(dir.path()).size(), 2U);
}

TEST(Streams, WhatIsNotThereOrNoFileIsRefused) {
  const TemporaryDir dir;
  EXPECT_EQ(complaint_of([&] { read_whole(dir.path() / "x"); }),
            (dir.path() / "x").string() + ": there is no such file or folder");
  mkfifo((dir.path() / "pipe").c_str(), 0600);
  EXPECT_EQ(
      complaint_of([&] { read_whole(dir.path() / "pipe"); }),
      (dir.path() / "pipe").string() + ": is neither a file nor a folder; a collection cannot come through a pipe");
  const TemporaryDir empty;
  EXPECT_TRUE(streams_of(empty.path(), empty.path()).empty());
  if (geteuid() == 0) return;  // may read everything
  const auto locked = dir.write("locked", "x");
  fs::permissions(locked, fs::perms::none);
  EXPECT_EQ(complaint_of([&] { read_whole(locked); }), locked.string() + ": cannot be read: Permission denied");
}

TEST(Streams, NoBytesMakeThemFailOtherwiseThanWithAComplaint) {
  const TemporaryDir dir;
  std::ifstream packed(dir.write_gzip("g", kText), std::ios::binary);
  const std::string gzip(std::istreambuf_iterator<char>(packed), {});
  std::ifstream zipped(write_zip(dir.path() / "z", {{"x", kText}, {"y", "text"}}), std::ios::binary);
  const std::string zip(std::istreambuf_iterator<char>(zipped), {});
  base::Random random(1);
  for (const std::string& content :
       {gzip, zip, std::string(kCompressed), std::string(kBzip2), std::string(kXz), tar_of({{"a", kText}, {"b", "x"}})})
    for (int i = 0; i < 100; ++i) {
      try {
        read_whole(dir.write("f", heed::testing::mutated(content, random)), {.bytes = 1 << 20, .ratio = 10});
      } catch (const base::BadInput&) {
        continue;
      }
    }
}

}  // namespace
}  // namespace heed::format
