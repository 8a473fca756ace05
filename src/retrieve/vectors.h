#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/fingerprint.h"
#include "collection/document.h"
#include "collection/need.h"
#include "recipe/recipe.h"

namespace heed::retrieve {

/// What a model made of a text.
struct Vector {
  std::vector<float> elements;
  std::size_t tokens = 0;  ///< that the model read; 0 where it does not say
};

/// Vectors of texts that outlive the process. Texts are known by their fingerprints. May be used by several threads.
class VectorStore {
 public:
  virtual ~VectorStore() = default;
  /// One for each text, in order; none where the store has none.
  virtual std::vector<std::optional<Vector>> find(std::span<const base::Fingerprint> texts) = 0;
  /// Which of the texts have one; cheaper than finding them.
  virtual std::vector<bool> has(std::span<const base::Fingerprint> texts) = 0;
  /// Keeps all of them or, where it throws, none.
  virtual void put(std::span<const base::Fingerprint> texts, std::span<const Vector> vectors) = 0;
  /// How often vectors of these texts have been put, over the store's life: as often as there are texts, if each was
  /// computed once. REQUIRES: each text once.
  virtual long times_put(std::span<const base::Fingerprint> texts) = 0;
};

/// How vectors that are missing are computed.
struct VectorWork {
  std::size_t chunk = 64;  ///< texts at a time: what a crash can cost; for an API, a request
  int threads = 1;         ///< chunks under way at once, each on a thread
  /// The vectors of the texts at these positions, in order; or of the first of them, at least one, which are kept
  /// before the rest is asked for.
  std::function<std::vector<Vector>(std::span<const std::size_t> positions)> compute;
  /// Told after each chunk, from one thread at a time, how many of the distinct texts have their vectors. What it
  /// throws ends the work; what was computed is kept.
  std::function<void(long done, long total)> progress{};
};

/// Vectors by their texts' fingerprints, in memory and, where there is one, in a store. Each is computed once.
class KeptVectors {
 public:
  /// From here on also in this store, which has to outlive the use of this object; null: in memory alone.
  void keep_in(VectorStore* store) { store_ = store; }

  /// Makes the vectors of these texts be there: from memory, from the store, or computed. The chunks are cut from the
  /// distinct texts in their order, so that work that was cut off and taken up again computes in the same company.
  /// What memory held before may be let go.
  void prepare(std::span<const base::Fingerprint> texts, const VectorWork& work);

  /// REQUIRES: the text was in the last prepare().
  const Vector& operator[](const base::Fingerprint& text) const { return kept_.at(text); }

  /// The positions of the distinct texts that prepare() would compute.
  std::vector<std::size_t> missing(std::span<const base::Fingerprint> texts) const;

  /// As VectorStore's times_put(). Without a store: how many of these texts memory holds.
  long times_computed(std::span<const base::Fingerprint> texts) const;

  /// Texts computed since this object was made.
  long computed() const { return computed_; }

 private:
  struct Hash {
    std::size_t operator()(const base::Fingerprint& text) const;
  };
  void load(std::span<const base::Fingerprint> texts, std::span<const std::size_t> positions);
  void keep(std::span<const base::Fingerprint> texts, std::vector<Vector> vectors);

  VectorStore* store_ = nullptr;
  std::mutex lock_;
  std::unordered_map<base::Fingerprint, Vector, Hash> kept_;
  std::size_t kept_bytes_ = 0;
  long computed_ = 0;
};

/// Gives the vectors of needs and documents themselves. An instance belongs to one thread at a time.
class TextEncoder {
 public:
  virtual ~TextEncoder() = default;
  /// By which its vectors are compared.
  virtual recipe::Similarity similarity() const = 0;
  /// The needs' vectors, then the documents', in order and all of one length; valid until the next call. What is
  /// computed is kept as KeptVectors keeps it.
  virtual std::vector<std::span<const float>> encode(std::span<const collection::Need> needs,
                                                     std::span<const collection::Document> documents) = 0;
};

/// The cosine or the dot product, in double. A vector of zeros resembles nothing: 0. REQUIRES: both are of one length.
double similarity(recipe::Similarity kind, std::span<const float> a, std::span<const float> b);

}  // namespace heed::retrieve
