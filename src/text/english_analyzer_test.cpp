#include "text/english_analyzer.h"

#include <gtest/gtest.h>

namespace heed::text {
namespace {

std::vector<std::string> terms_of(std::string_view text) {
  EnglishAnalyzer analyzer;
  const auto terms = analyzer.analyze(text);
  return {terms.begin(), terms.end()};
}

using Terms = std::vector<std::string>;

TEST(EnglishAnalyzer, StopsAfterTheMostTermsAndForgetsNoneOfThem) {
  EnglishAnalyzer analyzer;
  std::string text;
  for (int i = 0; i < 450'000; ++i) text += "x" + std::to_string(i) + " ";
  const auto terms = analyzer.analyze(text + "the winds", 450'001);
  ASSERT_EQ(terms.size(), 450'001u);
  EXPECT_EQ(terms.front(), "x0");
  EXPECT_EQ(terms[449'999], "x449999");
  EXPECT_EQ(terms.back(), "wind");
  EXPECT_EQ(analyzer.analyze("wind of sea", 1).size(), 1u);
}

TEST(Porter, GivesThePublishedStems) {
  // The examples in Porter 1980, step by step, as the whole algorithm leaves them.
  const std::pair<std::string_view, std::string_view> cases[] = {{"caresses", "caress"},
                                                                 {"ponies", "poni"},
                                                                 {"ties", "ti"},
                                                                 {"cats", "cat"},
                                                                 {"feed", "feed"},
                                                                 {"agreed", "agre"},
                                                                 {"plastered", "plaster"},
                                                                 {"motoring", "motor"},
                                                                 {"sing", "sing"},
                                                                 {"conflated", "conflat"},
                                                                 {"troubled", "troubl"},
                                                                 {"sized", "size"},
                                                                 {"hopping", "hop"},
                                                                 {"falling", "fall"},
                                                                 {"failing", "fail"},
                                                                 {"filing", "file"},
                                                                 {"happy", "happi"},
                                                                 {"sky", "sky"},
                                                                 {"relational", "relat"},
                                                                 {"conditional", "condit"},
                                                                 {"digitizer", "digit"},
                                                                 {"vietnamization", "vietnam"},
                                                                 {"feudalism", "feudal"},
                                                                 {"hopefulness", "hope"},
                                                                 {"triplicate", "triplic"},
                                                                 {"electrical", "electr"},
                                                                 {"revival", "reviv"},
                                                                 {"allowance", "allow"},
                                                                 {"replacement", "replac"},
                                                                 {"adoption", "adopt"},
                                                                 {"probate", "probat"},
                                                                 {"controll", "control"},
                                                                 {"roll", "roll"},
                                                                 {"generalizations", "gener"},
                                                                 {"oscillators", "oscil"}};
  for (const auto& [word, stem] : cases) EXPECT_EQ(porter(word), stem);
}

TEST(Porter, DepartsFromThePaperAsItsAuthorsProgramsDo) {
  EXPECT_EQ(porter("possibly"), "possibl");  // the paper: possibli
  EXPECT_EQ(porter("assembly"), "assembl");
  EXPECT_EQ(porter("assemblies"), "assembl");
  EXPECT_EQ(porter("incredibly"), "incred");
  EXPECT_EQ(porter("conformably"), "conform");
  EXPECT_EQ(porter("archaeology"), "archaeolog");  // the paper: archaeologi
  EXPECT_EQ(porter("biology"), "biologi");         // as there: what stands before "logi" has no consonant after a vowel

  EXPECT_EQ(porter("as"), "as");
  EXPECT_EQ(porter("us"), "us");
  EXPECT_EQ(porter("bly"), "bly");
  EXPECT_EQ(porter(""), "");
}

TEST(EnglishAnalyzer, LowersDropsAndStems) {
  EXPECT_EQ(terms_of("The Cats were running, and THEY ran into 3 houses."),
            (Terms{"cat", "were", "run", "ran", "3", "hous"}));
  EXPECT_EQ(terms_of(""), Terms{});
  EXPECT_EQ(terms_of("to be or not to be"), Terms{});
}

TEST(EnglishAnalyzer, TakesAnEnglishPossessiveAway) {
  // The cases of Lucene's TestEnglishAnalyzer.
  EXPECT_EQ(terms_of("steven's"), Terms{"steven"});
  EXPECT_EQ(terms_of("steven\u2019s"), Terms{"steven"});
  EXPECT_EQ(terms_of("steven\uFF07s"), Terms{"steven"});
  EXPECT_EQ(terms_of("STEVEN'S"), Terms{"steven"});
  EXPECT_EQ(terms_of("books"), Terms{"book"});
  EXPECT_EQ(terms_of("the's"), Terms{});
  EXPECT_EQ(terms_of("don't"), Terms{"don't"});
}

TEST(EnglishAnalyzer, LowersEachCharacterByItself) {
  EXPECT_EQ(terms_of("\u00C9COLE \u0130 \u03A3\u03A3"), (Terms{"\u00E9cole", "i", "\u03C3\u03C3"}));
}

TEST(EnglishAnalyzer, GivesTheSameTermsHoweverMuchItRemembers) {
  EnglishAnalyzer analyzer;
  const auto first = analyzer.analyze("Biological assemblies");
  EXPECT_EQ(Terms(first.begin(), first.end()), (Terms{"biolog", "assembl"}));
  std::string many;
  for (int i = 0; i < 500'000; ++i) many += "w" + std::to_string(i) + " ";
  EXPECT_EQ(analyzer.analyze(many).size(), 500'000u);
  const auto again = analyzer.analyze("Biological assemblies");
  EXPECT_EQ(Terms(again.begin(), again.end()), (Terms{"biolog", "assembl"}));
}

}  // namespace
}  // namespace heed::text
