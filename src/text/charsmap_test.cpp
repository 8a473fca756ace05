#include "text/charsmap.h"

#include <utility>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::text {
namespace {

using heed::testing::complaint_of;

void append_unit(std::uint32_t unit, std::string& blob) {
  for (int i = 0; i < 4; ++i) blob += static_cast<char>((unit >> (8 * i)) & 0xFF);
}

/// A table for keys of one byte: the root leads to 256 + byte, from there a leaf stands at the byte itself.
std::string table_of(const std::vector<std::pair<char, std::string>>& entries) {
  std::vector<std::uint32_t> units(512);
  std::string texts;
  units[0] = 256U << 10;
  for (const auto& [key, text] : entries) {
    const auto byte = static_cast<unsigned char>(key);
    units[256U ^ byte] = byte | (1U << 8) | (256U << 10);
    units[byte] = (1U << 31) | static_cast<std::uint32_t>(texts.size());
    texts += text + '\0';
  }
  std::string blob;
  append_unit(static_cast<std::uint32_t>(4 * units.size()), blob);
  for (const std::uint32_t unit : units) append_unit(unit, blob);
  return blob + texts;
}

TEST(Charsmap, CharactersWithoutAnEntryStay) {
  const Charsmap map(table_of({{'A', "a"}, {'-', ""}, {'!', "!!"}}));
  EXPECT_EQ(map.normalize("A-B!\xC3\xA9"), "aB!!\xC3\xA9");
  EXPECT_EQ(map.normalize(""), "");
}

TEST(Charsmap, AClusterIsReplacedByWhatItsShortestKeyBecomes) {
  const Charsmap map(table_of({{'e', "E"}, {'\r', " "}}));
  EXPECT_EQ(map.normalize("a\r\nb"), "a b");                                           // one cluster
  EXPECT_EQ(map.normalize("xe\xCC\x81y"), "xEy");                                      // with its accent
  EXPECT_EQ(map.normalize("e\xCC\x81\xCC\x81\xCC\x81"), "E\xCC\x81\xCC\x81\xCC\x81");  // seven bytes: one by one
  EXPECT_EQ(map.normalize("\r\r\n\xC3\xA9"
                          "e"),
            "  \xC3\xA9"
            "E");
}

TEST(Charsmap, ATableIsClosedWhereNoStepLeadsOut) {
  const std::string table = table_of({{'A', "a"}, {'B', "b"}});
  EXPECT_TRUE(Charsmap(table).is_closed());
  EXPECT_FALSE(Charsmap(table.substr(0, table.size() - 1)).is_closed());  // the last text has no end
  const auto with_unit = [&](std::size_t index, std::uint32_t unit) {
    std::string bytes, changed = table;
    append_unit(unit, bytes);
    return Charsmap(changed.replace(4 + 4 * index, 4, bytes)).is_closed();
  };
  EXPECT_FALSE(with_unit(0, 512U << 10));           // behind the last unit
  EXPECT_FALSE(with_unit(300, 0x7FFFFFFF));         // also where no key leads now
  EXPECT_FALSE(with_unit('A', (1U << 31) | 1000));  // a text behind the last
  EXPECT_TRUE(with_unit('A', (1U << 31) | 2));
}

TEST(Charsmap, ADamagedTableIsRefused) {
  EXPECT_EQ(complaint_of([] { Charsmap("abc"); }), "the table of characters is too short");
  const std::string good = table_of({{'A', "a"}});
  EXPECT_NE(complaint_of([&] { Charsmap(good.substr(0, 100)); }), "");
  EXPECT_NE(complaint_of([] { Charsmap(std::string(4, '\0')); }), "");
  const Charsmap no_texts(good.substr(0, 4 + 4 * 512));
  EXPECT_EQ(no_texts.normalize("A"), "A");
}

}  // namespace
}  // namespace heed::text
