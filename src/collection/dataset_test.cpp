#include "collection/dataset.h"

#include <map>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::collection {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

using Files = std::map<std::string, std::string>;

const std::string kCorpus =
    "{\"_id\": \"a\", \"title\": \"A\", \"text\": \"one\"}\r\n\n{\"id\": 7, \"text\": "
    "\"d\xC3\xA9j\xC3\xA0\"}\n{\"_id\": \"c\", \"title\": null, \"text\": \"three\"}";

Files followir_files() {
  return {{"corpus.jsonl", kCorpus},
          {"queries.jsonl",
           "{\"_id\": \"q\", \"text\": \"need\", \"instruction_og\": \"all\", \"instruction_changed\": \"not a\", "
           "\"keywords\": \"k\"}\n"
           "{\"_id\": 2, \"text\": \"other\", \"instruction_og\": \"x\", \"instruction_changed\": \"y\"}\n"},
          {"top_ranked.jsonl",
           "{\"qid\": \"q\", \"pid\": \"c\"}\n{\"qid\": \"q\", \"pid\": \"a\"}\n{\"qid\": 2, \"pid\": 7}\n"},
          {"qrels_og/test.jsonl",
           "{\"query-id\": \"q\", \"corpus-id\": \"a\", \"score\": 1}\n{\"query-id\": \"2\", \"corpus-id\": \"7\", "
           "\"score\": 2}\n"},
          {"qrels_changed/test.tsv", "query-id\tcorpus-id\tscore\nq\ta\t0\n2\t7\t2\n"}};
}

Files mteb_files() {
  return {
      {"corpus.jsonl", kCorpus},
      {"queries.jsonl",
       "{\"id\": \"q-og\", \"text\": \"need\"}\n{\"id\": \"q-changed\", \"text\": \"need\"}\n"
       "{\"id\": \"2-og\", \"text\": \"other\"}\n{\"id\": \"2-changed\", \"text\": \"other\"}\n"},
      {"instruction.jsonl",
       "{\"query-id\": \"q-og\", \"instruction\": \"all\"}\n{\"query-id\": \"q-changed\", \"instruction\": \"not a\"}\n"
       "{\"query-id\": \"2-og\", \"instruction\": \"x\"}\n{\"query-id\": \"2-changed\", \"instruction\": \"y\"}\n"},
      {"top_ranked.jsonl",
       "{\"query-id\": \"q-og\", \"corpus-ids\": [\"c\", \"a\"]}\n{\"query-id\": \"q-changed\", \"corpus-ids\": "
       "[\"a\", \"c\"]}\n"
       "{\"query-id\": \"2-og\", \"corpus-ids\": [7]}\n{\"query-id\": \"2-changed\", \"corpus-ids\": [\"7\"]}\n"},
      {"qrels/test.tsv", "query-id\tcorpus-id\tscore\nq-og\ta\t1\nq-changed\ta\t0\n2-og\t7\t2\n2-changed\t7\t2\n"},
      {"qrel_diff.jsonl", "{\"query-id\": \"q\", \"corpus-ids\": [\"a\"]}\n"}};
}

InstructionDataset read(const TemporaryDir& dir, const Files& files) {
  for (const auto& [name, content] : files) dir.write(name, content);
  return read_instruction_dataset(dir.path());
}

/// The complaint about `files` once `name` holds `content`, without the folder's name.
std::string complaint(Files files, const std::string& name, const std::string& content) {
  const TemporaryDir dir;
  files[name] = content;
  const std::string text = complaint_of([&] { read(dir, files); });
  EXPECT_EQ(text.substr(0, dir.path().string().size()), dir.path().string());
  return text.substr(dir.path().string().size());
}

TEST(Dataset, TheFollowirLayoutIsRead) {
  const TemporaryDir dir;
  const InstructionDataset data = read(dir, followir_files());
  EXPECT_EQ(data.layout, "followir");
  ASSERT_EQ(data.topics.size(), 2u);
  EXPECT_EQ(data.corpus[1].text, "d\xC3\xA9j\xC3\xA0");
  EXPECT_EQ(data.topics[0].need(Arm::kOg), (Need{"need", "all"}));
  EXPECT_EQ(data.topics[0].need(Arm::kNone), (Need{"need", ""}));
  EXPECT_EQ(data.topics[0].need(Arm::kKeywords), (Need{"need", "k"}));
  EXPECT_EQ(data.topics[0].candidates(Arm::kChanged), (std::vector<std::uint32_t>{2, 0}));
  EXPECT_EQ(*data.judgments_og.find(QueryId("2"))->find(DocumentId("7")), 2);
  EXPECT_EQ(data.arms(), (std::vector<Arm>{Arm::kOg, Arm::kChanged, Arm::kNone}));
  EXPECT_EQ(data.notes, (std::vector<std::string>{"1 topic has no text for the arm keywords, which is left out"}));
}

TEST(Dataset, TheMtebLayoutIsRead) {
  const TemporaryDir dir;
  const InstructionDataset data = read(dir, mteb_files());
  EXPECT_EQ(data.layout, "mteb");
  ASSERT_EQ(data.topics.size(), 2u);
  EXPECT_EQ(data.topics[0].id, QueryId("q"));
  EXPECT_EQ(data.topics[0].need(Arm::kChanged), (Need{"need", "not a"}));
  EXPECT_EQ(data.topics[0].candidates(Arm::kOg), (std::vector<std::uint32_t>{2, 0}));
  EXPECT_EQ(data.topics[0].candidates(Arm::kChanged), (std::vector<std::uint32_t>{0, 2}));
  EXPECT_EQ(*data.judgments_changed.find(QueryId("q"))->find(DocumentId("a")), 0);
  EXPECT_TRUE(data.notes.empty());
}

TEST(Dataset, PackedFilesHoldTheSameContent) {
  const TemporaryDir plain, packed;
  for (const auto& [name, content] : followir_files()) packed.write_gzip(name + ".gz", content);
  std::filesystem::rename(packed.path() / "qrels_changed/test.tsv.gz", packed.path() / "qrels_changed/only.tsv.gz");
  EXPECT_EQ(read(plain, followir_files()).fingerprint(), read_instruction_dataset(packed.path()).fingerprint());
}

TEST(Dataset, TheFingerprintTellsTheTwoSetsOfJudgmentsApart) {
  const auto with_judgments = [](const std::string& og, const std::string& changed) {
    const TemporaryDir dir;
    Files files = followir_files();
    files["qrels_og/test.jsonl"] = og + "2 0 7 1\n";
    files["qrels_changed/test.tsv"] = changed + "2 0 7 1\n";
    return read(dir, files).fingerprint();
  };
  EXPECT_NE(with_judgments("q 0 a 1\nq 0 c 1\n", "q 0 7 0\n"), with_judgments("q 0 a 1\n", "q 0 c 1\nq 0 7 0\n"));
}

TEST(Dataset, EmptyScoresStandInForTopRanked) {
  const TemporaryDir dir;
  Files files = followir_files();
  files.erase("top_ranked.jsonl");
  files["empty_scores.json"] = R"({"q": {"a": 0.0, "c": 1.0}, "2": {"7": 0}})";
  const InstructionDataset data = read(dir, files);
  EXPECT_EQ(data.topics[0].candidates_og, (std::vector<std::uint32_t>{2, 0}));
  EXPECT_EQ(complaint(files, "empty_scores.json", R"({"q": {"a": "x"}})"),
            "/empty_scores.json: the score of document a of query q is not a number");
}

TEST(Dataset, WhatTheFollowirLayoutPromisesIsHeldTo) {
  const Files good = followir_files();
  EXPECT_EQ(complaint(good, "top_ranked.jsonl", "{\"qid\": \"q\", \"pid\": \"a\"}\n{\"qid\": \"q\", \"pid\": \"z\"}\n"),
            "/top_ranked.jsonl:2: the corpus has no document z");
  EXPECT_EQ(complaint(good, "top_ranked.jsonl", "{\"qid\": \"q\", \"pid\": \"a\"}\n{\"qid\": \"q\", \"pid\": \"a\"}\n"),
            "/top_ranked.jsonl:2: document a is repeated among the candidates of query q");
  EXPECT_EQ(complaint(good, "top_ranked.jsonl", "{\"qid\": \"r\", \"pid\": \"a\"}\n"),
            "/top_ranked.jsonl:1: there is no query r in queries.jsonl");
  EXPECT_EQ(complaint(good, "top_ranked.jsonl", "{\"qid\": \"q\", \"pid\": \"a\"}\n"), ": query 2 has no candidates");
  EXPECT_EQ(complaint(good, "qrels_changed/test.tsv", "q\t0\ta\t0\n"),
            ": query 2 has no judgments under the altered instruction");
  EXPECT_EQ(complaint(good, "qrels_changed/test.tsv", "q 0 a 0\nr 0 a 0\n"),
            "/qrels_changed/test.tsv:2: there is no query r in queries.jsonl");
  EXPECT_EQ(complaint(good, "qrels_changed/test.tsv", "q 0 a 0\nq 0 a 0\n"),
            "/qrels_changed/test.tsv:2: document a is judged twice for query q");
  EXPECT_EQ(complaint(good, "corpus.jsonl", kCorpus + "\n{\"_id\": \"a\", \"text\": \"\"}"),
            "/corpus.jsonl:5: document a is given twice");
  EXPECT_EQ(complaint(good, "corpus.jsonl", "{\"_id\": \"a\"}"), "/corpus.jsonl:1: there is no \"text\"");
  EXPECT_EQ(complaint(good, "corpus.jsonl", ""), "/corpus.jsonl: there are no documents in it");
  EXPECT_EQ(complaint(good, "queries.jsonl", "{\"_id\": \"q\", \"text\": \"need\", \"instruction_og\": \"all\"}"),
            "/queries.jsonl:1: there is no \"instruction_changed\"");
}

TEST(Dataset, WhatTheMtebLayoutPromisesIsHeldTo) {
  const Files good = mteb_files();
  EXPECT_EQ(complaint(good, "queries.jsonl", "{\"_id\": \"q\", \"text\": \"need\"}\n"),
            "/queries.jsonl:1: query id q ends neither in -og nor in -changed");
  EXPECT_EQ(complaint(good, "queries.jsonl", "{\"_id\": \"q-og\", \"text\": \"need\"}\n"),
            "/queries.jsonl: query q has no line q-changed");
  EXPECT_EQ(complaint(good, "instruction.jsonl", "{\"query-id\": \"q-og\", \"instruction\": \"\"}\n"),
            "/instruction.jsonl: query q-changed has no instruction");
  EXPECT_EQ(complaint(good, "top_ranked.jsonl", "{\"query-id\": \"q-og\", \"corpus-ids\": [\"z\"]}\n"),
            "/top_ranked.jsonl:1: the corpus has no document z");
  EXPECT_EQ(complaint(good, "top_ranked.jsonl", "{\"query-id\": \"q-og\", \"corpus-ids\": [\"a\", \"a\"]}\n"),
            "/top_ranked.jsonl:1: document a is repeated among the candidates of query q-og");
  EXPECT_EQ(complaint(good, "qrels/test.tsv", "r-og 0 a 1\n"),
            "/qrels/test.tsv:1: there is no query r-og in queries.jsonl");
}

TEST(Dataset, ADiffThatTheJudgmentsContradictIsSaid) {
  const TemporaryDir dir;
  Files files = mteb_files();
  files["qrel_diff.jsonl"] = "{\"query-id\": \"2\", \"corpus-ids\": [\"7\"]}\n";
  const auto notes = read(dir, files).notes;
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_NE(notes[0].find("lists 1 document whose judgment does not change"), std::string::npos);
  EXPECT_NE(notes[1].find("leaves out 1 document whose judgment changes"), std::string::npos);
}

TEST(Dataset, AChangedDocumentThatIsNoCandidateIsSaid) {
  const TemporaryDir dir;
  Files files = followir_files();
  files["top_ranked.jsonl"] = "{\"qid\": \"q\", \"pid\": \"c\"}\n{\"qid\": 2, \"pid\": 7}\n";
  const auto notes = read(dir, files).notes;
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[1], "1 document whose judgment changes is no candidate of the query: ranked just below the last");
}

TEST(Dataset, AnotherFolderIsRefusedWithTheLayoutsThatExist) {
  const TemporaryDir dir;
  EXPECT_NE(
      complaint_of([&] { read_instruction_dataset(dir.path()); }).find("(followir, mteb; heed help layouts explains)"),
      std::string::npos);
  EXPECT_EQ(complaint_of([&] { read_instruction_dataset(dir.path() / "none"); }),
            (dir.path() / "none").string() + ": is not a folder with a data set");
}

}  // namespace
}  // namespace heed::collection
