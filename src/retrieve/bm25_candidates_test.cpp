#include "retrieve/bm25_candidates.h"

#include <cmath>

#include <gtest/gtest.h>

namespace heed::retrieve {
namespace {

using collection::Document;
using collection::DocumentId;
using collection::Need;

const Document kDocuments[] = {{DocumentId("a"), "", "cat dog dog"},
                               {DocumentId("b"), "cat", ""},
                               {DocumentId("c"), "bird", "fish fish fish"},
                               {DocumentId("d"), "", "fish"}};

TEST(Bm25Candidates, AgreesWithTheFormulaByHand) {
  // Lengths 3, 1, 4, 1: mean 2.25. dog: n = 1; idf = ln 3.5 - ln 1.5.
  const Need needs[] = {{"dogs", ""}};
  const auto scores = Bm25Candidates().score(needs, kDocuments)[0];
  const double idf = std::log(3.5) - std::log(1.5);
  EXPECT_DOUBLE_EQ(scores[0], idf * (2 * 2.5 / (2 + 1.5 * (1 - 0.75 + 0.75 * 3 / 2.25))));
  EXPECT_EQ(scores[1], 0);
  EXPECT_EQ(scores[2], 0);
}

TEST(Bm25Candidates, ATermInMostDocumentsWeighsAQuarterOfTheMean) {
  const Document documents[] = {
      {DocumentId("a"), "", "cat dog"}, {DocumentId("b"), "", "cat"}, {DocumentId("c"), "", "cat"}};
  const Need needs[] = {{"cat", ""}};
  const double cat = std::log(0.5) - std::log(3.5), dog = std::log(2.5) - std::log(1.5);
  const double idf = 0.25 * (cat + dog) / 2;  // negative here, as the mean is
  EXPECT_DOUBLE_EQ(Bm25Candidates().score(needs, documents)[0][1],
                   idf * 2.5 / (1 + 1.5 * (0.25 + 0.75 * 1 / (4 / 3.0))));
}

TEST(Bm25Candidates, AnInstructionAddsItsTermsAndRepetitionCounts) {
  const Need needs[] = {{"dog", "dog"}, {"dog dog", ""}, {"dog", ""}, {"", "fish"}};
  const auto scores = Bm25Candidates().score(needs, kDocuments);
  EXPECT_EQ(scores[0], scores[1]);
  EXPECT_DOUBLE_EQ(scores[0][0], 2 * scores[2][0]);
  EXPECT_EQ(scores[3][0], 0);
}

TEST(Bm25Candidates, NeedsAskedTogetherOrApartScoreTheSame) {
  const Need needs[] = {{"cat", "fish"}, {"bird", ""}};
  Bm25Candidates used;
  used.score(needs, std::span(kDocuments).first(2));
  const auto together = used.score(needs, kDocuments);
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(together[i], Bm25Candidates().score(std::span(needs).subspan(i, 1), kDocuments)[0]);
}

TEST(Bm25Candidates, WithoutAnyTermEverythingScoresZero) {
  const Document documents[] = {{DocumentId("a"), "", "the"}, {DocumentId("b"), "", ""}};
  const Need needs[] = {{"the", "of"}, {"cat", ""}};
  for (const auto& scores : Bm25Candidates().score(needs, documents)) EXPECT_EQ(scores, (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace heed::retrieve
