#include "train/validation.h"

#include <map>

#include <gtest/gtest.h>

#include "eval/p_mrr.h"
#include "eval/pairing.h"
#include "testing/fake_learner.h"
#include "testing/testing.h"
#include "train/plain_text.h"

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

/// What the tests of a benchmark's folder vary: documents a, b and c are candidates, d is in the corpus alone.
struct Grades {
  std::map<std::string, int> og, changed;
};

collection::InstructionDataset benchmark(const std::vector<Grades>& topics) {
  collection::InstructionDataset data;
  for (const char* const id : {"a", "b", "c", "d"}) data.corpus.add(id, "", id);
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const std::string id = std::to_string(i);
    collection::InstructionTopic topic{};
    topic.id = collection::QueryId(data.texts.keep(id));
    topic.needs[static_cast<std::size_t>(collection::Arm::kOg)] = {"q", "i"};
    topic.needs[static_cast<std::size_t>(collection::Arm::kChanged)] = {"q", "j"};
    topic.candidates_og = {0, 1, 2};
    topic.candidates_changed = {0, 1};
    for (const auto& [document, grade] : topics[i].og) data.judgments_og.add(id, document, grade);
    for (const auto& [document, grade] : topics[i].changed) data.judgments_changed.add(id, document, grade);
    data.topics.push_back(std::move(topic));
  }
  return data;
}

/// Under i the order is b, a, c; under j it is a, b.
class Ordering : public FakeLearner {
 public:
  static double score(char document, char instruction) {
    return instruction == 'i' ? (document == 'a' ? 0 : document == 'b' ? 2 : -1) : (document == 'a' ? 1 : -2);
  }
  std::vector<std::vector<float>> logits(std::span<const infer::Lesson> prompts,
                                         std::span<const infer::TokenId>) override {
    std::vector<std::vector<float>> all;
    for (const auto& prompt : prompts) {  // q i d a r
      const auto letter = [&](std::size_t i) { return static_cast<char>('a' + prompt.ids[i] - 7); };
      all.push_back({0, static_cast<float>(score(letter(3), letter(1)))});
    }
    return all;
  }
};

TEST(Validation, OfABenchmarkIsTheFigureOfEval) {
  const TemporaryDir dir;
  const Lessons lessons = open_lessons(dir);
  const Grades graded{{{"a", 2}, {"b", 1}}, {{"a", 1}, {"b", 1}}};   // relevant both times, by another grade
  const Grades outside{{{"a", 1}, {"d", 1}}, {{"a", 1}, {"d", 0}}};  // no candidate: below the end of both rankings
  const Grades risen{{{"a", 0}, {"b", 1}}, {{"a", 1}, {"b", 1}}};    // relevant under the second alone
  const Grades fallen{{{"b", 1}, {"c", 1}}, {{"b", 0}}};             // c is judged once, and a candidate once
  const Grades same{{{"a", 1}}, {{"a", 1}}};
  const std::pair<std::vector<Grades>, long> cases[] = {
      {{graded}, 1}, {{outside}, 1}, {{risen}, 1}, {{fallen}, 1}, {{graded, same, outside, risen, fallen}, 4}};
  for (const auto& [topics, queries] : cases) {
    collection::InstructionDataset data = benchmark(topics);
    collection::Run og, changed;
    for (const auto& topic : data.topics) {
      for (const char document : {'a', 'b', 'c'})
        og.add(topic.id.text(), std::string(1, document), Ordering::score(document, 'i'));
      for (const char document : {'a', 'b'})
        changed.add(topic.id.text(), std::string(1, document), Ordering::score(document, 'j'));
    }
    const auto expected =
        eval::evaluate_pair({data.judgments_og, data.judgments_changed, og, changed}, {}, eval::PairOptions{});
    const double p_mrr = expected.p_mrr;
    const ValidationSet set(std::move(data), std::nullopt);
    Ordering learner;
    const auto measured = set.measure(learner, lessons, {});
    ASSERT_TRUE(measured && measured->p_mrr);
    EXPECT_DOUBLE_EQ(*measured->p_mrr, p_mrr);
    EXPECT_EQ(measured->queries, queries);
  }
  EXPECT_NE(complaint_of([&] { ValidationSet(benchmark({same}), std::nullopt); }).find("no topic"), std::string::npos);
  EXPECT_NE(ValidationSet(benchmark({outside}), 1).fingerprint(), ValidationSet(benchmark({risen}), 1).fingerprint());
  const Grades missing{{{"a", 1}}, {}};
  EXPECT_NE(complaint_of([&] { ValidationSet(benchmark({missing}), std::nullopt); }).find("instruction changed"),
            std::string::npos);
}

TEST(Validation, AQueryWithTwoAlterationsCountsOnce) {
  const TemporaryDir dir;
  const Lessons lessons = open_lessons(dir);
  // i: b before a; j and k: a before b. Of q, b falls under j and a rises under k; of r, b falls under j.
  const ValidationSet set(std::vector<Row>{{"q", "i", "", "a", true},
                                           {"q", "i", "", "b", true},
                                           {"q", "j", "", "b", false},
                                           {"q", "k", "", "a", false},
                                           {"r", "i", "", "a", true},
                                           {"r", "i", "", "b", true},
                                           {"r", "j", "", "b", false}});
  EXPECT_EQ(set.queries(), 2);
  Ordering learner;
  const double fell = eval::p_mrr({1, 2}), rose = eval::p_mrr({2, 1});
  EXPECT_DOUBLE_EQ(*set.measure(learner, lessons, {})->p_mrr, ((fell + rose) / 2 + fell) / 2);
}

TEST(Validation, OfContradictingRowsTheFirstCounts) {
  std::vector<Row> rows = kRows;
  rows.push_back({"q", "j", "", "x", true});
  EXPECT_EQ(ValidationSet(rows).judged(), 5);
  EXPECT_EQ(ValidationSet(rows).queries(), 1);
  EXPECT_EQ(ValidationSet(rows).fingerprint(), ValidationSet(kRows).fingerprint());
}

TEST(Validation, HalfIsRelevantAsItIsToTheFilter) {
  const TemporaryDir dir;
  const Lessons lessons = open_lessons(dir);
  FakeLearner even;  // says 0.5 of everything
  EXPECT_EQ(ValidationSet(std::vector<Row>{{"q", "i", "", "a", true}}).measure(even, lessons, {})->accuracy, 1);
  EXPECT_TRUE(says_relevant(0.5));
  EXPECT_FALSE(says_relevant(0.5, 0.6));
}

TEST(Validation, KnowsAQueryHoweverItIsWritten) {
  const ValidationSet set(std::vector<Row>{{"A  b?", "i", "", "x", true}, {"", "The cats.", "", "x", true}});
  EXPECT_TRUE(set.has_query(query_key({"a b", ""})));
  EXPECT_TRUE(set.has_query(query_key({" ", "the cats"})));
  EXPECT_FALSE(set.has_query(query_key({"a", ""})));
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
  // Another spelling is the same query.
  const std::vector<Row> alike = {{"A b", "i", "", "x", true}, {"a b ", "i", "", "y", true}, {"c", "i", "", "x", true}};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto held_out = hold_out(alike, 0.5, seed).held_out;
    EXPECT_TRUE(held_out == (std::vector<std::size_t>{0, 1}) || held_out == (std::vector<std::size_t>{2})) << seed;
  }
  EXPECT_NE(complaint_of([&] { hold_out(std::span(alike).first(2), 0.5, 1); }).find("one query"), std::string::npos);
  EXPECT_NE(complaint_of([&] { hold_out(std::span(rows).first(1), 0.5, 1); }).find("one query"), std::string::npos);
}

}  // namespace
}  // namespace heed::train
