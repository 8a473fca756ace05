#include "text/words.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heed::text {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (const auto span = next_word(text, at)) words.emplace_back(text.substr(span->begin, span->end - span->begin));
  return words;
}

using Words = std::vector<std::string>;

TEST(Words, AreWhatStandsBetweenBoundariesWithALetterOrADigitInIt) {
  EXPECT_EQ(words_of("The quick (\"brown\") fox can't jump 32.3 feet, right?"),
            (Words{"The", "quick", "brown", "fox", "can't", "jump", "32.3", "feet", "right"}));  // Annex 29, table 1
  EXPECT_EQ(words_of(""), Words{});
  EXPECT_EQ(words_of(" .,-! \n"), Words{});
  EXPECT_EQ(words_of("a\nb\tc"), (Words{"a", "b", "c"}));
}

TEST(Words, KeepLettersAndDigitsTogetherAroundWhatBridgesThem) {
  EXPECT_EQ(words_of("U.S.A. e.g. example.com"), (Words{"U.S.A", "e.g", "example.com"}));
  EXPECT_EQ(words_of("3.14 1,000,000 10:30 1.a a.1"), (Words{"3.14", "1,000,000", "10", "30", "1", "a", "a", "1"}));
  EXPECT_EQ(words_of("O'Neil's dogs' 'tis"), (Words{"O'Neil's", "dogs", "tis"}));
  EXPECT_EQ(words_of("COVID-19 B12 4x4 2nd"), (Words{"COVID", "19", "B12", "4x4", "2nd"}));
  EXPECT_EQ(words_of("a..b a'.b don''t"), (Words{"a", "b", "a", "b", "don", "t"}));
}

TEST(Words, KeepUnderscoresButNotAlone) {
  EXPECT_EQ(words_of("snake_case _x_ __ 1_000"), (Words{"snake_case", "_x_", "1_000"}));
}

TEST(Words, TakeMarksWithWhatStandsBeforeThem) {
  EXPECT_EQ(words_of("cafe\u0301 na\u00EFve"), (Words{"cafe\u0301", "na\u00EFve"}));
  EXPECT_EQ(words_of("soft\u00ADhyphen"), (Words{"soft\u00ADhyphen"}));
}

TEST(Words, OfAsianScriptsFollowTheirOwnRules) {
  // The documented behaviour of Lucene's StandardTokenizer.
  EXPECT_EQ(words_of("我是中国人"), (Words{"我", "是", "中", "国", "人"}));
  EXPECT_EQ(words_of("ひらがな"), (Words{"ひ", "ら", "が", "な"}));
  EXPECT_EQ(words_of("カタカナ"), (Words{"カタカナ"}));
  EXPECT_EQ(words_of("안녕하세요 한글입니다"), (Words{"안녕하세요", "한글입니다"}));
  EXPECT_EQ(words_of("การที่ได้ต้องแสดงว่า"), (Words{"การที่ได้ต้องแสดงว่า"}));
  EXPECT_EQ(words_of("Tokyo東京"), (Words{"Tokyo", "東", "京"}));
}

TEST(Words, HaveHebrewQuotationMarksInThem) {
  EXPECT_EQ(words_of("צה\"ל"), (Words{"צה\"ל"}));
  EXPECT_EQ(words_of("צה\" ל"), (Words{"צה", "ל"}));
  EXPECT_EQ(words_of("ג' x"), (Words{"ג'", "x"}));
}

TEST(Words, MayBeEmoji) {
  EXPECT_EQ(words_of("fine 👍🏽 👩‍👩‍👧 🇩🇪🇫🇷 #️⃣ # *"),
            (Words{"fine", "👍🏽", "👩‍👩‍👧", "🇩🇪", "🇫🇷", "#️⃣"}));
  EXPECT_EQ(words_of("😀😀"), (Words{"😀", "😀"}));
}

TEST(Words, LongerThan255CharactersComeInPieces) {
  const std::string long_word(600, 'a');
  const auto pieces = words_of(long_word + " b");
  ASSERT_EQ(pieces.size(), 4u);
  EXPECT_EQ(pieces[0].size(), 255u);
  EXPECT_EQ(pieces[1].size(), 255u);
  EXPECT_EQ(pieces[2].size(), 90u);
  EXPECT_EQ(pieces[3], "b");
}

TEST(Words, PartAtWhatIsNoUtf8) {
  EXPECT_EQ(words_of("ab\xFF"
                     "cd\xC3"),
            (Words{"ab", "cd"}));
  EXPECT_EQ(words_of(std::string_view("a\0b", 3)), (Words{"a", "b"}));
}

}  // namespace
}  // namespace heed::text
