#include "collection/run.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "collection/ranking.h"
#include "testing/testing.h"

namespace heed::collection {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

TEST(Run, IsReadAsTrecEvalReadsIt) {
  const TemporaryDir dir;
  const collection::Run run = read_run(
      dir.write("r",
                "\xEF\xBB\xBF"
                "2\tQ0\td\xC3\xA9\t9\t1.5\tfirst\r\n\n# a remark\n 1 Q0 b 1 +2 x more junk\n2 Q0 a 1 -3e2 last"));
  ASSERT_EQ(run.lists().size(), 2u);
  EXPECT_EQ(run.lists()[0].query(), QueryId("2"));
  EXPECT_EQ(*run.lists()[0].find(DocumentId("d\xC3\xA9")), 1.5);
  EXPECT_EQ(*run.find(QueryId("2"))->find(DocumentId("a")), -300);
  EXPECT_EQ(run.find(QueryId("2"))->find(DocumentId("b")), nullptr);
  EXPECT_EQ(run.find(QueryId("3")), nullptr);
  EXPECT_EQ(run.size(), 3u);
  EXPECT_EQ(run.tag, "last");
  ASSERT_EQ(run.notes.size(), 1u);
  EXPECT_NE(run.notes[0].find("1 comment line"), std::string::npos);
}

TEST(Run, GzipAndPlainAreTheSame) {
  const TemporaryDir dir;
  const std::string text = "q Q0 a 1 2 t\nq Q0 b 2 1 t\n";
  EXPECT_EQ(trec_run(read_run(dir.write("r", text))), trec_run(read_run(dir.write_gzip("r.gz", text))));
}

TEST(Run, WhatIsWrongIsNamedByFileAndLine) {
  const TemporaryDir dir;
  const auto complaint = [&](std::string_view text) {
    const auto path = dir.write("r", text);
    return complaint_of([&] { read_run(path); }).substr(path.string().size());
  };
  EXPECT_EQ(complaint("q Q0 a 1 2 t\nq Q0 b 1 2\n"),
            ":2: a run line has 6 fields (query iter docno rank score tag), this one has 5");
  EXPECT_EQ(complaint("q Q0 a 1 nan t\n"), ":1: score is not a finite number: nan");
  EXPECT_EQ(complaint("q Q0 a 1 -inf t\n"), ":1: score is not a finite number: -inf");
  EXPECT_EQ(complaint("q Q0 a 1 1e999 t\n"), ":1: score is not a finite number: 1e999");
  EXPECT_EQ(complaint("q Q0 a 1 high t\n"), ":1: score is not a finite number: high");
  EXPECT_EQ(complaint("q Q0 a 1 2 t\np Q0 a 1 2 t\n\nq Q0 a 3 1 t"), ":4: document a is repeated in query q");
  EXPECT_EQ(complaint("\n \n"), ": the run is empty");
  EXPECT_EQ(complaint(""), ": the run is empty");
}

TEST(Run, WhatIsWrittenReadsBackAsTheSameRun) {
  base::Random random(11);
  collection::Run run;
  run.tag = "t";
  for (int i = 0; i < 2000; ++i)
    run.add("q" + std::to_string(random.below(7)), "d" + std::to_string(random.below(1000)),
            static_cast<double>(random.below(50)) / 7);
  const TemporaryDir dir;
  const std::string text = trec_run(run);
  const collection::Run back = read_run(dir.write("r", text));
  EXPECT_EQ(trec_run(back), text);
  ASSERT_EQ(back.size(), run.size());
  for (const RankedList& list : run.lists())
    for (const auto& [document, score] : list.entries()) EXPECT_EQ(*back.find(list.query())->find(document), score);
}

TEST(Ranking, TiesGoByIdDescendingOrByInput) {
  collection::Run run;
  for (const auto* const document : {"a", "c", "b"}) run.add("q", document, 1);
  run.add("q", "top", 2);
  EXPECT_EQ(ranking(run.lists()[0], TieOrder::kDocumentId), (std::vector<std::uint32_t>{3, 1, 2, 0}));
  EXPECT_EQ(ranking(run.lists()[0], TieOrder::kInput), (std::vector<std::uint32_t>{3, 0, 1, 2}));
}

}  // namespace
}  // namespace heed::collection
