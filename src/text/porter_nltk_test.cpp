#include "text/porter_nltk.h"

#include <gtest/gtest.h>

namespace heed::text {
namespace {

TEST(PorterNltk, StemsAsPorterDoes) {  // examples of Porter 1980
  for (const auto& [word, stem] : {std::pair("caresses", "caress"),
                                   {"ponies", "poni"},
                                   {"cats", "cat"},
                                   {"feed", "feed"},
                                   {"agreed", "agre"},
                                   {"plastered", "plaster"},
                                   {"motoring", "motor"},
                                   {"sing", "sing"},
                                   {"conflated", "conflat"},
                                   {"hopping", "hop"},
                                   {"falling", "fall"},
                                   {"filing", "file"},
                                   {"relational", "relat"},
                                   {"triplicate", "triplic"},
                                   {"adoption", "adopt"},
                                   {"controll", "control"},
                                   {"roll", "roll"},
                                   {"rate", "rate"}})
    EXPECT_EQ(porter_nltk(word), stem) << word;
}

TEST(PorterNltk, DepartsWhereNltkDoes) {
  for (const auto& [word, stem] : {std::pair("ties", "tie"),
                                   {"died", "die"},
                                   {"dying", "die"},
                                   {"news", "news"},
                                   {"geologi", "geolog"},
                                   {"by", "by"},
                                   {"enjoy", "enjoy"},
                                   {"spied", "spi"}})
    EXPECT_EQ(porter_nltk(word), stem) << word;
}

TEST(PorterNltk, PunctuationStaysAttached) {
  EXPECT_EQ(porter_nltk("studies,"), "studies,");
  EXPECT_EQ(porter_nltk("(cats"), "(cat");
}

}  // namespace
}  // namespace heed::text
