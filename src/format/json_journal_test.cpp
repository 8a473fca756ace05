#include "format/json_journal.h"

#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "format/bad_text.h"
#include "testing/testing.h"

namespace heed::format {
namespace {

using testing::complaint_of;
using testing::content_of;
using testing::TemporaryDir;

/// The numbers "a" of a journal's lines, after reading.
std::vector<int> read(JsonJournal& journal) {
  std::vector<int> numbers;
  journal.read([&](const Json& line) {
    if (!line.contains("a")) throw BadText(0, "has no \"a\"");
    numbers.push_back(line["a"].get<int>());
  });
  return numbers;
}

TEST(JsonJournal, ALineThatWasCutAnywhereIsTakenAwayInPlace) {
  const TemporaryDir dir;
  const std::string whole = "{\"a\":1}\n{\"a\":22}\n";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto path = dir.write("log.jsonl", whole.substr(0, size));
    JsonJournal journal(path);
    const auto numbers = read(journal);
    EXPECT_EQ(numbers.size(), size < 7 ? 0u : size < 16 ? 1u : 2u) << size;  // a missing line's end costs nothing
    for (int a = static_cast<int>(numbers.size()); a < 2; ++a) journal.add({{"a", a == 0 ? 1 : 22}});
    EXPECT_EQ(content_of(path), whole) << size;
    EXPECT_EQ(journal.length(), whole.size());
  }
}

TEST(JsonJournal, LinesThatCrossBlocksAreWhole) {
  const TemporaryDir dir;
  const auto path = dir.path() / "log.jsonl";
  {
    JsonJournal journal(path);
    for (int a = 0; a < 30; ++a) journal.add({{"a", a}, {"text", std::string(100'000, 'x')}});
    journal.flush();
  }
  JsonJournal journal(path);
  const auto numbers = read(journal);
  ASSERT_EQ(numbers.size(), 30u);
  for (int a = 0; a < 30; ++a) EXPECT_EQ(numbers[static_cast<std::size_t>(a)], a);
}

TEST(JsonJournal, OtherFilesAreRefusedAndStayAsTheyAre) {
  const TemporaryDir dir;
  const auto says = [&](const std::string& content, const std::string& part) {
    const auto path = dir.write("x", content);
    const std::string said = complaint_of([&] {
      JsonJournal journal(path);
      read(journal);
    });
    EXPECT_EQ(said, path.string() + part);
    EXPECT_EQ(content_of(path), content);
  };
  says("a letter", ":1: is no JSON object");
  says("{\"a\":1}\na letter", ":2: is no JSON object");
  says("{\"a\":1}\n[1]\n", ":2: is no JSON object");
  says("{\"b\":1}", ":1: has no \"a\"");
  says("{\"b\":1}\n{\"a\"", ":1: has no \"a\"");
}

TEST(JsonJournal, IsAFileOfOneProcess) {
  const TemporaryDir dir;
  const auto path = dir.path() / "deep" / "log.jsonl";
  JsonJournal first(path);
  EXPECT_EQ(complaint_of([&] { JsonJournal second(path); }), path.string() + ": another process writes it");
  EXPECT_EQ(complaint_of([&] { JsonJournal journal("/dev/full"); }), "/dev/full: is no file that a log could grow in");
  EXPECT_EQ(complaint_of([&] { JsonJournal journal(dir.path()); }), dir.path().string() + ": is a folder, not a file");
  EXPECT_EQ(complaint_of([&] { first.cut(3); }), path.string() + ": has 0 bytes, not 3");
}

}  // namespace
}  // namespace heed::format
