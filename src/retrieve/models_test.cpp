#include "retrieve/models.h"

#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "base/error.h"

namespace heed::retrieve {
namespace {

using collection::Document;
using collection::DocumentId;
using collection::Need;

/// The message of the BadUsage with which the name is refused.
std::string refusal_of(std::string_view name) {
  try {
    model_named(name);
  } catch (const base::BadUsage& refusal) {
    return refusal.what();
  }
  ADD_FAILURE() << "not refused";
  return "";
}

TEST(Models, EachRowIsFoundByItsNameAndDescribed) {
  std::set<std::string_view> names;
  for (const Model& model : models()) {
    EXPECT_EQ(&model_named(model.name), &model);
    EXPECT_TRUE(names.insert(model.name).second) << model.name;
    EXPECT_FALSE(model.explanation.empty()) << model.name;
    EXPECT_FALSE(model.dtype.empty()) << model.name;
  }
  EXPECT_TRUE(names.contains("bm25"));
  EXPECT_TRUE(names.contains("bm25-nltk"));
}

TEST(Models, AnUnknownNameIsRefusedWithTheKnownOnes) {
  std::string known;
  for (const Model& model : models()) known += (known.empty() ? "" : ", ") + std::string(model.name);
  for (const char* const name : {"bm26", "BM25", "bm25 ", "bm2", ""})
    EXPECT_EQ(refusal_of(name), "there is no model " + std::string(name) + "; known: " + known);
}

TEST(Models, IdentitiesTellModelsApartAndStayTheSame) {
  std::set<std::string> identities;
  for (const Model& model : models()) {
    const std::string identity = model.identity();
    EXPECT_FALSE(identity.empty()) << model.name;
    EXPECT_EQ(model.identity(), identity) << model.name;
    EXPECT_TRUE(identities.insert(identity).second) << model.name << " has another model's identity: " << identity;
  }
}

TEST(Models, EachOpensAndScoresEveryDocumentForEveryNeedWithFiniteNumbers) {
  const Document documents[] = {{DocumentId("a"), "Wind", "turbines at sea"},
                                {DocumentId("b"), "", ""},
                                {DocumentId("c"), "", "\xC3\xBC\xFF any any"}};
  const Need needs[] = {{"wind turbines", "not at sea"}, {"wind", ""}, {"", ""}};
  for (const Model& model : models()) {
    const auto scores = model.open(nullptr)->score(needs, documents);
    ASSERT_EQ(scores.size(), std::size(needs)) << model.name;
    for (const auto& row : scores) {
      ASSERT_EQ(row.size(), std::size(documents)) << model.name;
      for (const double score : row) EXPECT_TRUE(std::isfinite(score)) << model.name;
    }
  }
}

TEST(Models, AModelThatScoresDocumentsAloneDoesNotSeeTheOthers) {
  const Document documents[] = {
      {DocumentId("a"), "Wind", "turbines"}, {DocumentId("b"), "", "wind"}, {DocumentId("c"), "", "sea"}};
  const Need needs[] = {{"wind sea", ""}};
  for (const Model& model : models()) {
    const auto reranker = model.open(nullptr);
    const double together = reranker->score(needs, documents)[0][0];
    const double alone = reranker->score(needs, std::span(documents).first(1))[0][0];
    EXPECT_EQ(together == alone, model.scores_each_document_alone) << model.name;
  }
}

TEST(Models, OnlyTheWholeStopListDropsAny) {
  const Document documents[] = {
      {DocumentId("a"), "", "any"}, {DocumentId("b"), "", "dog"}, {DocumentId("c"), "", "bird"}};
  const Need needs[] = {{"any", ""}};
  EXPECT_GT(model_named("bm25").open(nullptr)->score(needs, documents)[0][0], 0);
  EXPECT_EQ(model_named("bm25-nltk").open(nullptr)->score(needs, documents)[0][0], 0);
}

}  // namespace
}  // namespace heed::retrieve
