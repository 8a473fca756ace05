#include "curate/take.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::curate {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

Curation curation() {
  Curation made;
  made.topics = {{"1", "q", "i"}, {"2", "q", "i"}};
  made.pool = {{"1", "a", 1, "judged"}, {"1", "b", 2, "judged"}, {"1", "n", 0, "r"}, {"2", "a", 1, "judged"}};
  return made;
}

using Rejudgments = std::vector<Rejudgment>;

TEST(Take, JudgmentsBecomeDecisions) {
  const TemporaryDir dir;
  const auto taken = rejudgments_from_qrels(dir.write("q", "1 0 a 1\n1 0 n 0\n1 0 z 0\n"), curation());
  EXPECT_EQ(taken.rejudgments,
            (Rejudgments{{"1", "a", Decision::kRelevant, ""}, {"1", "b", Decision::kNotRelevant, ""}}));
  const std::string name = (dir.path() / "q").string();
  EXPECT_EQ(taken.notes, (std::vector<std::string>{
                             name + ": does not judge 1 relevant document of its topics: taken as not relevant",
                             name + ": passed over 1 judgment below 1 of documents outside the pool"}));
}

TEST(Take, ANewlyRelevantDocumentIsTakenForTheChecksToSee) {
  const TemporaryDir dir;
  const auto taken = rejudgments_from_qrels(dir.write("q", "1 0 n 1\n1 0 a 0\n1 0 b 0\n"), curation());
  EXPECT_EQ(taken.rejudgments.at(2), (Rejudgment{"1", "n", Decision::kRelevant, ""}));
}

TEST(Take, JudgmentsOfWhatIsNotThereAreNamedByFileAndLine) {
  const TemporaryDir dir;
  const auto complaint = [&](std::string_view text) {
    const auto path = dir.write("q", text);
    return complaint_of([&] { rejudgments_from_qrels(path, curation()); }).substr(path.string().size());
  };
  EXPECT_EQ(complaint("1 0 a 1\n3 0 a 1\n"), ":2: there is no topic 3 in topics.jsonl");
  EXPECT_EQ(complaint("1 0 z 1\n"), ":1: document z is not in the pool of topic 1");
  EXPECT_EQ(complaint("1 0 a 1\n1 0 a 0\n"), ":2: document a is judged twice for topic 1");
}

TEST(Take, AFileThatIsWholeOverrulesWhatWasNewlyRelevant) {
  const TemporaryDir dir;
  Curation made = curation();
  made.rejudgments = {{"1", "n", Decision::kRelevant, ""}, {"2", "a", Decision::kRelevant, ""}};
  const auto taken = rejudgments_from_qrels(dir.write("q", "1 0 a 1\n1 0 b 0\n"), made);
  Curation refusing = made;
  EXPECT_NE(complaint_of([&] { take_rejudgments(refusing, taken.rejudgments, OnConflict::kRefuse); }), "");
  take_rejudgments(made, taken.rejudgments, OnConflict::kReplace);
  EXPECT_EQ(made.rejudgments.at(0), (Rejudgment{"1", "n", Decision::kNotRelevant, ""}));
  EXPECT_EQ(made.rejudgments.at(1), (Rejudgment{"2", "a", Decision::kRelevant, ""}));
}

TEST(Take, AFileThatSaysNothingOfAPoolIsRefused) {
  const TemporaryDir dir;
  const auto complaint = [&](std::string_view text) {
    const auto path = dir.write("q", text);
    return complaint_of([&] { rejudgments_from_qrels(path, curation()); }).substr(path.string().size());
  };
  EXPECT_EQ(complaint(""), ": has no judgments, so there is nothing to take");
  EXPECT_EQ(complaint("1 0 a 1\n2 0 z 0\n"), ": judges no document of the pool of topic 2");
}

TEST(Take, TheSameIsTakenAgainAndAnotherOnlyInItsPlace) {
  Curation made = curation();
  take_alterations(made, {{"1", "i not", {}, {}}}, OnConflict::kRefuse);
  take_alterations(made, {{"2", "i nor", {}, {}}, {"1", "i not", {}, {}}}, OnConflict::kRefuse);
  EXPECT_EQ(made.alterations, (std::vector<Alteration>{{"1", "i not", {}, {}}, {"2", "i nor", {}, {}}}));
  EXPECT_EQ(complaint_of([&] {
              take_alterations(made, {{"1", "other", {}, {}}}, OnConflict::kRefuse);
            }),
            "the altered instruction of topic 1 is there already, and is another; --replace takes the new one");
  take_alterations(made, {{"1", "other", {}, {}}}, OnConflict::kReplace);
  EXPECT_EQ(made.alterations[0].instruction, "other");
}

TEST(Take, WhereOneIsRefusedNoneIsTaken) {
  Curation made = curation();
  made.rejudgments = {{"1", "a", Decision::kUnsure, ""}};
  const Curation before = made;
  EXPECT_EQ(complaint_of([&] {
              take_rejudgments(made, {{"1", "b", Decision::kRelevant, ""}, {"1", "a", Decision::kRelevant, ""}},
                               OnConflict::kRefuse);
            }),
            "the re-judgment of document a for topic 1 is there already, and is another; --replace takes the new one");
  EXPECT_EQ(made, before);
}

}  // namespace
}  // namespace heed::curate
