#include "retrieve/dense_index.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "testing/testing.h"

namespace heed::retrieve {
namespace {

using collection::CollectionDocument;
using collection::Document;
using collection::Need;
using testing::complaint_of;
using testing::TemporaryDir;

/// Documents in memory.
class Given : public collection::DocumentSource {
 public:
  explicit Given(std::vector<CollectionDocument> documents) : documents_(std::move(documents)) {}
  std::optional<collection::Stretch> next(std::size_t most) override {
    if (at_ == documents_.size()) return std::nullopt;
    collection::Stretch stretch{at_, std::min<std::uint64_t>(at_ + most, documents_.size()), {}};
    for (; at_ < stretch.end; ++at_) stretch.documents.push_back(documents_[at_]);
    return stretch;
  }
  void skip(std::uint64_t documents) override { at_ += documents; }

 private:
  std::vector<CollectionDocument> documents_;
  std::uint64_t at_ = 0;
};

/// The vector of a text counts its letters a, b and c, those of the title double.
class LetterCounts : public TextEncoder {
 public:
  explicit LetterCounts(recipe::Similarity similarity) : similarity_(similarity) {}
  recipe::Similarity similarity() const override { return similarity_; }
  std::vector<std::span<const float>> encode(std::span<const Need> needs,
                                             std::span<const Document> documents) override {
    vectors_.clear();
    for (const Need& need : needs) vectors_.push_back(counts(need.query, need.instruction));
    for (const Document& document : documents) vectors_.push_back(counts(document.title, document.text));
    return {vectors_.begin(), vectors_.end()};
  }

  static std::vector<float> counts(std::string_view twice, std::string_view once) {
    std::vector<float> vector;
    for (const char letter : {'a', 'b', 'c'})
      vector.push_back(static_cast<float>(2 * std::ranges::count(twice, letter) + std::ranges::count(once, letter)));
    return vector;
  }

 private:
  recipe::Similarity similarity_;
  std::vector<std::vector<float>> vectors_;
};

std::string ids(const std::vector<Found>& found) {
  std::string all;
  for (const Found& one : found) all += (all.empty() ? "" : " ") + one.document;
  return all;
}

Model counting(recipe::Similarity similarity, const std::string& identity = "letters 1") {
  Model model{.name = "letters", .explanation = "", .dtype = "float32"};
  model.identity = [identity] { return identity; };
  model.open_encoder = [similarity](VectorStore*) { return std::make_unique<LetterCounts>(similarity); };
  return model;
}

DenseIndexFacts build(const TemporaryDir& dir, std::vector<CollectionDocument> documents, recipe::Similarity similarity,
                      std::optional<text::PassageSize> passages = {}) {
  Given source(std::move(documents));
  const Model model = counting(similarity);
  return build_dense_index(
      source, {.folder = dir.path(), .collection = "given", .model = model, .store = nullptr, .passages = passages});
}

DenseIndex open(const TemporaryDir& dir, recipe::Similarity similarity) {
  return {dir.path(), counting(similarity), nullptr, {.threads = 2}};
}

TEST(DenseIndex, FindsByTheSimilarityOfItsVectors) {
  const TemporaryDir dir;
  const auto facts = build(dir, {{"d1", "", "aab"}, {"d2", "a", "bbbbbb"}, {"d3", "c", "c"}}, recipe::Similarity::kDot);
  EXPECT_EQ(facts.documents, 3U);
  EXPECT_EQ(facts.vectors, 3U);
  EXPECT_EQ(facts.width, 3);
  DenseIndex index = open(dir, recipe::Similarity::kDot);
  const std::vector<Need> needs = {{"a", ""}, {"", "b"}};
  const auto found = index.search(needs, 10);
  EXPECT_EQ(ids(found[0]), "d2 d1 d3");  // 2 * 2 for both: the greater id first
  EXPECT_EQ(found[0][0].score, 4);
  EXPECT_EQ(found[0][1].score, 4);
  EXPECT_EQ(ids(found[1]), "d2 d1 d3");
  EXPECT_EQ(found[1][0].score, 6);
  EXPECT_EQ(ids(index.search(needs, 1)[0]), "d2");
}

TEST(DenseIndex, ComparesByCosineWhatTheModelComparesSo) {
  const TemporaryDir dir;
  build(dir, {{"d1", "", "aab"}, {"d2", "", "abb"}, {"d3", "", ""}}, recipe::Similarity::kCosine);
  DenseIndex index = open(dir, recipe::Similarity::kCosine);
  const std::vector<Need> needs = {{"a", ""}};
  const auto found = index.search(needs, 10)[0];
  EXPECT_EQ(ids(found), "d1 d2 d3");
  EXPECT_NEAR(found[0].score, 2 / std::sqrt(5), 1e-7);
  EXPECT_NEAR(found[1].score, 1 / std::sqrt(5), 1e-7);
  EXPECT_EQ(found[2].score, 0);  // resembles nothing
}

TEST(DenseIndex, TakesADocumentsBestPassage) {
  const TemporaryDir dir;
  const auto facts = build(dir, {{"long", "", "b a b c c c"}, {"short", "", "a c"}, {"title", "a", " "}},
                           recipe::Similarity::kDot, text::PassageSize{2, 1});
  EXPECT_EQ(facts.documents, 3U);
  EXPECT_EQ(facts.vectors, 5U + 1U + 1U);
  DenseIndex index = open(dir, recipe::Similarity::kDot);
  const std::vector<Need> needs = {{"", "c"}, {"", "a"}};
  const auto found = index.search(needs, 10);
  EXPECT_EQ(ids(found[0]), "long short title");
  EXPECT_EQ(found[0][0].score, 2);
  EXPECT_EQ(ids(found[1]), "title short long");
  EXPECT_EQ(ids(index.search(needs, 2)[0]), "long short");
}

TEST(DenseIndex, PassesOverAnIdThatWasThere) {
  const TemporaryDir dir;
  const auto facts = build(dir, {{"d1", "", "a"}, {"d1", "", "b"}}, recipe::Similarity::kDot);
  EXPECT_EQ(facts.documents, 1U);
  EXPECT_EQ(facts.duplicates, 1U);
}

TEST(DenseIndex, OrdersTiesExactlyAlsoAtTheCut) {
  base::Random random(9);
  for (int round = 0; round < 5; ++round) {
    const TemporaryDir dir;
    std::vector<CollectionDocument> documents;
    for (int i = 0; i < 1500; ++i) {
      std::string text;
      for (std::uint32_t n = random.below(4); n > 0; --n) text += "abc"[random.below(3)];
      documents.push_back({"d" + std::to_string(random.below(100000)) + "-" + std::to_string(i), "", text});
    }
    build(dir, documents, recipe::Similarity::kDot);
    DenseIndex index = open(dir, recipe::Similarity::kDot);
    const std::vector<Need> needs = {{"ab", "c"}};
    const auto query = LetterCounts::counts("ab", "c");
    std::vector<Found> expected;
    for (const auto& document : documents)
      expected.push_back({document.id, similarity(recipe::Similarity::kDot, query,
                                                  LetterCounts::counts(document.title, document.text))});
    std::ranges::sort(expected, [](const Found& a, const Found& b) {
      return a.score != b.score ? a.score > b.score : a.document > b.document;
    });
    for (const std::size_t k : {1U, 10U, 700U, 1500U}) {
      auto best = expected;
      best.resize(k);
      EXPECT_EQ(ids(index.search(needs, k)[0]), ids(best)) << k;
    }
  }
}

TEST(DenseIndex, GivesWayToTheNextAtOnce) {
  const TemporaryDir dir;
  build(dir, {{"d1", "", "a"}}, recipe::Similarity::kDot);
  build(dir, {{"d2", "", "a"}}, recipe::Similarity::kDot);
  const std::vector<Need> needs = {{"a", ""}};
  EXPECT_EQ(ids(open(dir, recipe::Similarity::kDot).search(needs, 10)[0]), "d2");
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "generation-1"));
  EXPECT_NE(complaint_of([&] { build(dir, {}, recipe::Similarity::kDot); }), "");
  EXPECT_EQ(ids(open(dir, recipe::Similarity::kDot).search(needs, 10)[0]), "d2");
}

TEST(DenseIndex, RefusesAVectorThatIsNotFinite) {
  const TemporaryDir dir;
  Model model = counting(recipe::Similarity::kDot);
  class Broken final : public TextEncoder {
   public:
    recipe::Similarity similarity() const override { return recipe::Similarity::kDot; }
    std::vector<std::span<const float>> encode(std::span<const Need>, std::span<const Document> documents) override {
      return std::vector<std::span<const float>>(documents.size(), vector_);
    }

   private:
    std::vector<float> vector_ = {1, std::nanf("")};
  };
  model.open_encoder = [](VectorStore*) { return std::make_unique<Broken>(); };
  Given source({{"d1", "", "a"}});
  EXPECT_EQ(complaint_of([&] {
              build_dense_index(source, {.folder = dir.path(), .collection = "", .model = model, .store = nullptr});
            }),
            "the model gave a vector with a number that is not finite");
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "index.json"));
}

TEST(DenseIndex, RefusesWhatDoesNotFit) {
  const TemporaryDir empty;
  EXPECT_EQ(complaint_of([&] { build(empty, {}, recipe::Similarity::kDot); }), "there is no document to index");
  const TemporaryDir dir;
  build(dir, {{"d1", "", "a"}, {"d2", "", "b"}}, recipe::Similarity::kDot);
  EXPECT_EQ(complaint_of([&] { DenseIndex(dir.path(), counting(recipe::Similarity::kDot, "letters 2"), nullptr, {}); }),
            dir.path().string() +
                ": is an index of letters's vectors, made with other weights or settings than this model's: letters 1 "
                "against letters 2");
  const auto lines = dir.write("generation-1/documents.txt", "d1\n");
  EXPECT_EQ(complaint_of([&] { open(dir, recipe::Similarity::kDot); }),
            lines.string() + ": has 1 lines, but the index 2 vectors");
}

}  // namespace
}  // namespace heed::retrieve
