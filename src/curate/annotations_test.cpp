#include "curate/annotations.h"

#include <algorithm>
#include <csignal>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/error.h"
#include "curate/violations.h"
#include "testing/testing.h"

namespace heed::curate {
namespace {

using enum Decision;

Curation two_topics() {
  return {.topics = {{"1", "wind", "All of it."}, {"2", "sun", "All of it."}},
          .pool = {{"1", "a", 1, "judged"}, {"1", "b", 2, "judged"}, {"1", "x", 0, "bm25"}, {"2", "c", 1, "judged"}},
          .documents = {},
          .alterations = {{"1", "old", "key words", std::nullopt}, {"2", "kept", std::nullopt, "short"}},
          .rejudgments = {{"1", "a", kUnsure, ""}, {"2", "c", kRelevant, "by hand"}}};
}

/// Topic 1 with the final instruction of revision 10, where ann and bob decided.
TopicAnnotations judged() {
  TopicAnnotations topic;
  topic.final_instruction = SavedInstruction{10, "ann", "Only at sea.", ""};
  topic.judgments["a"] = {{"ann", {11, "ann", kRelevant, "", 10, ""}}, {"bob", {12, "bob", kRelevant, "sure", 10, ""}}};
  topic.judgments["b"] = {{"ann", {13, "ann", kRelevant, "", 10, ""}}, {"bob", {14, "bob", kNotRelevant, "", 10, ""}}};
  return topic;
}

TEST(Annotations, OnlyRelevantDocumentsAreJudgedAnew) {
  const auto documents = documents_to_judge(two_topics());
  EXPECT_EQ(documents.at("1"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(documents.at("2"), (std::vector<std::string>{"c"}));
}

TEST(Annotations, WhatWasDecidedUnderAnotherInstructionNoLongerCounts) {
  TopicAnnotations topic = judged();
  EXPECT_EQ(annotators_of(topic), (std::vector<std::string>{"ann", "bob"}));
  EXPECT_EQ(settlement(topic, "a", {"ann", "bob"}).standing, Standing::kAgreed);
  topic.final_instruction->revision = 20;
  EXPECT_TRUE(annotators_of(topic).empty());
  EXPECT_EQ(settlement(topic, "a", {"ann", "bob"}).standing, Standing::kOpen);
  EXPECT_EQ(what_is_missing(topic, {"a", "b"}), "no document is judged under the final instruction");
}

TEST(Annotations, ADifferenceIsSettledByAnAdjudicationAfterIt) {
  TopicAnnotations topic = judged();
  EXPECT_EQ(settlement(topic, "b", {"ann", "bob"}).standing, Standing::kToSettle);
  topic.adjudications["b"] = {15, "ann", kNotRelevant, "on land", 10, ""};
  const Settlement settled = settlement(topic, "b", {"ann", "bob"});
  EXPECT_EQ(settled.standing, Standing::kAdjudicated);
  EXPECT_EQ(settled.decision, kNotRelevant);
  EXPECT_EQ(settled.note, "on land");
  topic.judgments["b"]["ann"] = {16, "ann", kUnsure, "", 10, ""};
  EXPECT_EQ(settlement(topic, "b", {"ann", "bob"}).standing, Standing::kToSettle) << "one changed their mind since";
}

TEST(Annotations, TwoWhoAreUnsureHaveSettledNothing) {
  TopicAnnotations topic = judged();
  for (auto& [name, judgment] : topic.judgments["a"]) judgment.decision = kUnsure;
  EXPECT_EQ(settlement(topic, "a", {"ann", "bob"}).standing, Standing::kToSettle);
  EXPECT_EQ(settlement(topic, "a", {"ann"}).decision, kUnsure) << "one alone may be";
}

TEST(Annotations, SaysWhatATopicLacks) {
  TopicAnnotations topic;
  EXPECT_EQ(what_is_missing(topic, {"a", "b"}), "no altered instruction is final");
  topic = judged();
  EXPECT_EQ(what_is_missing(topic, {"a", "b"}), "1 document to adjudicate");
  topic.judgments["b"]["bob"].decision.reset();
  EXPECT_EQ(what_is_missing(topic, {"a", "b"}), "bob has 1 document to judge");
  topic.judgments["b"]["bob"].decision = kRelevant;
  EXPECT_EQ(what_is_missing(topic, {"a", "b"}), std::nullopt);
}

TEST(Annotations, OnlyWhatBothDecidedIsCompared) {
  TopicAnnotations topic = judged();
  EXPECT_EQ(decision_pairs(topic, "ann", "bob").size(), 2u);
  topic.judgments["b"].erase("bob");
  EXPECT_EQ(decision_pairs(topic, "ann", "bob").size(), 1u);
  EXPECT_TRUE(decision_pairs(topic, "ann", "nobody").empty());
}

TEST(Annotations, AnIncompleteTopicIsExportedOnlyWhenAsked) {
  Annotations annotations;
  annotations.topics["1"] = judged();
  const auto whole = export_of(two_topics(), annotations, ExportScope::kCompleteTopics);
  EXPECT_EQ(whole.incomplete.front(), (std::pair<std::string, std::string>{"1", "1 document to adjudicate"}));
  EXPECT_TRUE(whole.topics.empty());
  EXPECT_EQ(whole.alterations, two_topics().alterations) << "what the files have stays, until it is complete";
  EXPECT_EQ(whole.rejudgments, two_topics().rejudgments);

  const auto partial = export_of(two_topics(), annotations, ExportScope::kAllThatIsSettled);
  EXPECT_EQ(partial.topics, (std::vector<std::string>{"1"}));
  EXPECT_EQ(partial.alterations.front(), (Alteration{"1", "Only at sea.", "key words", std::nullopt}));
  EXPECT_EQ(partial.rejudgments.front(), (Rejudgment{"1", "a", kRelevant, "sure"}));
  EXPECT_EQ(partial.rejudgments.size(), 2u);
}

TEST(Annotations, WhatStandsInTheFilesUnderTheSameInstructionStaysUntilItIsSettled) {
  Annotations annotations;
  annotations.topics["1"] = judged();
  Curation curation = two_topics();
  curation.rejudgments.push_back({"1", "b", kRelevant, "by hand"});
  const auto decisions_of = [&] {
    return export_of(curation, annotations, ExportScope::kAllThatIsSettled).rejudgments;
  };
  EXPECT_EQ(decisions_of().size(), 2u) << "under another instruction they were other decisions";
  curation.alterations.front().instruction = "Only at sea.";
  EXPECT_EQ(decisions_of(),
            (std::vector<Rejudgment>{
                {"1", "a", kRelevant, "sure"}, {"1", "b", kRelevant, "by hand"}, {"2", "c", kRelevant, "by hand"}}));
}

/// While it lives, no file grows over this size: writing more fails.
class LongestFile {
 public:
  explicit LongestFile(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~LongestFile() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  LongestFile(const LongestFile&) = delete;
  LongestFile& operator=(const LongestFile&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

TEST(Annotations, AnExportThatEndsBetweenItsFilesIsNamedByTheCheckAndMendedByAnother) {
  const heed::testing::TemporaryDir dir;
  dir.write("topics.jsonl", topics_text({{"1", "wind", "All of it."}}));
  dir.write("pool.jsonl", pool_text({{"1", "a", 1, "judged"}, {"1", "b", 1, "judged"}}));
  dir.write("documents.jsonl", documents_text({{"a", "A", "of a"}, {"b", "B", "of b"}}));
  dir.write("alterations.jsonl", alterations_text({{"1", "All of it, by hand.", "key words", std::nullopt}}));
  dir.write("rejudgments.jsonl", rejudgments_text({{"1", "a", kNotRelevant, ""}, {"1", "b", kRelevant, ""}}));
  ASSERT_FALSE(has_errors(find_violations(read_curation(dir.path()))));

  Annotations annotations;
  annotations.topics["1"] = judged();
  annotations.topics["1"].adjudications["b"] = {15, "ann", kNotRelevant, "", 10, ""};
  annotations.topics["1"].final_instruction->text = std::string(20'000, 'x');  // so that only this file is too long
  {
    const LongestFile limit(10'000);
    EXPECT_THROW(write_export(dir.path(), annotations, ExportScope::kCompleteTopics), base::BadInput);
  }
  const auto found = find_violations(read_curation(dir.path()));
  EXPECT_EQ(std::ranges::count(found, "not-rejudged", &Violation::rule), 2);

  write_export(dir.path(), annotations, ExportScope::kCompleteTopics);
  const Curation whole = read_curation(dir.path());
  EXPECT_EQ(whole.alterations.front().keywords, "key words");
  EXPECT_EQ(whole.rejudgments, (std::vector<Rejudgment>{{"1", "a", kRelevant, "sure"}, {"1", "b", kNotRelevant, ""}}));
}

TEST(Annotations, ACompleteTopicIsExportedInThePoolsOrder) {
  Annotations annotations;
  annotations.topics["1"] = judged();
  annotations.topics["1"].adjudications["b"] = {15, "ann", kNotRelevant, "", 10, ""};
  const auto exported = export_of(two_topics(), annotations, ExportScope::kCompleteTopics);
  EXPECT_EQ(exported.topics, (std::vector<std::string>{"1"}));
  EXPECT_EQ(exported.rejudgments,
            (std::vector<Rejudgment>{
                {"1", "a", kRelevant, "sure"}, {"1", "b", kNotRelevant, ""}, {"2", "c", kRelevant, "by hand"}}));
}

}  // namespace
}  // namespace heed::curate
