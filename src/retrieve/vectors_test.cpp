#include "retrieve/vectors.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <stdexcept>

#include <gtest/gtest.h>

#include "base/error.h"

namespace heed::retrieve {
namespace {

using base::Fingerprint;

std::vector<Fingerprint> named(std::initializer_list<const char*> names) {
  std::vector<Fingerprint> all;
  for (const char* const name : names) all.push_back(base::fingerprint(name));
  return all;
}

class MapStore : public VectorStore {
 public:
  std::vector<std::optional<Vector>> find(std::span<const Fingerprint> texts) override {
    std::vector<std::optional<Vector>> found;
    for (const Fingerprint& text : texts)
      found.push_back(vectors.contains(text) ? std::optional(vectors.at(text)) : std::nullopt);
    return found;
  }
  std::vector<bool> has(std::span<const Fingerprint> texts) override {
    std::vector<bool> all;
    for (const Fingerprint& text : texts) all.push_back(vectors.contains(text));
    return all;
  }
  void put(std::span<const Fingerprint> texts, std::span<const Vector> made) override {
    if (is_full) throw base::BadInput("full");
    const std::lock_guard guard(lock);
    ++puts;
    for (std::size_t i = 0; i < texts.size(); ++i) vectors[texts[i]] = made[i], ++times[texts[i]];
  }
  long times_put(std::span<const Fingerprint> texts) override {
    long sum = 0;
    for (const Fingerprint& text : texts) sum += times[text];
    return sum;
  }

  std::mutex lock;
  std::map<Fingerprint, Vector> vectors;
  std::map<Fingerprint, long> times;
  int puts = 0;
  bool is_full = false;
};

/// Work that makes the vector {position} and counts.
struct Counting {
  std::atomic<long> computed = 0;
  VectorWork work(std::size_t chunk, int threads = 1) {
    return {.chunk = chunk, .threads = threads, .compute = [this](std::span<const std::size_t> positions) {
              std::vector<Vector> vectors;
              for (const std::size_t position : positions) vectors.push_back({{static_cast<float>(position)}, 1});
              computed += static_cast<long>(positions.size());
              return vectors;
            }};
  }
};

TEST(KeptVectors, EachDistinctTextIsComputedOnce) {
  Counting counting;
  KeptVectors kept;
  const auto texts = named({"a", "b", "a", "c", "b"});
  kept.prepare(texts, counting.work(2));
  EXPECT_EQ(counting.computed, 3);
  EXPECT_EQ(kept[texts[2]].elements, std::vector{0.0f});
  EXPECT_EQ(kept[texts[3]].elements, std::vector{3.0f});
  kept.prepare(named({"c", "d"}), counting.work(2));
  EXPECT_EQ(counting.computed, 4);
  EXPECT_EQ(kept.computed(), 4);
}

TEST(KeptVectors, WhatComesInPartsIsStoredPartByPart) {
  MapStore store;
  KeptVectors kept;
  kept.keep_in(&store);
  const auto texts = named({"a", "b", "c", "d", "e"});
  std::vector<std::size_t> asked;
  const VectorWork work{.chunk = 5, .compute = [&](std::span<const std::size_t> positions) {
                          asked.push_back(positions.size());
                          if (asked.size() == 3) throw base::BadInput("the third fails");
                          std::vector<Vector> vectors;  // of the first two of them at most
                          for (const std::size_t position : positions.first(std::min<std::size_t>(2, positions.size())))
                            vectors.push_back({{static_cast<float>(position)}, 1});
                          return vectors;
                        }};
  EXPECT_THROW(kept.prepare(texts, work), base::BadInput);
  EXPECT_EQ(store.vectors.size(), 4u);
  kept.prepare(texts, work);
  EXPECT_EQ(asked, (std::vector<std::size_t>{5, 3, 1, 1}));
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(kept[texts[i]].elements[0], static_cast<float>(i));
  EXPECT_EQ(kept.computed(), 5);
  EXPECT_EQ(store.times_put(texts), 5);
}

TEST(KeptVectors, AStoreServesTheNextProcess) {
  MapStore store;
  Counting counting;
  for (int process = 0; process < 2; ++process) {
    KeptVectors kept;
    kept.keep_in(&store);
    const auto texts = named({"a", "b", "c"});
    EXPECT_EQ(kept.missing(texts).size(), process == 0 ? 3u : 0u);
    kept.prepare(texts, counting.work(2));
    EXPECT_EQ(kept[texts[1]].elements, std::vector{1.0f});
    EXPECT_EQ(kept.times_computed(texts), 3);
  }
  EXPECT_EQ(counting.computed, 3);
  EXPECT_EQ(store.puts, 2);  // a transaction for each chunk
}

TEST(KeptVectors, WhatWasComputedBeforeAFaultIsKeptAndTheRestComesInTheSameCompany) {
  MapStore store;
  const auto texts = named({"a", "b", "c", "d", "e"});
  std::vector<std::vector<std::size_t>> companies;
  const auto work = [&](std::size_t fails_at) {
    return VectorWork{.chunk = 2, .compute = [&, fails_at](std::span<const std::size_t> positions) {
                        if (positions.front() == fails_at) throw std::runtime_error("cut");
                        companies.emplace_back(positions.begin(), positions.end());
                        return std::vector<Vector>(positions.size(), Vector{{1}, 1});
                      }};
  };
  {
    KeptVectors kept;
    kept.keep_in(&store);
    EXPECT_THROW(kept.prepare(texts, work(2)), std::runtime_error);
    EXPECT_EQ(store.vectors.size(), 2u);
  }
  KeptVectors kept;
  kept.keep_in(&store);
  EXPECT_EQ(kept.missing(texts), (std::vector<std::size_t>{2, 3, 4}));
  kept.prepare(texts, work(99));
  EXPECT_EQ(companies, (std::vector<std::vector<std::size_t>>{{0, 1}, {2, 3}, {4}}));
}

TEST(KeptVectors, ProgressCountsTextsAndMayEndTheWork) {
  MapStore store;
  KeptVectors kept;
  kept.keep_in(&store);
  Counting counting;
  VectorWork work = counting.work(2);
  std::vector<std::pair<long, long>> told;
  work.progress = [&](long done, long total) { told.emplace_back(done, total); };
  kept.prepare(named({"a", "b", "c"}), work);
  EXPECT_EQ(told, (std::vector<std::pair<long, long>>{{2, 3}, {3, 3}}));
  work.progress = [](long, long) { throw std::runtime_error("enough"); };
  EXPECT_THROW(kept.prepare(named({"d", "e", "f"}), work), std::runtime_error);
  EXPECT_EQ(store.vectors.size(), 5u);  // the chunk that was done is kept
}

TEST(KeptVectors, ManyThreadsComputeEachOnce) {
  Counting counting;
  KeptVectors kept;
  std::vector<Fingerprint> texts;
  for (int i = 0; i < 500; ++i) texts.push_back(base::fingerprint(std::to_string(i % 300)));
  kept.prepare(texts, counting.work(7, 8));
  EXPECT_EQ(counting.computed, 300);
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(kept[texts[i]].elements[0], static_cast<float>(i % 300));
}

TEST(KeptVectors, AStoreThatIsFullEndsTheWork) {
  MapStore store;
  store.is_full = true;
  KeptVectors kept;
  kept.keep_in(&store);
  Counting counting;
  EXPECT_THROW(kept.prepare(named({"a"}), counting.work(1)), base::BadInput);
}

TEST(Similarity, IsTheCosineOrTheDotProduct) {
  const std::vector<float> a = {3, 4, 0, 0, 0, 0, 0, 0, 0}, b = {3, -4, 0, 0, 0, 0, 0, 0, 2}, none(9, 0.0f);
  EXPECT_DOUBLE_EQ(similarity(recipe::Similarity::kDot, a, b), -7);
  EXPECT_DOUBLE_EQ(similarity(recipe::Similarity::kCosine, a, a), 1);
  EXPECT_DOUBLE_EQ(similarity(recipe::Similarity::kCosine, a, b), -7 / (5 * std::sqrt(29.0)));
  EXPECT_EQ(similarity(recipe::Similarity::kCosine, a, none), 0);
  EXPECT_THROW(similarity(recipe::Similarity::kDot, a, std::vector<float>{1}), base::Bug);
}

}  // namespace
}  // namespace heed::retrieve
