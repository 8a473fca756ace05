#include "format/lines.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::format {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> all;
  LineReader lines(path);
  while (const auto line = lines.next()) all.push_back(std::to_string(lines.number()) + "|" + std::string(*line));
  return all;
}

TEST(Lines, SurviveWhatFilesBringAlong) {
  const TemporaryDir dir;
  const auto path = dir.write("f", "\xEF\xBB\xBFone\r\n\n  \t\r\ntwo \r\n\nthree");
  EXPECT_EQ(lines_of(path), (std::vector<std::string>{"1|one", "4|two ", "6|three"}));
  EXPECT_TRUE(lines_of(dir.write("empty", "")).empty());
  EXPECT_TRUE(lines_of(dir.write("blank", "\n\n")).empty());
}

TEST(Lines, WithoutAnEndAreRefusedBeforeTheyFillTheMemory) {
  const TemporaryDir dir;
  const auto path = dir.write_gzip("endless.gz", "one\n" + std::string(kLongestLine + 1, 'a') + "\n");
  LineReader lines(path);
  EXPECT_EQ(lines.next(), "one");
  EXPECT_EQ(complaint_of([&] { lines.next(); }), path.string() + ":2: a line of more than 67108864 bytes");
}

TEST(Lines, LongerThanTheBufferAreWhole) {
  const TemporaryDir dir;
  const std::string a(400000, 'a'), b(131071, 'b'), c(131073, 'c');
  const auto path = dir.write_gzip("f", a + "\n" + b + "\n" + c);
  EXPECT_EQ(lines_of(path), (std::vector<std::string>{"1|" + a, "2|" + b, "3|" + c}));
}

TEST(Lines, APeekedLineIsStillToCome) {
  const TemporaryDir dir;
  LineReader lines(dir.write("f", "\none\ntwo"));
  EXPECT_EQ(lines.peek(), "one");
  EXPECT_EQ(lines.peek(), "one");
  LineReader moved = std::move(lines);
  EXPECT_EQ(moved.next(), "one");
  EXPECT_EQ(moved.number(), 2);
  EXPECT_EQ(moved.next(), "two");
  EXPECT_EQ(moved.peek(), std::nullopt);
}

TEST(Lines, ComplaintsNameFileAndLine) {
  const TemporaryDir dir;
  const auto path = dir.write("f", "\none\n");
  LineReader lines(path);
  lines.next();
  EXPECT_EQ(complaint_of([&] { lines.fail("is odd"); }), path.string() + ":2: is odd");
}

}  // namespace
}  // namespace heed::format
