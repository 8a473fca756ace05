#include "text/paper_analyzer.h"

#include <gtest/gtest.h>

namespace heed::text {
namespace {

std::string terms_of(std::string_view text) {
  PaperAnalyzer analyzer;
  std::string joined;
  for (const TermId id : analyzer.analyze(text)) joined += (joined.empty() ? "" : "|") + analyzer.term(id);
  return joined;
}

TEST(PaperAnalyzer, FollowsTheScriptsOrderOfSteps) {
  EXPECT_EQ(terms_of("The telescopes were repaired"), "telescop|repair");
  EXPECT_EQ(terms_of("repairs, the, end"), "repairs|the|end");  // a comma keeps the stop list and the stemmer away
  EXPECT_EQ(terms_of("don't isn't he'd"), "hed");
  EXPECT_EQ(terms_of("-- cats ... 3.5%"), "cat|35");
  EXPECT_EQ(terms_of("cat cat"), "cat|cat");
}

TEST(PaperAnalyzer, OnlyBlanksPart) {
  EXPECT_EQ(terms_of("one\ntwo  three\tfour"), "one\ntwo|three\tfour");
  EXPECT_EQ(terms_of("\n one two\n\xC2\xA0"), "one|two");  // stripping takes white space at the ends
}

TEST(PaperAnalyzer, TheStopListsDifferInOneWord) {
  for (const StopList list : {StopList::kReference, StopList::kNltk}) {
    EXPECT_TRUE(is_stop_word("wouldn't", list));
    EXPECT_FALSE(is_stop_word("would", list));
    EXPECT_EQ(is_stop_word("any", list), list == StopList::kNltk);
  }
  EXPECT_EQ(terms_of(""), "");
  EXPECT_EQ(terms_of("the of and"), "");
}

}  // namespace
}  // namespace heed::text
