#include "curate/annotation_store.h"

#include <csignal>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testing/testing.h"

namespace heed::curate {
namespace {

using enum Decision;
using heed::testing::complaint_of;
using heed::testing::TemporaryDir;
using Outcome = Written::Outcome;

Author author(const std::string& name, Revision seen = 0) {
  static int requests = 0;
  return {.annotator = name, .topic = "1", .seen = seen, .request = name + " " + std::to_string(++requests)};
}

Judgment judgment_of(AnnotationStore& store, const std::string& annotator, const std::string& document) {
  return store.read().topics["1"].judgments[document][annotator];
}

TEST(AnnotationStore, StoresNothingInAFileThatWasRemovedOrReplaced) {
  const TemporaryDir dir;
  const auto path = dir.path() / kAnnotationsFile;
  AnnotationStore store(path);
  store.add_annotator("ann");
  const Revision under = store.make_final(author("ann"), "Only at sea.").revision;
  std::filesystem::rename(path, dir.path() / "elsewhere.db");
  EXPECT_EQ(complaint_of([&] {
              store.decide(author("ann"), {"d1", kRelevant, "", under});
            }),
            path.string() + ": was removed or replaced while it was open: nothing is stored; restart");
}

TEST(AnnotationStore, KeepsWhatWasWrittenWithItsOrder) {
  const TemporaryDir dir;
  const auto path = dir.path() / kAnnotationsFile;
  std::string id;
  {
    AnnotationStore store(path);
    id = store.id();
    EXPECT_EQ(id.size(), 32u);
    store.add_annotator("ann");
    store.add_annotator("ann");
    store.save_instruction(author("ann"), "Only at sea.");
    const Revision under = store.make_final(author("ann"), "Only at sea.").revision;
    store.decide(author("ann"), {"a", kNotRelevant, "on <land>", under});
  }
  AnnotationStore store(path);
  EXPECT_EQ(store.id(), id);
  const Annotations all = store.read();
  EXPECT_EQ(all.annotators, (std::vector<std::string>{"ann"}));
  EXPECT_EQ(all.revision, store.revision());
  const TopicAnnotations& topic = all.topics.at("1");
  EXPECT_EQ(topic.drafts.at("ann").text, "Only at sea.");
  EXPECT_EQ(topic.final_instruction->text, "Only at sea.");
  const Judgment& judgment = topic.judgments.at("a").at("ann");
  EXPECT_EQ(judgment.decision, kNotRelevant);
  EXPECT_EQ(judgment.note, "on <land>");
  EXPECT_EQ(judgment.under, topic.final_instruction->revision);
  EXPECT_EQ(judgment.at.size(), std::string("2024-05-01T12:00:00Z").size());
}

TEST(AnnotationStore, TheLastWriterCountsAndIsToldOfTheOther) {
  const TemporaryDir dir;
  AnnotationStore one(dir.path() / "a.db"), other(dir.path() / "a.db");
  const Revision under = one.make_final(author("ann"), "x").revision;
  const Written first = one.decide(author("ann"), {"a", kRelevant, "", under});
  EXPECT_EQ(first.outcome, Outcome::kStored);
  const Written late = other.decide(author("ann"), {"a", kNotRelevant, "", under});
  EXPECT_EQ(late.outcome, Outcome::kStoredOverAnother);
  EXPECT_EQ(judgment_of(one, "ann", "a").decision, kNotRelevant);
  EXPECT_EQ(one.decide(author("ann", late.revision), {"a", kUnsure, "", under}).outcome, Outcome::kStored);
  EXPECT_EQ(one.decide(author("bob"), {"a", kUnsure, "", under}).outcome, Outcome::kStored) << "another annotator's";
}

TEST(AnnotationStore, ARequestSentAgainIsNotWrittenAgain) {
  const TemporaryDir dir;
  AnnotationStore store(dir.path() / "a.db");
  const Revision under = store.make_final(author("ann"), "x").revision;
  const Author press = author("ann");
  const Written first = store.decide(press, {"a", kRelevant, "", under});
  const Written newer = store.decide(author("ann", first.revision), {"a", kNotRelevant, "", under});
  EXPECT_EQ(store.decide(press, {"a", kRelevant, "", under}).revision, first.revision);
  EXPECT_EQ(judgment_of(store, "ann", "a").revision, newer.revision) << "the newer decision stays";
}

TEST(AnnotationStore, TheSameDecisionAgainWritesNothing) {
  const TemporaryDir dir;
  AnnotationStore store(dir.path() / "a.db");
  const Revision under = store.make_final(author("ann"), "x").revision;
  const Written first = store.decide(author("ann"), {"a", kRelevant, "n", under});
  EXPECT_EQ(store.decide(author("ann", first.revision), {"a", kRelevant, "n", under}).revision, first.revision);
  EXPECT_NE(store.decide(author("ann", first.revision), {"a", std::nullopt, "n", under}).revision, first.revision);
  EXPECT_EQ(judgment_of(store, "ann", "a").decision, std::nullopt) << "taken back";
}

TEST(AnnotationStore, NothingIsDecidedUnderAnInstructionThatIsNoLongerFinal) {
  const TemporaryDir dir;
  AnnotationStore store(dir.path() / "a.db");
  EXPECT_EQ(store.decide(author("ann"), {"a", kRelevant, "", 0}).outcome, Outcome::kInstructionChanged);
  const Revision first = store.make_final(author("ann"), "x").revision;
  EXPECT_EQ(store.make_final(author("bob"), "y").outcome, Outcome::kInstructionChanged) << "bob saw none";
  const Revision second = store.make_final(author("bob", first), "y").revision;
  EXPECT_EQ(store.decide(author("ann"), {"a", kRelevant, "", first}).outcome, Outcome::kInstructionChanged);
  EXPECT_TRUE(store.read().topics["1"].judgments.empty());
  EXPECT_EQ(store.adjudicate(author("ann"), {"a", kRelevant, "", second}).outcome, Outcome::kStored);
  EXPECT_EQ(store.make_final(author("ann"), "y").revision, second) << "the same text changes nothing";
}

TEST(AnnotationStore, OneAdjudicationCountsWhoeverWroteIt) {
  const TemporaryDir dir;
  AnnotationStore store(dir.path() / "a.db");
  const Revision under = store.make_final(author("ann"), "x").revision;
  store.adjudicate(author("ann"), {"a", kRelevant, "", under});
  EXPECT_EQ(store.adjudicate(author("bob"), {"a", kUnsure, "", under}).outcome, Outcome::kStoredOverAnother);
  EXPECT_EQ(store.read().topics["1"].adjudications["a"].annotator, "bob");
}

TEST(AnnotationStore, TheSameAdjudicationSettlesWhatWasDecidedSince) {
  const TemporaryDir dir;
  AnnotationStore store(dir.path() / "a.db");
  const Revision under = store.make_final(author("ann"), "x").revision;
  store.decide(author("ann"), {"a", kRelevant, "", under});
  store.decide(author("bob"), {"a", kNotRelevant, "", under});
  const Revision first = store.adjudicate(author("ann"), {"a", kRelevant, "", under}).revision;
  EXPECT_EQ(store.adjudicate(author("ann", first), {"a", kRelevant, "", under}).revision, first) << "nothing is new";
  store.decide(author("bob"), {"a", kUnsure, "", under});
  store.decide(author("bob"), {"a", kNotRelevant, "", under});
  EXPECT_EQ(what_is_missing(store.read().topics["1"], {"a"}), "1 document to adjudicate");
  EXPECT_GT(store.adjudicate(author("ann", first), {"a", kRelevant, "", under}).revision, first);
  EXPECT_EQ(what_is_missing(store.read().topics["1"], {"a"}), std::nullopt);
}

TEST(AnnotationStore, AKilledWriterLosesNothingThatItWasToldIsStored) {
  const TemporaryDir dir;
  const auto path = dir.path() / "a.db";
  Revision under = 0;
  { under = AnnotationStore(path).make_final(author("ann"), "x").revision; }
  for (int round = 0; round < 3; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      AnnotationStore store(path);
      for (char i = 0;; ++i) {
        store.decide({.annotator = "ann", .topic = "1", .request = std::to_string(round) + "/" + std::to_string(i)},
                     {std::to_string(round) + "-" + std::to_string(i), kRelevant, "", under});
        if (write(ends[1], &i, 1) != 1) _exit(1);
      }
    }
    char told = 0;
    for (int i = 0; i < 10; ++i) ASSERT_EQ(read(ends[0], &told, 1), 1);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ends[1]);
    while (read(ends[0], &told, 1) == 1) {
    }
    close(ends[0]);
    AnnotationStore store(path);
    for (int i = 0; i <= told; ++i)
      EXPECT_EQ(judgment_of(store, "ann", std::to_string(round) + "-" + std::to_string(i)).decision, kRelevant) << i;
  }
}

TEST(AnnotationStore, SeveralThreadsAndStoresWriteAtOnce) {
  const TemporaryDir dir;
  AnnotationStore first(dir.path() / "a.db"), second(dir.path() / "a.db");
  const Revision under = first.make_final(author("ann"), "x").revision;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      AnnotationStore& store = t % 2 == 0 ? first : second;
      const std::string name = "annotator " + std::to_string(t);
      for (int i = 0; i < 10; ++i) {
        const std::string document = std::to_string(i);
        store.decide({.annotator = name, .topic = "1", .request = name + document}, {document, kRelevant, "", under});
      }
    });
  for (std::thread& thread : threads) thread.join();
  const Annotations all = first.read();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(all.topics.at("1").judgments.at(std::to_string(i)).size(), 4u);
}

TEST(AnnotationStore, AnotherFileIsRefused) {
  const TemporaryDir dir;
  const auto path = dir.write("a.db", "text");
  EXPECT_EQ(complaint_of([&] { const AnnotationStore store(path); }),
            path.string() + ": the store of annotations cannot be used: file is not a database");
}

}  // namespace
}  // namespace heed::curate
