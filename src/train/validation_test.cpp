#include "train/validation.h"

#include <gtest/gtest.h>

#include "eval/p_mrr.h"
#include "testing/fake_learner.h"
#include "testing/testing.h"

namespace heed::train {
namespace {

using testing::complaint_of;
using testing::FakeLearner;
using testing::TemporaryDir;

/// A learner whose weights are these, by token; what it teaches nothing matters.
class Weighted : public FakeLearner {
 public:
  explicit Weighted(std::vector<std::pair<infer::TokenId, float>> weights) {
    format::OwnedTensor tensor = learned()[0];
    std::vector<float> values(64);
    for (const auto& [token, weight] : weights) values[static_cast<std::size_t>(token)] = weight;
    std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
    restore({&tensor, 1}, "test");
  }
};

Lessons open_lessons(const TemporaryDir& dir) {
  testing::write_teachable_model(dir);
  const auto recipe = recipe::read_recipe(
      format::Json::parse(R"({"kind":"decoder-reranker","prompt":"{need} d {document} r","true":"true",
        "false":"false","add_bos":false,"max_length":64})"),
      "test");
  return Lessons::open(dir.path(), recipe, std::nullopt);
}

/// Under "i", x is relevant and y not; under "j" neither.
const std::vector<Row> kRows = {{"q", "i", "", "x", true},
                                {"q", "i", "", "y", false},
                                {"q", "j", "", "x", false},
                                {"q", "j", "", "y", false},
                                {"r", "i", "", "x", true}};

TEST(Validation, OfRowsIsWorkedByHand) {
  const TemporaryDir dir;
  const Lessons lessons = open_lessons(dir);
  const ValidationSet set(kRows);
  EXPECT_EQ(set.judged(), 5);
  EXPECT_EQ(set.queries(), 1);
  EXPECT_EQ(set.questions(), 5);
  // The letter x is worth 1, y -1, whatever the instruction: x stays first, p-MRR is 0.
  Weighted blind({{7 + 23, 1.0f}, {7 + 24, -1.0f}});
  const auto first = set.measure(blind, lessons, {});
  ASSERT_TRUE(first && first->loss && first->p_mrr);
  EXPECT_EQ(*first->p_mrr, 0);
  EXPECT_EQ(first->accuracy, 0.8);
  const double small = std::log(1 + std::exp(-1)), large = std::log(1 + std::exp(1));
  EXPECT_NEAR(*first->loss, (4 * small + large) / 10, 1e-7);  // two terms an answer
  // The letter j is worth nothing by a sum; one that turns the order around under j is told by the tokens y and j.
  Weighted turned({{7 + 23, -1.0f}, {7 + 24, 1.0f}});
  EXPECT_EQ(set.measure(turned, lessons, {})->p_mrr, 0);  // x is last both times
}

TEST(Validation, PMrrIsTheFormulaOfTwoRankings) {
  // Three documents of which the first is relevant under the first instruction alone; ranks come from scores.
  const TemporaryDir dir;
  const Lessons lessons = open_lessons(dir);
  const ValidationSet set(std::vector<Row>{{"q", "i", "", "a", true},
                                           {"q", "i", "", "b", true},
                                           {"q", "i", "", "c", false},
                                           {"q", "j", "", "a", false},
                                           {"q", "j", "", "b", true}});
  EXPECT_EQ(set.questions(), 6);  // c is asked about under j too
  EXPECT_EQ(set.judged(), 5);
  class Obedient : public FakeLearner {
   public:
    std::vector<std::vector<float>> logits(std::span<const infer::Lesson> prompts,
                                           std::span<const infer::TokenId>) override {
      std::vector<std::vector<float>> all;
      for (const auto& prompt : prompts) {
        const bool is_a = std::find(prompt.ids.begin(), prompt.ids.end(), 7) != prompt.ids.end();
        const bool is_j = std::find(prompt.ids.begin(), prompt.ids.end(), 7 + 9) != prompt.ids.end();
        all.push_back({0, is_a ? (is_j ? -5.0f : 5.0f) : 1.0f});
      }
      return all;
    }
  } obedient;
  // From rank 1 to rank 3.
  EXPECT_DOUBLE_EQ(*set.measure(obedient, lessons, {})->p_mrr, eval::p_mrr({1, 3}));
}

TEST(Validation, StopsBetweenBatches) {
  const TemporaryDir dir;
  const Lessons lessons = open_lessons(dir);
  FakeLearner learner;
  EXPECT_FALSE(ValidationSet(kRows).measure(learner, lessons, {{}, [] { return true; }}));
}

TEST(Validation, GoesThroughJson) {
  for (const Validation& one : {Validation{0.25, 0.5, -0.1, 3}, Validation{{}, 1, {}, 0}})
    EXPECT_EQ(validation_from(to_json(one)), one);
}

TEST(HoldOut, TakesWholeQueriesAndAlwaysTheSame) {
  std::vector<Row> rows;
  for (int i = 0; i < 40; ++i) rows.push_back({"q" + std::to_string(i % 20), "i", "", std::to_string(i), true});
  const HeldOut parts = hold_out(rows, 0.1, 1);
  EXPECT_EQ(parts.held_out.size(), 4u);
  EXPECT_EQ(parts.taught.size(), 36u);
  for (const std::size_t a : parts.held_out)
    for (const std::size_t b : parts.taught) EXPECT_NE(rows[a].query, rows[b].query);
  EXPECT_EQ(hold_out(rows, 0.1, 1).held_out, parts.held_out);
  EXPECT_NE(hold_out(rows, 0.1, 2).held_out, parts.held_out);
  EXPECT_EQ(hold_out(rows, 0.001, 1).held_out.size(), 2u);  // one query
  EXPECT_NE(complaint_of([&] { hold_out(std::span(rows).first(1), 0.5, 1); }).find("one query"), std::string::npos);
}

}  // namespace
}  // namespace heed::train
