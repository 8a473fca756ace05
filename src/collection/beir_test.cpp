#include "collection/beir.h"

#include <map>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::collection {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

using Files = std::map<std::string, std::string>;

Files beir_files() {
  return {{"corpus.jsonl",
           "{\"_id\": \"a\", \"title\": \"A\", \"text\": \"one\"}\n{\"_id\": \"b\", \"title\": \"\", \"text\": "
           "\"two\", \"metadata\": {}}\n"},
          {"queries.jsonl", "{\"_id\": \"1\", \"text\": \"first\"}\n{\"_id\": \"2\", \"text\": \"second\"}\n"},
          {"qrels/test.tsv", "query-id\tcorpus-id\tscore\r\n2\tb\t2\r\n2\ta\t0\r\n"},
          {"qrels/train.tsv", "query-id\tcorpus-id\tscore\n1\ta\t1\n1\tc\t1\n2\tc\t0\n2\td\t1\n"}};
}

void write(const TemporaryDir& dir, const Files& files) {
  for (const auto& [name, content] : files) dir.write(name, content);
}

/// The complaint about the layout once `name` holds `content`, without the folder's name.
std::string complaint(const std::string& name, const std::string& content) {
  const TemporaryDir dir;
  Files files = beir_files();
  files[name] = content;
  write(dir, files);
  const std::string text = complaint_of([&] { read_beir(dir.path()); });
  EXPECT_EQ(text.substr(0, dir.path().string().size()), dir.path().string());
  return text.substr(std::min(text.size(), dir.path().string().size()));
}

TEST(Beir, CorpusQueriesAndTheSplitsJudgmentsAreRead) {
  const TemporaryDir dir;
  write(dir, beir_files());
  ASSERT_TRUE(has_beir_layout(dir.path()));
  const TestCollection data = read_beir(dir.path());
  EXPECT_EQ(data.corpus.documents().size(), 2u);
  EXPECT_EQ(data.corpus[1].text, "two");
  ASSERT_EQ(data.queries.topics.size(), 2u);
  EXPECT_EQ(data.queries.topics[0].title, "first");
  EXPECT_EQ(trec_qrels(data.judgments), "2 0 b 2\n2 0 a 0\n");
  EXPECT_TRUE(data.notes.empty());
}

TEST(Beir, JudgedDocumentsThatTheCorpusLacksAreCountedOnce) {
  const TemporaryDir dir;
  write(dir, beir_files());
  const TestCollection data = read_beir(dir.path(), "train");
  EXPECT_EQ(data.judgments.size(), 4u);
  EXPECT_EQ(data.notes,
            std::vector{(dir.path() / "qrels" / "train.tsv").string() + ": judges 2 documents that the corpus lacks"});
}

TEST(Beir, PackedFilesHoldTheSame) {
  const TemporaryDir plain, packed;
  for (const auto& [name, content] : beir_files()) {
    plain.write(name, content);
    packed.write(name + ".keep", "");  // makes the folder
    packed.write_gzip(name + ".gz", content);
    std::filesystem::remove(packed.path() / (name + ".keep"));
  }
  ASSERT_TRUE(has_beir_layout(packed.path()));
  const TestCollection a = read_beir(plain.path()), b = read_beir(packed.path());
  EXPECT_EQ(a.queries.topics, b.queries.topics);
  EXPECT_EQ(trec_qrels(a.judgments), trec_qrels(b.judgments));
  EXPECT_EQ(a.corpus[0].text, b.corpus[0].text);
}

TEST(Beir, OtherLayoutsAreNotBeirs) {
  for (const std::string missing : {"corpus.jsonl", "queries.jsonl"}) {
    const TemporaryDir dir;
    Files files = beir_files();
    files.erase(missing);
    write(dir, files);
    EXPECT_FALSE(has_beir_layout(dir.path())) << missing;
  }
  for (const std::string other : {"instruction.jsonl", "qrels_og/test.tsv"}) {
    const TemporaryDir dir;
    write(dir, beir_files());
    dir.write(other, "");
    EXPECT_FALSE(has_beir_layout(dir.path())) << other;
  }
  const TemporaryDir dir;
  EXPECT_FALSE(has_beir_layout(dir.path()));
  EXPECT_FALSE(has_beir_layout(dir.path() / "none"));
  write(dir, beir_files());
  std::filesystem::remove_all(dir.path() / "qrels");
  EXPECT_FALSE(has_beir_layout(dir.path()));
  dir.write("qrels/test.jsonl", "");
  EXPECT_FALSE(has_beir_layout(dir.path()));
}

TEST(Beir, BrokenCollectionsAreRefusedWithFileAndLine) {
  const std::string header = "query-id\tcorpus-id\tscore\n";
  EXPECT_EQ(complaint("qrels/test.tsv", header + "2\ta\t1\n3\ta\t1\n"),
            "/qrels/test.tsv:3: there is no query 3 in queries.jsonl");
  EXPECT_EQ(complaint("qrels/test.tsv", header + "2\ta\t1\n2\ta\t1\n"),
            "/qrels/test.tsv:3: document a is judged twice for query 2");
  EXPECT_EQ(complaint("qrels/test.tsv", header), "/qrels/test.tsv: there are no judgments in it");
  EXPECT_EQ(complaint("queries.jsonl", "{\"_id\": \"1\"}"), "/queries.jsonl:1: there is no \"text\"");
  EXPECT_EQ(complaint("corpus.jsonl", ""), "/corpus.jsonl: there are no documents in it");
  const TemporaryDir dir;
  write(dir, beir_files());
  EXPECT_EQ(complaint_of([&] { read_beir(dir.path(), "dev"); }),
            (dir.path() / "qrels" / "dev.tsv").string() + ": there is no such file");
}

}  // namespace
}  // namespace heed::collection
