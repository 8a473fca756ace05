#include "eval/p_mrr.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

namespace heed::eval {
namespace {

using collection::Judgments;
using collection::RankedList;

constexpr Ties kAllTies[] = {Ties::kDocumentId, Ties::kInput, Ties::kExpected};

using Scored = std::vector<std::pair<std::string, double>>;
using Graded = std::vector<std::pair<std::string, int>>;

/// One query's results, in the order given.
collection::Run run_of(const Scored& results) {
  collection::Run run;
  for (const auto& [document, score] : results) run.add("q", document, score);
  return run;
}

Judgments judgments_of(const Graded& grades) {
  Judgments judgments;
  for (const auto& [document, grade] : grades) judgments.add("q", document, grade);
  return judgments;
}

/// Both instructions' judgments and rankings of one query.
struct Case {
  Graded og, changed;
  Scored run_og, run_changed;
};

/// What obedience() found, the documents' ids kept.
struct Found {
  std::vector<std::string> documents;
  QueryObedience obedience;
};

Found compare(const Case& both, Ties ties) {
  const auto og = judgments_of(both.og), changed = judgments_of(both.changed);
  const auto run_og = run_of(both.run_og), run_changed = run_of(both.run_changed);
  const RankedList nothing{collection::QueryId("q")};
  const auto list_of = [&](const collection::Run& run) -> const RankedList& {
    return run.lists().empty() ? nothing : run.lists()[0];
  };
  Found found{{}, obedience(og.lists()[0], changed.lists()[0], list_of(run_og), list_of(run_changed), ties)};
  EXPECT_EQ(found.obedience.query.text(), "q");
  found.obedience.query = {};
  for (FlippedDocument& flipped : found.obedience.flipped) {
    found.documents.push_back(flipped.document.str());
    flipped.document = {};
  }
  return found;
}

TEST(PMrr, IsThePapersEquation) {
  EXPECT_DOUBLE_EQ(p_mrr({1, 4}), 0.75);   // 1 - 1/4
  EXPECT_DOUBLE_EQ(p_mrr({4, 1}), -0.75);  // 1/4 - 1
  EXPECT_EQ(p_mrr({3, 3}), 0);
  EXPECT_DOUBLE_EQ(p_mrr({2, 1000}), 0.998);
  EXPECT_DOUBLE_EQ(p_mrr({1000, 999}), -0.001);
}

TEST(PMrr, SwappingTheRunsFlipsTheSign) {
  for (long before = 1; before <= 50; ++before)
    for (long after = 1; after <= 50; ++after) EXPECT_DOUBLE_EQ(p_mrr({before, after}), -p_mrr({after, before}));
}

TEST(PMrr, FallingFurtherIsWorthMoreAndNeverOne) {
  for (long before = 1; before <= 20; ++before)
    for (long after = 1; after <= 50; ++after) {
      EXPECT_LT(p_mrr({before, after}), p_mrr({before, after + 1}));
      EXPECT_LT(std::abs(p_mrr({before, after})), 1);
    }
}

TEST(PMrr, RanksStartAtOne) {
  EXPECT_THROW(p_mrr({0, 1}), base::Bug);
  EXPECT_THROW(p_mrr({1, 0}), base::Bug);
  EXPECT_THROW(expected_p_mrr({0, 1}, {1, 1}), base::Bug);
  EXPECT_THROW(expected_p_mrr({1, 1}, {2, 1}), base::Bug);
}

TEST(ExpectedPMrr, ByHand) {
  // Rank 1 or 2 before, 2 after: (1 - 1/2 + 0) / 2.
  EXPECT_DOUBLE_EQ(expected_p_mrr({1, 2}, {2, 2}), 0.25);
  // 1 or 2 before, 1 or 2 after: 0, 1/2, -1/2, 0.
  EXPECT_NEAR(expected_p_mrr({1, 2}, {1, 2}), 0, 1e-15);
  // 1 before, 1 to 3 after: (0 + 1/2 + 2/3) / 3.
  EXPECT_DOUBLE_EQ(expected_p_mrr({1, 1}, {1, 3}), 7.0 / 18);
}

TEST(ExpectedPMrr, IsTheMeanOverBothRanges) {
  for (long b1 = 1; b1 <= 7; ++b1)
    for (long b2 = b1; b2 <= 7; ++b2)
      for (long a1 = 1; a1 <= 7; ++a1)
        for (long a2 = a1; a2 <= 7; ++a2) {
          double sum = 0;
          for (long b = b1; b <= b2; ++b)
            for (long a = a1; a <= a2; ++a) sum += p_mrr({b, a});
          const double expected = sum / static_cast<double>((b2 - b1 + 1) * (a2 - a1 + 1));
          EXPECT_NEAR(expected_p_mrr({b1, b2}, {a1, a2}), expected, 1e-14);
        }
}

TEST(Obedience, ByHand) {
  // a falls from 1 to 4, b rises from 4 to 2, c keeps its grade, d stays at 3: (3/4 - 1/2 + 0) / 3.
  const Case both = {.og = {{"a", 1}, {"b", 2}, {"c", 1}, {"d", 1}},
                     .changed = {{"a", 0}, {"b", 1}, {"c", 1}, {"d", 0}},
                     .run_og = {{"a", 9}, {"c", 8}, {"d", 7}, {"b", 6}},
                     .run_changed = {{"c", 4}, {"b", 3}, {"d", 2}, {"a", 1}}};
  for (const Ties ties : kAllTies) {
    const auto [documents, found] = compare(both, ties);
    EXPECT_EQ(documents, (std::vector<std::string>{"a", "b", "d"}));
    EXPECT_DOUBLE_EQ(found.flipped[0].p_mrr, 0.75);
    EXPECT_DOUBLE_EQ(found.flipped[1].p_mrr, -0.5);
    EXPECT_EQ(found.flipped[2].p_mrr, 0);
    EXPECT_DOUBLE_EQ(found.p_mrr, 0.25 / 3);
    EXPECT_EQ(found.flipped[1].grade_og, 2);
    EXPECT_EQ(found.flipped[1].grade_changed, 1);
    EXPECT_EQ(found.flipped[1].before.first, 4);
    EXPECT_EQ(found.flipped[1].after.last, 2);
    EXPECT_EQ(found.tied_documents, 0);
    for (const FlippedDocument& flipped : found.flipped) EXPECT_FALSE(flipped.tied);
  }
}

TEST(Obedience, ADocumentWithoutAJudgmentHasGradeZero) {
  const Case both = {.og = {{"a", 1}, {"b", 0}, {"c", 1}, {"e", -1}},
                     .changed = {{"c", 1}, {"d", 2}, {"f", 0}},
                     .run_og = {{"a", 5}, {"b", 4}, {"c", 3}, {"d", 2}, {"e", 1}},
                     .run_changed = {{"a", 5}, {"b", 4}, {"c", 3}, {"d", 2}, {"e", 1}}};
  const auto [documents, found] = compare(both, Ties::kDocumentId);
  EXPECT_EQ(documents, (std::vector<std::string>{"a", "d", "e"}));  // b and f: 0 on one side, nothing on the other
  EXPECT_EQ(found.flipped[0].grade_changed, 0);
  EXPECT_EQ(found.flipped[1].grade_og, 0);
  EXPECT_EQ(found.flipped[1].grade_changed, 2);
  EXPECT_EQ(found.flipped[2].grade_og, -1);
  EXPECT_EQ(found.p_mrr, 0);
}

TEST(Obedience, AMissingDocumentStandsJustBelowTheEnd) {
  // x is at rank 1 of two, then missing from three: 1 -> 4. y is missing from both: 3 -> 4.
  const Case both = {.og = {{"x", 1}, {"y", 1}},
                     .changed = {{"x", 0}, {"y", 0}},
                     .run_og = {{"x", 2}, {"a", 1}},
                     .run_changed = {{"a", 3}, {"b", 2}, {"c", 2}}};
  for (const Ties ties : kAllTies) {
    const auto found = compare(both, ties).obedience;
    ASSERT_EQ(found.flipped.size(), 2u);
    EXPECT_EQ(found.flipped[0].after.first, 4);
    EXPECT_EQ(found.flipped[0].after.last, 4);
    EXPECT_DOUBLE_EQ(found.flipped[0].p_mrr, 0.75);
    EXPECT_EQ(found.flipped[1].before.first, 3);
    EXPECT_DOUBLE_EQ(found.flipped[1].p_mrr, 0.25);
    EXPECT_DOUBLE_EQ(found.p_mrr, 0.5);
    EXPECT_FALSE(found.flipped[1].tied);
  }
}

TEST(Obedience, ARunWithoutResultsPutsAllAtRankOne) {
  const Case both = {.og = {{"a", 1}}, .changed = {{"a", 0}}, .run_og = {}, .run_changed = {{"b", 2}, {"a", 1}}};
  EXPECT_DOUBLE_EQ(compare(both, Ties::kExpected).obedience.p_mrr, 0.5);  // 1 -> 2
}

TEST(Obedience, WithoutAChangedJudgmentNothingIsFlipped) {
  const Case both = {
      .og = {{"a", 1}}, .changed = {{"a", 1}}, .run_og = {{"a", 1}, {"b", 1}}, .run_changed = {{"a", 1}}};
  const auto found = compare(both, Ties::kDocumentId).obedience;
  EXPECT_TRUE(found.flipped.empty());
  EXPECT_EQ(found.p_mrr, 0);
  EXPECT_EQ(found.tied_documents, 2);
}

TEST(Obedience, TiesGoByIdByInputOrByChance) {
  // b, a, c share a score before; afterwards a is second of two.
  const Case both = {.og = {{"a", 1}},
                     .changed = {{"a", 0}},
                     .run_og = {{"b", 1}, {"a", 1}, {"c", 1}, {"d", 0}},
                     .run_changed = {{"b", 2}, {"a", 1}}};
  const auto by_id = compare(both, Ties::kDocumentId).obedience.flipped[0];  // c, b, a: 3 -> 2
  EXPECT_EQ(by_id.before.first, 3);
  EXPECT_EQ(by_id.before.last, 3);
  EXPECT_DOUBLE_EQ(by_id.p_mrr, 2.0 / 3 - 1);
  const auto by_input = compare(both, Ties::kInput).obedience.flipped[0];  // b, a, c: 2 -> 2
  EXPECT_EQ(by_input.before.first, 2);
  EXPECT_EQ(by_input.p_mrr, 0);
  const auto by_chance = compare(both, Ties::kExpected).obedience.flipped[0];  // (1/2 + 0 - 1/3) / 3
  EXPECT_EQ(by_chance.before.first, 1);
  EXPECT_EQ(by_chance.before.last, 3);
  EXPECT_FALSE(by_chance.after.is_tied());
  EXPECT_DOUBLE_EQ(by_chance.p_mrr, 1.0 / 18);
}

TEST(Obedience, CountsResultsThatShareTheirScore) {
  // Before: a, b, c at 2 and e, f at 1; afterwards a, d at 1.
  const Case both = {.og = {{"a", 1}, {"d", 1}, {"e", 1}, {"g", 1}, {"z", 1}},
                     .changed = {{"a", 0}},
                     .run_og = {{"a", 2}, {"b", 2}, {"c", 2}, {"d", 1.5}, {"e", 1}, {"f", 1}, {"g", 0}},
                     .run_changed = {{"g", 3}, {"e", 2}, {"a", 1}, {"d", 1}}};
  for (const Ties ties : kAllTies) {
    const auto [documents, found] = compare(both, ties);
    EXPECT_EQ(found.tied_documents, 3 + 2 + 2);
    ASSERT_EQ(documents, (std::vector<std::string>{"a", "d", "e", "g", "z"}));
    EXPECT_TRUE(found.flipped[0].tied);   // in both runs
    EXPECT_TRUE(found.flipped[1].tied);   // afterwards
    EXPECT_TRUE(found.flipped[2].tied);   // before
    EXPECT_FALSE(found.flipped[3].tied);  // in neither
    EXPECT_FALSE(found.flipped[4].tied);  // in no run
  }
}

TEST(Obedience, TiesAreNamedAsTheOptionNamesThem) {
  EXPECT_EQ(name_of(Ties::kDocumentId), "docid");
  EXPECT_EQ(name_of(Ties::kInput), "input");
  EXPECT_EQ(name_of(Ties::kExpected), "expected");
}

/// Some of six documents in an order of their own, with few distinct scores, so that many are tied.
Scored random_results(base::Random& random, std::uint32_t most) {
  std::vector<std::string> documents = {"a", "b", "c", "d", "e", "f"};
  for (std::size_t i = documents.size(); i > 1; --i)
    std::swap(documents[i - 1], documents[random.below(static_cast<std::uint32_t>(i))]);
  documents.resize(1 + random.below(most));
  Scored results;
  for (const std::string& document : documents) results.emplace_back(document, static_cast<int>(random.below(4)) - 2);
  return results;
}

Graded random_grades(base::Random& random) {
  Graded grades = {{"z", 0}};  // never empty
  for (const auto* const document : {"a", "b", "c", "d", "e", "f", "y"})
    if (random.below(4) > 0) grades.emplace_back(document, static_cast<int>(random.below(3)));
  return grades;
}

Case random_case(base::Random& random, std::uint32_t most = 6) {
  return {random_grades(random), random_grades(random), random_results(random, most), random_results(random, most)};
}

TEST(ObedienceLaws, SwappingTheRunsFlipsTheSign) {
  base::Random random(1);
  for (int round = 0; round < 300; ++round) {
    const Case both = random_case(random);
    Case swapped = both;
    std::swap(swapped.run_og, swapped.run_changed);
    for (const Ties ties : kAllTies) {
      const auto there = compare(both, ties).obedience, back = compare(swapped, ties).obedience;
      EXPECT_NEAR(there.p_mrr, -back.p_mrr, 1e-14);
      EXPECT_EQ(there.tied_documents, back.tied_documents);
      ASSERT_EQ(there.flipped.size(), back.flipped.size());
      for (std::size_t i = 0; i < there.flipped.size(); ++i)
        EXPECT_NEAR(there.flipped[i].p_mrr, -back.flipped[i].p_mrr, 1e-14);
    }
  }
}

TEST(ObedienceLaws, ExchangingTheJudgmentsChangesNoFigure) {
  base::Random random(2);
  for (int round = 0; round < 300; ++round) {
    const Case both = random_case(random);
    Case exchanged = both;
    std::swap(exchanged.og, exchanged.changed);
    for (const Ties ties : kAllTies) {
      const auto one = compare(both, ties), other = compare(exchanged, ties);
      EXPECT_EQ(one.obedience.p_mrr, other.obedience.p_mrr);
      EXPECT_EQ(one.documents, other.documents);
      for (std::size_t i = 0; i < one.documents.size(); ++i)
        EXPECT_EQ(one.obedience.flipped[i].grade_og, other.obedience.flipped[i].grade_changed);
    }
  }
}

TEST(ObedienceLaws, OnlyTheOrderOfTheScoresMatters) {
  using Map = std::function<double(double)>;
  base::Random random(3);
  for (int round = 0; round < 300; ++round) {
    const Case both = random_case(random);
    const double slope = 0.25 * (1 + random.below(20)), offset = random.below(100) - 50.0;
    std::map<double, double> dense;  // a random increasing map of all the scores there are
    double at = -1000;
    for (const double score : {-2, -1, 0, 1}) dense[score] = at += 1 + random.below(500);
    const std::vector<Map> maps = {[](double score) { return score; }, [](double score) { return std::exp(score); },
                                   [](double score) { return score * score * score; },
                                   [=](double score) { return slope * score + offset; },
                                   [&](double score) { return dense.at(score); }};
    Case mapped = both;
    const Map& first = maps[random.below(5)];
    const Map& second = maps[random.below(5)];
    for (auto& [document, score] : mapped.run_og) score = first(score);
    for (auto& [document, score] : mapped.run_changed) score = second(score);
    for (const Ties ties : kAllTies) {
      const auto plain = compare(both, ties).obedience, other = compare(mapped, ties).obedience;
      EXPECT_EQ(plain.p_mrr, other.p_mrr);
      EXPECT_EQ(plain.tied_documents, other.tied_documents);
      for (std::size_t i = 0; i < plain.flipped.size(); ++i) {
        EXPECT_EQ(plain.flipped[i].before.first, other.flipped[i].before.first);
        EXPECT_EQ(plain.flipped[i].after.last, other.flipped[i].after.last);
        EXPECT_EQ(plain.flipped[i].tied, other.flipped[i].tied);
      }
    }
  }
}

TEST(ObedienceLaws, LiesBetweenMinusOneAndOne) {
  base::Random random(4);
  for (int round = 0; round < 300; ++round) {
    const Case both = random_case(random);
    for (const Ties ties : kAllTies) {
      const auto found = compare(both, ties).obedience;
      EXPECT_LT(std::abs(found.p_mrr), 1);
      for (const FlippedDocument& flipped : found.flipped) EXPECT_LT(std::abs(flipped.p_mrr), 1);
    }
  }
}

TEST(ObedienceLaws, ARunAgainstItselfObeysNothing) {
  base::Random random(5);
  for (int round = 0; round < 100; ++round) {
    Case both = random_case(random);
    both.run_changed = both.run_og;
    for (const Ties ties : kAllTies) EXPECT_NEAR(compare(both, ties).obedience.p_mrr, 0, 1e-14);
  }
}

/// The rank of each document, and of those that the run lacks, by counting who stands above it.
long slow_rank(const Scored& results, const std::string& document, Ties ties) {
  const auto own = std::ranges::find(results, document, &Scored::value_type::first);
  if (own == results.end()) return static_cast<long>(results.size()) + 1;
  return 1 + std::ranges::count_if(results, [&](const auto& other) {
           if (other.second != own->second) return other.second > own->second;
           return ties == Ties::kInput ? &other < &*own : other.first > own->first;
         });
}

int grade_in(const Graded& grades, const std::string& document) {
  const auto found = std::ranges::find(grades, document, &Graded::value_type::first);
  return found == grades.end() ? 0 : found->second;
}

/// The documents whose grades differ, by id.
std::vector<std::string> slow_flipped(const Case& both) {
  std::set<std::string> flipped;
  for (const Graded& grades : {both.og, both.changed})
    for (const auto& [document, grade] : grades)
      if (grade_in(both.og, document) != grade_in(both.changed, document)) flipped.insert(document);
  return {flipped.begin(), flipped.end()};
}

TEST(ObedienceLaws, AgreesWithCountingWhoStandsAbove) {
  base::Random random(6);
  for (int round = 0; round < 300; ++round) {
    const Case both = random_case(random);
    const auto flipped = slow_flipped(both);
    for (const Ties ties : {Ties::kDocumentId, Ties::kInput}) {
      const auto [documents, found] = compare(both, ties);
      ASSERT_EQ(documents, flipped);
      double sum = 0;
      for (std::size_t i = 0; i < flipped.size(); ++i) {
        const long before = slow_rank(both.run_og, flipped[i], ties),
                   after = slow_rank(both.run_changed, flipped[i], ties);
        EXPECT_EQ(found.flipped[i].before.first, before);
        EXPECT_EQ(found.flipped[i].before.last, before);
        EXPECT_EQ(found.flipped[i].after.first, after);
        sum += p_mrr({before, after});
      }
      EXPECT_NEAR(found.p_mrr, flipped.empty() ? 0 : sum / static_cast<double>(flipped.size()), 1e-14);
    }
  }
}

/// All orders of the results that respect their scores: each order of each group of ties, with each of the others.
std::vector<std::vector<std::string>> orders_of(const Scored& results) {
  std::vector<std::size_t> positions(results.size());
  std::iota(positions.begin(), positions.end(), 0u);
  std::vector<std::vector<std::string>> orders;
  do {
    if (!std::ranges::is_sorted(positions, std::greater(), [&](std::size_t i) { return results[i].second; })) continue;
    orders.emplace_back();
    for (const std::size_t i : positions) orders.back().push_back(results[i].first);
  } while (std::ranges::next_permutation(positions).found);
  return orders;
}

long rank_in(const std::vector<std::string>& order, const std::string& document) {
  return std::ranges::find(order, document) - order.begin() + 1;  // one below the end where it is missing
}

TEST(ObedienceLaws, ExpectedIsTheMeanOverAllOrdersOfTheTiedDocuments) {
  base::Random random(7);
  for (int round = 0; round < 100; ++round) {
    const Case both = random_case(random, 5);
    const auto flipped = slow_flipped(both);
    if (flipped.empty()) continue;
    const auto before = orders_of(both.run_og), after = orders_of(both.run_changed);
    double sum = 0;
    for (const auto& b : before)
      for (const auto& a : after)
        for (const std::string& document : flipped) sum += p_mrr({rank_in(b, document), rank_in(a, document)});
    const double mean = sum / static_cast<double>(before.size() * after.size() * flipped.size());
    EXPECT_NEAR(compare(both, Ties::kExpected).obedience.p_mrr, mean, 1e-12);
  }
}

}  // namespace
}  // namespace heed::eval
