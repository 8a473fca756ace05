#include "retrieve/rm3.h"

#include <gtest/gtest.h>

namespace heed::retrieve {
namespace {

double rare(const std::string&) {
  return 0.01;
}

TEST(Rm3, MixesTheQueryWithItsBestDocumentsAsWorkedByHand) {
  // Two terms a document: the first gives wind 3/5 * 2 and sea 2/5 * 2, the second wind 1/2 * 1 and farm 1/2 * 1. Of
  // wind 1.7, sea 0.8 and farm 0.5 two stay, scaled by 2.5; half of that, and half of the query's 2/3 and 1/3.
  const std::vector<WeightedTerm> query = {{"wind", 2}, {"power", 1}};
  const std::vector<FeedbackDocument> documents = {{2, {{"sea", 2}, {"tide", 1}, {"wind", 3}}},
                                                   {1, {{"farm", 4}, {"wind", 4}, {"zoo", 3}}}};
  const auto mixed = rm3_query(query, documents, rare, {.documents = 10, .terms = 2, .original_weight = 0.5});
  ASSERT_EQ(mixed.size(), 3u);
  EXPECT_EQ(mixed[0].term, "wind");
  EXPECT_DOUBLE_EQ(mixed[0].weight, 0.5 * 2 / 3 + 0.5 * 1.7 / 2.5);
  EXPECT_EQ(mixed[1].term, "power");
  EXPECT_DOUBLE_EQ(mixed[1].weight, 0.5 / 3);
  EXPECT_EQ(mixed[2].term, "sea");
  EXPECT_DOUBLE_EQ(mixed[2].weight, 0.5 * 0.8 / 2.5);
}

TEST(Rm3, TakesPlainTermsThatAreNotEverywhere) {
  const std::vector<FeedbackDocument> documents = {
      {1, {{"a", 9}, {"can't", 9}, {"caf\u00E9", 9}, {"abcdefghijklmnopqrstu", 9}, {"often", 9}, {"b2", 1}}}};
  const auto share_of = [](const std::string& term) { return term == "often" ? 0.11 : 0.1; };
  const auto mixed = rm3_query(std::vector<WeightedTerm>{{"x", 1}}, documents, share_of, {});
  EXPECT_EQ(mixed, (std::vector<WeightedTerm>{{"x", 0.5}, {"b2", 0.5}}));
}

TEST(Rm3, LeavesAQueryWhoseDocumentsGiveNothing) {
  const auto mixed =
      rm3_query(std::vector<WeightedTerm>{{"x", 1}, {"y", 3}}, std::vector<FeedbackDocument>{{1, {}}}, rare, {});
  EXPECT_EQ(mixed, (std::vector<WeightedTerm>{{"x", 1}, {"y", 3}}));
}

TEST(Rm3, SumsToOne) {
  const std::vector<FeedbackDocument> documents = {{3, {{"aa", 1}, {"bb", 2}}}, {2, {{"bb", 5}, {"cc", 1}}}};
  double sum = 0;
  for (const auto& term : rm3_query(std::vector<WeightedTerm>{{"aa", 1}, {"dd", 2}}, documents, rare, {}))
    sum += term.weight;
  EXPECT_NEAR(sum, 1, 1e-12);
}

}  // namespace
}  // namespace heed::retrieve
