#include "collection/judgments.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::collection {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

TEST(Judgments, ThreeFormatsSayTheSame) {
  const TemporaryDir dir;
  const std::string expected = "q 0 a 1\nq 0 b -1\np 0 a 0\n";
  EXPECT_EQ(trec_qrels(read_judgments(dir.write("t", "# by two assessors\r\nq 0 a 1\r\nq\t0\tb\t-1\n\np 0 a 0"))),
            expected);
  EXPECT_EQ(trec_qrels(read_judgments(dir.write("b", "query-id\tcorpus-id\tscore\nq\ta\t1\nq\tb\t-1\np\ta\t0\n"))),
            expected);
  EXPECT_EQ(trec_qrels(read_judgments(dir.write("j", R"({"query-id": "q", "corpus-id": "a", "score": 1}
{"query-id": "q", "corpus-id": "b", "score": -1.0}
{"query-id": "p", "corpus-id": "a", "score": 0})"))),
            expected);
}

TEST(Judgments, WhatIsWrongIsNamedByFileAndLine) {
  const TemporaryDir dir;
  const auto complaint = [&](std::string_view text) {
    const auto path = dir.write("q", text);
    return complaint_of([&] { read_judgments(path); }).substr(path.string().size());
  };
  EXPECT_EQ(complaint("q 0 a\n"), ":1: a qrels line has 4 fields (query iter docno grade), this one has 3");
  EXPECT_EQ(complaint("q 0 a 1 x\n"), ":1: a qrels line has 4 fields (query iter docno grade), this one has 5");
  EXPECT_EQ(complaint("q 0 a 1\nq 0 b 1.5\n"), ":2: grade is not an integer: 1.5");
  EXPECT_EQ(complaint("q 0 a 99999\n"), ":1: grade is out of range: 99999");
  EXPECT_EQ(complaint("q 0 a 1\nq 0 a 0\n"), ":2: document a is judged twice for query q");
  EXPECT_EQ(complaint("query-id\tcorpus-id\tscore\nq\ta\n"),
            ":2: a qrels line has 3 fields (query-id corpus-id score), this one has 2");
  EXPECT_EQ(complaint("{\"query-id\": \"q\", \"score\": 1}\n"), ":1: there is no \"corpus-id\"");
  EXPECT_EQ(complaint("query-id\tcorpus-id\tscore\n"), ": there are no judgments in it");
  EXPECT_EQ(complaint(""), ": there are no judgments in it");
}

}  // namespace
}  // namespace heed::collection
