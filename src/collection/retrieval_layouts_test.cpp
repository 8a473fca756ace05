#include "collection/retrieval_layouts.h"

#include <map>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::collection {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;
using Files = std::map<std::string, std::string>;

const std::string kCorpus = "{\"_id\": \"a\", \"text\": \"one\"}\n{\"_id\": \"b\", \"text\": \"two\"}\n";

Files instructir_files() {
  return {{"corpus.jsonl", kCorpus},
          {"only_instruction_queries.jsonl",
           R"({"_id": "q_1", "text": "I am a cook.", "metadata": {"origin_query": "wine"}}
{"_id": "q_2", "text": "I sell it.", "metadata": {"origin_query": "wine"}}
{"_id": "r_1", "text": "Unjudged.", "metadata": {"origin_query": "beer"}}
)"},
          {"qrels/test.tsv", "qid\tpid\tscore\nq_1\ta\t1\nq_2\tb\t1\n"}};
}

InstructionDataset read(const Files& files) {
  const TemporaryDir dir;
  for (const auto& [name, content] : files) dir.write(name, content);
  return read_benchmark(dir.path());
}

std::string complaint(Files files, const std::string& name, const std::string& content) {
  files[name] = content;
  return complaint_of([&] { read(files); });
}

TEST(InstructIr, InstancesOfAQueryStandInItsGroup) {
  const InstructionDataset data = read(instructir_files());
  EXPECT_EQ(data.kind, DatasetKind::kRobustness);
  EXPECT_EQ(data.layout, "instructir");
  EXPECT_TRUE(data.ranks_corpus);
  ASSERT_EQ(data.topics.size(), 2u);  // nobody judged r_1
  EXPECT_EQ(data.topics[1].group, "wine");
  EXPECT_EQ(data.topics[1].need(Arm::kOg), (Need{"wine", "I sell it."}));
  EXPECT_EQ(data.topics[1].need(Arm::kNone), (Need{"wine", ""}));
  EXPECT_EQ(data.arms(), (std::vector{Arm::kOg, Arm::kNone}));
}

TEST(InstructIr, ASeparatorPartsInstructionAndQuery) {
  Files files = instructir_files();
  files.erase("only_instruction_queries.jsonl");
  files["queries.jsonl"] = R"({"_id": "q_1", "text": "Not [SEP] beer. [SEP] wine"}
{"_id": "q_2", "text": "I sell it. [SEP] wine"}
)";
  const InstructionDataset data = read(files);
  EXPECT_EQ(data.kind, DatasetKind::kRobustness);
  EXPECT_EQ(data.topics[0].need(Arm::kOg), (Need{"wine", "Not [SEP] beer."}));
}

TEST(InstructIr, BrokenFilesAreRefusedWithTheirLine) {
  const std::string queries = "only_instruction_queries.jsonl";
  EXPECT_NE(complaint(instructir_files(), queries, "{\"_id\": \"q_1\", \"text\": \"no query\"}\n")
                .find("only_instruction_queries.jsonl:1: is no instance"),
            std::string::npos);
  const std::string line = "{\"_id\": \"q_1\", \"text\": \"i\", \"metadata\": {\"origin_query\": \"q\"}}\n";
  EXPECT_NE(complaint(instructir_files(), queries, line + line).find(":2: query q_1 is given twice"),
            std::string::npos);
  EXPECT_NE(
      complaint(instructir_files(), "qrels/test.tsv", "qid\tpid\tscore\nz\ta\t1\n").find(":2: there is no query z"),
      std::string::npos);
  EXPECT_NE(complaint(instructir_files(), "qrels/test.tsv", "qid\tpid\tscore\n").find("no query of it is judged"),
            std::string::npos);
}

TEST(InstructIr, JudgedDocumentsThatTheCorpusLacksAreNoted) {
  Files files = instructir_files();
  files["qrels/test.tsv"] += "q_1\tz\t1\n";
  EXPECT_EQ(read(files).notes, std::vector<std::string>{"the judgments name 1 document that the corpus lacks"});
}

Files beir_files() {
  return {{"corpus.jsonl", kCorpus},
          {"queries.jsonl", "{\"_id\": \"1\", \"text\": \"first\"}\n{\"_id\": \"2\", \"text\": \"second\"}\n"},
          {"qrels/test.tsv", "query-id\tcorpus-id\tscore\n2\tb\t1\n"}};
}

TEST(BeirAsDataset, JudgedQueriesAreTopicsThatRankTheCorpus) {
  const InstructionDataset data = read(beir_files());
  EXPECT_EQ(data.kind, DatasetKind::kRetrieval);
  EXPECT_EQ(data.layout, "beir");
  EXPECT_TRUE(data.ranks_corpus);
  ASSERT_EQ(data.topics.size(), 1u);
  EXPECT_EQ(data.topics[0].id.text(), "2");
  EXPECT_EQ(data.topics[0].need(Arm::kNone), (Need{"second", ""}));
  EXPECT_EQ(data.arms(), std::vector{Arm::kNone});
}

TEST(BeirAsDataset, InstructionsOfQueriesAreAnArm) {
  Files files = beir_files();
  files["queries.jsonl"] =
      "{\"_id\": \"1\", \"text\": \"first\"}\n{\"_id\": \"2\", \"text\": \"second\", \"instruction\": \"only b\"}\n";
  EXPECT_EQ(read(files).arms(), (std::vector{Arm::kOg, Arm::kNone}));
}

TEST(BeirAsDataset, TheFingerprintIsOfTheContent) {
  Files files = beir_files();
  const auto before = read(files).fingerprint();
  EXPECT_EQ(read(files).fingerprint(), before);
  files["qrels/test.tsv"] = "query-id\tcorpus-id\tscore\n2\tb\t2\n";
  EXPECT_NE(read(files).fingerprint(), before);
}

}  // namespace
}  // namespace heed::collection
