#include "retrieve/vectors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "base/error.h"
#include "base/parallel.h"

namespace heed::retrieve {

using base::Fingerprint;

namespace {

/// Memory holds vectors up to this between calls; what a store has is found there again.
constexpr std::size_t kMostKept = std::size_t{2} << 30;

/// Of products of doubles, in lanes that the compiler can keep in one register: the order of the additions is fixed.
double dot(std::span<const float> a, std::span<const float> b) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      sums[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
  for (; i < a.size(); ++i) sums[0] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

}  // namespace

std::size_t KeptVectors::Hash::operator()(const Fingerprint& text) const {
  std::size_t hash = 0;
  std::memcpy(&hash, text.bytes.data(), sizeof hash);  // digests are as good as random
  return hash;
}

void KeptVectors::load(std::span<const Fingerprint> texts, std::span<const std::size_t> positions) {
  if (store_ == nullptr || positions.empty()) return;
  std::vector<Fingerprint> wanted;
  for (const std::size_t position : positions) wanted.push_back(texts[position]);
  auto found = store_->find(wanted);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) continue;
    kept_bytes_ += found[i]->elements.size() * sizeof(float);
    kept_.emplace(wanted[i], std::move(*found[i]));
  }
}

void KeptVectors::keep(std::span<const Fingerprint> texts, std::vector<Vector> vectors) {
  const std::lock_guard guard(lock_);
  computed_ += static_cast<long>(vectors.size());
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    kept_bytes_ += vectors[i].elements.size() * sizeof(float);
    kept_.emplace(texts[i], std::move(vectors[i]));
  }
}

void KeptVectors::prepare(std::span<const Fingerprint> texts, const VectorWork& work) {
  if (kept_bytes_ > kMostKept) {
    kept_.clear();
    kept_bytes_ = 0;
  }
  std::vector<std::size_t> distinct, absent;
  std::unordered_set<Fingerprint, Hash> seen;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!seen.insert(texts[i]).second) continue;
    distinct.push_back(i);
    if (!kept_.contains(texts[i])) absent.push_back(i);
  }
  if (absent.empty()) return;
  load(texts, absent);
  const std::size_t chunks = (distinct.size() + work.chunk - 1) / work.chunk;
  long done = 0;
  base::parallel_for(chunks, work.threads, [&](int, std::size_t c) {
    const std::size_t begin = c * work.chunk, size = std::min(work.chunk, distinct.size() - begin);
    std::vector<std::size_t> positions;
    std::vector<Fingerprint> keys;
    {
      const std::lock_guard guard(lock_);
      for (const std::size_t i : std::span(distinct).subspan(begin, size))
        if (!kept_.contains(texts[i])) positions.push_back(i), keys.push_back(texts[i]);
    }
    for (std::size_t got = 0; got < positions.size();) {
      std::vector<Vector> vectors = work.compute(std::span(positions).subspan(got));
      base::check(!vectors.empty() && vectors.size() <= positions.size() - got);
      const auto these = std::span<const Fingerprint>(keys).subspan(got, vectors.size());
      got += vectors.size();
      if (store_ != nullptr) store_->put(these, vectors);
      keep(these, std::move(vectors));
    }
    const std::lock_guard guard(lock_);
    done += static_cast<long>(size);
    if (work.progress) work.progress(done, static_cast<long>(distinct.size()));
  });
}

std::vector<std::size_t> KeptVectors::missing(std::span<const Fingerprint> texts) const {
  std::vector<std::size_t> absent;
  std::vector<Fingerprint> wanted;
  std::unordered_set<Fingerprint, Hash> seen;
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (seen.insert(texts[i]).second && !kept_.contains(texts[i])) absent.push_back(i), wanted.push_back(texts[i]);
  if (store_ == nullptr) return absent;
  const auto found = store_->has(wanted);
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < absent.size(); ++i)
    if (!found[i]) missing.push_back(absent[i]);
  return missing;
}

long KeptVectors::times_computed(std::span<const Fingerprint> texts) const {
  if (store_ != nullptr) return store_->times_put(texts);
  return std::ranges::count_if(texts, [&](const Fingerprint& text) { return kept_.contains(text); });
}

double similarity(recipe::Similarity kind, std::span<const float> a, std::span<const float> b) {
  base::check(a.size() == b.size());
  if (kind == recipe::Similarity::kDot) return dot(a, b);
  const double lengths = std::sqrt(dot(a, a)) * std::sqrt(dot(b, b));
  return lengths > 0 ? dot(a, b) / lengths : 0;
}

}  // namespace heed::retrieve
