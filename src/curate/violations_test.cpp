#include "curate/violations.h"

#include <gtest/gtest.h>

namespace heed::curate {
namespace {

/// One topic of which nothing is wrong: two relevant documents, of which one stays.
Curation sound() {
  Curation made;
  made.topics = {{"1", "bees", "Bees count."}};
  made.pool = {{"1", "a", 1, "judged"}, {"1", "b", 1, "judged"}, {"1", "n", 0, "r"}};
  made.documents = {{"a", "", "bee"}, {"b", "", "bee and wasp"}, {"n", "title", ""}};
  made.alterations = {{"1", "Bees count. Wasps do not.", {}, {}}};
  made.rejudgments = {{"1", "a", Decision::kRelevant, ""}, {"1", "b", Decision::kNotRelevant, ""}};
  return made;
}

std::string spelled(const std::vector<Violation>& violations) {
  std::string text;
  for (const Violation& violation : violations)
    text +=
        std::string(name_of(violation.severity)) + " " + std::string(violation.rule) + ": " + violation.sentence + "\n";
  return text;
}

/// What is found once `change` was made to what is sound.
template <class Change>
std::string found(const Change& change, const CheckOptions& options = {}) {
  Curation made = sound();
  change(made);
  return spelled(find_violations(made, options));
}

TEST(Violations, ThereAreNoneInWhatIsSound) {
  EXPECT_EQ(spelled(find_violations(sound())), "");
  EXPECT_FALSE(has_errors(find_violations(sound())));
}

TEST(Violations, EveryErrorNamesTopicAndDocument) {
  EXPECT_EQ(found([](Curation& c) { c.rejudgments[0].decision = Decision::kUnsure; }),
            "error unsure: document a of topic 1 is re-judged as unsure\n");
  EXPECT_EQ(found([](Curation& c) { c.rejudgments.pop_back(); }),
            "error not-rejudged: document b of topic 1 is relevant, and is not re-judged\n");
  EXPECT_EQ(found([](Curation& c) {
              c.rejudgments.push_back({"1", "n", Decision::kRelevant, ""});
            }),
            "error newly-relevant: document n of topic 1 is relevant under the altered instruction, but not under the "
            "original\n");
  EXPECT_EQ(found([](Curation& c) { c.rejudgments[0].decision = Decision::kNotRelevant; }),
            "error none-left: topic 1 keeps no relevant document under the altered instruction\n");
  EXPECT_EQ(found([](Curation& c) { c.alterations[0].instruction = " Bees  count.\n"; }),
            "error same-instruction: the altered instruction of topic 1 is the original\n");
  EXPECT_EQ(found([](Curation& c) { c.documents.pop_back(); }),
            "error no-text: document n of topic 1 has no text in documents.jsonl\n");
  EXPECT_EQ(found([](Curation& c) { c.documents.clear(); }),
            "error no-documents: there are no texts of documents: heed curate documents takes them from the "
            "collection\n");
  EXPECT_EQ(found([](Curation& c) { c.topics.push_back({"2", "q", "i"}); }), "error no-pool: topic 2 has no pool\n");
  EXPECT_EQ(found([](Curation& c) {
              c.pool[0].grade = c.pool[1].grade = 0;
              c.rejudgments.clear();
            }),
            "error no-relevant: topic 1 has no relevant document in its pool\n");
}

TEST(Violations, WhatMayBeMeantIsAWarning) {
  EXPECT_EQ(found([](Curation& c) { c.rejudgments[1].decision = Decision::kRelevant; }),
            "warning none-changed: topic 1 keeps all its relevant documents: the alteration changes nothing\n");
  EXPECT_EQ(
      found([](Curation& c) { c.alterations[0].instruction = "Wasps"; }),
      "warning shorter-instruction: the altered instruction of topic 1 is shorter than the original: 1 words, where "
      "that has 2\n"
      "warning dropped-words: the altered instruction of topic 1 lacks 2 words of the original: Bees, count.\n");
  EXPECT_EQ(found([](Curation& c) { c.alterations.clear(); }),
            "warning not-altered: topic 1 is re-judged, but has no altered instruction: an export leaves it out\n");
  EXPECT_EQ(found([](Curation& c) { c.documents[2].title = ""; }),
            "warning empty-document: document n of topic 1 has neither title nor text\n");
  EXPECT_EQ(found([](Curation&) {}, {.most_words = 2}),
            "warning long-document: document b of topic 1 has 3 words, more than 2\n");
  EXPECT_EQ(found([](Curation&) {}, {.least_share = 0.6}),
            "warning share: topic 1 keeps 1 of its 2 relevant documents (50%), where 60% to 80% are to stay\n");
  EXPECT_EQ(found([](Curation& c) {
              c.topics.push_back({"2", "q", "i"});
              c.pool.push_back({"2", "a", 1, "judged"});
            }),
            "warning small-pool: topic 2 has 1 candidates, where the largest pool has 3\n"
            "warning not-altered: topic 2 has no altered instruction: an export leaves it out\n");
}

}  // namespace
}  // namespace heed::curate
