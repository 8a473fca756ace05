// The instruction benchmark on real text beside the project, in both of its layouts.
#include <gtest/gtest.h>

#include "collection/dataset.h"
#include "testing/testing.h"

namespace heed::collection {
namespace {

InstructionDataset nf_instruct(const char* layout) {
  return read_instruction_dataset(heed::testing::shared_dir() / "data" / "nf-instruct" / layout);
}

TEST(SharedDataset, BothLayoutsHoldTheSame) {
  HEED_NEEDS_SHARED();
  const InstructionDataset followir = nf_instruct("followir-layout"), mteb = nf_instruct("mteb-layout");
  EXPECT_EQ(followir.layout, "followir");
  EXPECT_EQ(mteb.layout, "mteb");
  EXPECT_EQ(followir.corpus.documents().size(), 3306u);
  EXPECT_EQ(mteb.corpus.documents().size(), 3306u);
  ASSERT_EQ(followir.topics.size(), 60u);
  ASSERT_EQ(mteb.topics.size(), 60u);
  EXPECT_TRUE(followir.notes.empty());
  EXPECT_TRUE(mteb.notes.empty());
  EXPECT_EQ(followir.arms().size(), 5u);
  EXPECT_EQ(mteb.arms(), (std::vector<Arm>{Arm::kOg, Arm::kChanged, Arm::kNone}));
  for (std::size_t i = 0; i < 60; ++i) {
    const InstructionTopic &a = followir.topics[i], &b = mteb.topics[i];
    EXPECT_EQ(a.id, b.id);
    for (const Arm arm : mteb.arms()) EXPECT_EQ(a.need(arm), b.need(arm));
    EXPECT_EQ(a.candidates_og.size(), 300u);
    EXPECT_EQ(a.candidates_og, b.candidates_og);
    EXPECT_EQ(a.candidates_changed, b.candidates_changed);
  }
}

TEST(SharedDataset, JudgmentsAreThoseOfTheReference) {
  HEED_NEEDS_SHARED();
  const auto reference = heed::testing::shared_dir() / "data" / "nf-instruct" / "reference";
  for (const char* const layout : {"followir-layout", "mteb-layout"}) {
    const InstructionDataset data = nf_instruct(layout);
    EXPECT_EQ(trec_qrels(data.judgments_og), heed::testing::content_of(reference / "qrels_og.txt"));
    EXPECT_EQ(trec_qrels(data.judgments_changed), heed::testing::content_of(reference / "qrels_changed.txt"));
  }
}

}  // namespace
}  // namespace heed::collection
