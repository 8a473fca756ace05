#include "curate/curation.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::curate {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

const std::string kTopics = R"({"id":"1","query":"bees","instruction":"Documents about bees. Not wasps."})"
                            "\n";
const std::string kPool = R"({"topic":"1","document":"d1","grade":2,"source":"judged"})"
                          "\n"
                          R"({"topic":"1","document":"d2","grade":0,"source":"bm25,dense"})"
                          "\n";
const std::string kDocuments = R"({"id":"d1","title":"","text":"Bees \"hum\"; größer"})"
                               "\n";
const std::string kAlterations =
    R"({"topic":"1","instruction":"Documents about bees.","keywords":"bees","short_query":"bees only"})"
    "\n";
const std::string kRejudgments = R"({"topic":"1","document":"d1","decision":"not_relevant","note":"a wasp"})"
                                 "\n"
                                 R"({"topic":"1","document":"d2","decision":"unsure"})"
                                 "\n";

void write_all(const TemporaryDir& dir) {
  dir.write(kTopicsFile, kTopics);
  dir.write(kPoolFile, kPool);
  dir.write(kDocumentsFile, kDocuments);
  dir.write(kAlterationsFile, kAlterations);
  dir.write(kRejudgmentsFile, kRejudgments);
}

TEST(Curation, WhatIsReadIsWrittenWithTheSameBytes) {
  const TemporaryDir dir;
  write_all(dir);
  const Curation curation = read_curation(dir.path());
  EXPECT_EQ(curation.topics.at(0).instruction, "Documents about bees. Not wasps.");
  EXPECT_EQ(curation.pool.at(1), (PooledDocument{"1", "d2", 0, "bm25,dense"}));
  EXPECT_EQ(curation.documents.at(0).text, "Bees \"hum\"; größer");
  EXPECT_EQ(curation.alterations.at(0), (Alteration{"1", "Documents about bees.", "bees", "bees only"}));
  EXPECT_EQ(curation.rejudgments.at(0), (Rejudgment{"1", "d1", Decision::kNotRelevant, "a wasp"}));
  EXPECT_EQ(topics_text(curation.topics), kTopics);
  EXPECT_EQ(pool_text(curation.pool), kPool);
  EXPECT_EQ(documents_text(curation.documents), kDocuments);
  EXPECT_EQ(alterations_text(curation.alterations), kAlterations);
  EXPECT_EQ(rejudgments_text(curation.rejudgments), kRejudgments);
}

TEST(Curation, StepsNotYetTakenAreEmpty) {
  const TemporaryDir dir;
  EXPECT_EQ(complaint_of([&] { read_curation(dir.path()); }),
            dir.path().string() + ": is no curation folder: it has no topics.jsonl (heed curate topics makes it)");
  dir.write(kTopicsFile, kTopics);
  dir.write(kPoolFile, "");
  const Curation curation = read_curation(dir.path());
  EXPECT_EQ(curation.topics.size(), 1u);
  EXPECT_TRUE(curation.pool.empty() && curation.documents.empty() && curation.rejudgments.empty());
}

TEST(Curation, TopicsThatAreNoneAreRefused) {
  const TemporaryDir dir;
  const auto path = dir.write(kTopicsFile, "");
  EXPECT_EQ(complaint_of([&] { read_curation(dir.path()); }), path.string() + ": has no topics");
}

TEST(Curation, IdsArePrintableUtf8) {
  for (const char* const id : {"1", "d\u00fc", "a-b.c"}) EXPECT_FALSE(id_fault(id)) << id;
  EXPECT_EQ(id_fault("d\xff"), "is not UTF-8");
  for (const std::string& id :
       {std::string("a\0b", 3), std::string("\033[2J"), std::string("\x7f"), std::string("\xc2\x9b")})
    EXPECT_EQ(id_fault(id), "has a control character in it");
  const TemporaryDir dir;
  const auto path = dir.write(kTopicsFile, R"({"id":"\u001b[2J","query":"q","instruction":"i"})");
  EXPECT_EQ(complaint_of([&] { read_curation(dir.path()); }),
            path.string() + ":1: \"id\" has a control character in it");
}

TEST(Curation, EveryDecisionHasOneName) {
  for (const auto decision : {Decision::kRelevant, Decision::kNotRelevant, Decision::kUnsure})
    EXPECT_EQ(decision_named(name_of(decision)), decision);
  EXPECT_FALSE(decision_named("Relevant"));
}

TEST(Curation, WhatIsWrongIsNamedByFileAndLine) {
  struct Case {
    std::string_view file;
    std::string content, complaint;
  };
  const Case cases[] = {
      {kTopicsFile, kTopics + kTopics, ":2: topic 1 is given twice"},
      {kTopicsFile, R"({"id":"1 2","query":"q","instruction":"i"})", ":1: \"id\" has white space in it: \"1 2\""},
      {kTopicsFile, R"({"id":"1","query":" ","instruction":"i"})", ":1: \"query\" is empty"},
      {kTopicsFile, R"({"id":"1","query":"q","instruction":""})", ":1: \"instruction\" is empty"},
      {kTopicsFile, R"({"id":"1","query":"q"})", ":1: there is no \"instruction\""},
      {kPoolFile, kPool + kPool, ":3: document d1 is twice in the pool of topic 1"},
      {kPoolFile, R"({"topic":"2","document":"d","grade":1,"source":"judged"})",
       ":1: there is no topic 2 in topics.jsonl; take the line out, or make the file anew"},
      {kPoolFile, R"({"topic":"1","document":"d","grade":-1,"source":"judged"})",
       ":1: grade is none of 0 to 10000: -1"},
      {kDocumentsFile, R"({"id":"d9","title":"","text":"t"})", ":1: document d9 is in no pool of pool.jsonl"},
      {kDocumentsFile, kDocuments + kDocuments, ":2: document d1 is given twice"},
      {kAlterationsFile, R"({"topic":"2","instruction":"i"})",
       ":1: there is no topic 2 in topics.jsonl; take the line out, or make the file anew"},
      {kAlterationsFile, R"({"topic":"1","instruction":"\t"})", ":1: \"instruction\" is empty"},
      {kAlterationsFile, kAlterations + kAlterations, ":2: topic 1 has two altered instructions"},
      {kRejudgmentsFile, R"({"topic":"1","document":"d9","decision":"relevant"})",
       ":1: document d9 is not in the pool of topic 1; take the line out, or make the file anew"},
      {kRejudgmentsFile, R"({"topic":"1","document":"d1","decision":"Relevant"})",
       ":1: decision is relevant, not_relevant or unsure, not Relevant"},
      {kRejudgmentsFile, kRejudgments + kRejudgments, ":3: document d1 is judged twice for topic 1"},
  };
  for (const Case& c : cases) {
    const TemporaryDir dir;
    write_all(dir);
    const auto path = dir.write(c.file, c.content);
    EXPECT_EQ(complaint_of([&] { read_curation(dir.path()); }), path.string() + c.complaint);
  }
}

}  // namespace
}  // namespace heed::curate
