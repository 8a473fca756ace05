#include "neighbours/faiss_index.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#endif

#include "base/random.h"
#include "testing/testing.h"

namespace heed::neighbours {
namespace {

using infer::NeighbourMethod;
using testing::complaint_of;
using testing::TemporaryDir;

constexpr std::int64_t kWidth = 16;

/// Vectors of unit length.
std::vector<float> random_vectors(std::size_t count, base::Random& random) {
  std::vector<float> numbers(count * kWidth);
  for (float& number : numbers) number = static_cast<float>(random.below(2001)) / 1000.0F - 1.0F;
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = std::span(numbers).subspan(i * kWidth, kWidth);
    const float length = std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0F));
    for (float& number : row) number /= length;
  }
  return numbers;
}

std::vector<std::int64_t> nearest(std::span<const float> vectors, std::span<const float> query, std::size_t k) {
  std::vector<std::pair<double, std::int64_t>> all;
  for (std::size_t i = 0; i * kWidth < vectors.size(); ++i)
    all.emplace_back(-std::inner_product(query.begin(), query.end(), vectors.begin() + i * kWidth, 0.0), i);
  std::ranges::sort(all);
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < std::min(k, all.size()); ++i) positions.push_back(all[i].second);
  return positions;
}

/// Of the nearest 10 of 50 queries, the share that the index finds.
double recall(const infer::VectorIndex& index, std::span<const float> vectors, std::span<const float> queries) {
  const auto found = index.search(queries, 10, {});
  double hits = 0, wanted = 0;
  for (std::size_t q = 0; q < found.size(); ++q)
    for (const std::int64_t position : nearest(vectors, queries.subspan(q * kWidth, kWidth), 10)) {
      ++wanted;
      hits += std::ranges::find(found[q], position, &infer::Neighbour::position) != found[q].end() ? 1 : 0;
    }
  return hits / wanted;
}

class Neighbours : public ::testing::TestWithParam<infer::NeighbourMethodRow> {};

TEST_P(Neighbours, AreFoundAgainAfterWritingAndReading) {
  const TemporaryDir dir;
  base::Random random(3);
  const auto vectors = random_vectors(2000, random), queries = random_vectors(50, random);
  const auto file = dir.path() / "vectors.faiss";
  FaissIndexes().build(vectors, kWidth, {.method = GetParam().method, .threads = 2}, file);
  const auto index = FaissIndexes().open(file, 2);
  EXPECT_EQ(index->size(), 2000);
  EXPECT_EQ(index->width(), kWidth);
  for (const std::int64_t position : {0, 1, 777, 1999}) {
    const auto row = index->row(position);
    EXPECT_TRUE(std::ranges::equal(row, std::span(vectors).subspan(position * kWidth, kWidth)));
    const auto found = index->search(row, 1, {});
    EXPECT_EQ(found.at(0).at(0).position, position);
    EXPECT_NEAR(found[0][0].product, 1, 1e-5);
  }
  const double share = recall(*index, vectors, queries);
  if (GetParam().method == NeighbourMethod::kFlat) {
    EXPECT_EQ(share, 1);
  } else {
    EXPECT_GT(share, 0.8);
  }
}

TEST_P(Neighbours, AreAsManyAsThereAre) {
  const TemporaryDir dir;
  base::Random random(4);
  const auto vectors = random_vectors(3, random);
  const auto file = dir.path() / "few.faiss";
  FaissIndexes().build(vectors, kWidth, {.method = GetParam().method}, file);
  const auto found = FaissIndexes().open(file, 1)->search(random_vectors(2, random), 10, {});
  ASSERT_EQ(found.size(), 2U);
  for (const auto& list : found) {
    EXPECT_EQ(list.size(), 3U);
    EXPECT_TRUE(std::ranges::is_sorted(list, std::greater(), &infer::Neighbour::product));
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, Neighbours, ::testing::ValuesIn(infer::kNeighbourMethods),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(VectorIndexes, RefuseAFileThatIsNone) {
  const TemporaryDir dir;
  const auto absent = dir.path() / "absent";
  EXPECT_EQ(complaint_of([&] { FaissIndexes().open(absent, 1); }),
            absent.string() + ": is no index of vectors, or is damaged");
  const auto text = dir.write("text", "these are no vectors");
  EXPECT_EQ(complaint_of([&] { FaissIndexes().open(text, 1); }),
            text.string() + ": is no index of vectors, or is damaged");
  base::Random random(5);
  const auto file = dir.path() / "whole.faiss";
  FaissIndexes().build(random_vectors(100, random), kWidth, {}, file);
  const std::string whole = testing::content_of(file);
#if defined(__SANITIZE_ADDRESS__)
  const __lsan::ScopedDisabler disabler;  // Faiss does not free what it has read of a file that then ends
#endif
  for (const std::size_t size : {std::size_t{4}, std::size_t{30}, whole.size() / 2, whole.size() - 1}) {
    const auto cut = dir.write("cut", whole.substr(0, size));
    EXPECT_NE(complaint_of([&] { FaissIndexes().open(cut, 1); }), "");
  }
  EXPECT_NE(complaint_of([&] { FaissIndexes().build(random_vectors(1, random), kWidth, {}, dir.path() / "no" / "x"); }),
            "");
}

}  // namespace
}  // namespace heed::neighbours
