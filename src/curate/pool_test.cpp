#include "curate/pool.h"

#include <set>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::curate {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

const std::vector<CurationTopic> kTopics = {{"1", "q", "i"}};

struct Files {
  TemporaryDir dir;
  collection::Judgments judgments =
      collection::read_judgments(dir.write("qrels", "1 0 r2 2\n1 0 r1 1\n1 0 n1 0\n1 0 u1 -1\n2 0 x 0\n"));
  // a: r1 n1 n2 n3; b: n2 u1 r1 n4
  collection::Run a =
      collection::read_run(dir.write("a", "1 Q0 n1 2 9 a\n1 Q0 r1 1 10 a\n1 Q0 n2 3 8 a\n1 Q0 n3 4 7 a\n"));
  collection::Run b =
      collection::read_run(dir.write("b", "1 Q0 n2 1 10 b\n1 Q0 u1 2 9 b\n1 Q0 r1 3 8 b\n1 Q0 n4 4 7 b\n"));

  Pool pool(std::size_t size, const std::vector<CurationTopic>& topics = kTopics) const {
    const std::vector<NamedRun> runs = {{"a", &a}, {"b", &b}};
    return make_pool(topics, judgments, runs, size);
  }
};

using Documents = std::vector<PooledDocument>;

TEST(Pool, RelevantDocumentsComeFirstThenTheRunsInTurns) {
  const Files files;
  EXPECT_EQ(files.pool(2).documents, (Documents{{"1", "r1", 1, "judged"}, {"1", "r2", 2, "judged"}}));
  // Rank 1: a has r1, which is there, b has n2. Rank 2: a has n1, b has u1. Rank 3: a has n2, again. Rank 4: a has n3.
  EXPECT_EQ(files.pool(4).documents,
            (Documents{{"1", "n1", 0, "a"}, {"1", "n2", 0, "b"}, {"1", "r1", 1, "judged"}, {"1", "r2", 2, "judged"}}));
  EXPECT_EQ(files.pool(6).documents, (Documents{{"1", "n1", 0, "a"},
                                                {"1", "n2", 0, "b,a"},
                                                {"1", "n3", 0, "a"},
                                                {"1", "r1", 1, "judged"},
                                                {"1", "r2", 2, "judged"},
                                                {"1", "u1", 0, "b"}}));
  EXPECT_TRUE(files.pool(6).notes.empty());
}

TEST(Pool, ALargerOneHasAllOfASmallerOne) {
  const Files files;
  for (std::size_t size = 2; size < 7; ++size) {
    std::set<std::string> larger;
    for (const auto& document : files.pool(size + 1).documents) larger.insert(document.document);
    for (const auto& document : files.pool(size).documents) EXPECT_TRUE(larger.contains(document.document));
  }
}

TEST(Pool, RunsTooShallowAreNoted) {
  const Files files;
  const Pool pool = files.pool(1000);
  EXPECT_EQ(pool.documents.size(), 7u);
  EXPECT_EQ(pool.notes, (std::vector<std::string>{"topic 1 has 7 of 1000 candidates: the runs are too shallow"}));
}

TEST(Pool, ATopicThatCannotBePooledIsNamed) {
  const Files files;
  EXPECT_EQ(complaint_of([&] { files.pool(1); }),
            "topic 1 has 2 relevant documents, more than the 1 candidate of a pool");
  EXPECT_EQ(complaint_of([&] {
              files.pool(9, {{"2", "q", "i"}});
            }),
            "topic 2 has no relevant document among the judgments");
  EXPECT_EQ(complaint_of([&] {
              files.pool(9, {{"3", "q", "i"}});
            }),
            "topic 3 has no relevant document among the judgments");
}

}  // namespace
}  // namespace heed::curate
