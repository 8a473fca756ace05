#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace heed::infer {

/// How the nearest of many vectors are found.
enum class NeighbourMethod {
  kFlat,  ///< by all of them: exact
  kHnsw,  ///< over a graph of near ones (Malkov and Yashunin 2016)
  kIvf,   ///< among those of the nearest cells (an inverted file over k-means)
};

struct NeighbourMethodRow {
  NeighbourMethod method;
  std::string_view name;
  std::string_view explanation;
};

inline constexpr std::array<NeighbourMethodRow, 3> kNeighbourMethods = {{
    {NeighbourMethod::kFlat, "flat", "compares with every vector: exact"},
    {NeighbourMethod::kHnsw, "hnsw", "walks a graph of near vectors: fast, approximate, half as large again"},
    {NeighbourMethod::kIvf, "ivf", "compares with the vectors of the nearest cells: fast, approximate"},
}};

std::string_view name_of(NeighbourMethod method);

/// How an index is built.
struct VectorIndexSettings {
  NeighbourMethod method = NeighbourMethod::kFlat;
  int links = 32;          ///< hnsw: of a vector, to others; Faiss's default
  int construction = 200;  ///< hnsw: vectors in view while a place is looked for
  int cells = 0;           ///< ivf; 0: four times the square root of the number of vectors, as Faiss's guidelines say
  int threads = 1;
};

/// How thoroughly one is searched. What is 0 is chosen: hnsw looks at 256 vectors, or as many as are asked for, if
/// these are more; ivf into an eighth of the cells, at least 8.
struct SearchEffort {
  int in_view = 0;  ///< hnsw
  int probes = 0;   ///< ivf
};

struct Neighbour {
  std::int64_t position = 0;  ///< of the vector, among those that were given
  float product = 0;
};

/// Vectors, and the nearest of them by inner product. May be searched by one thread at a time, and uses several.
class VectorIndex {
 public:
  virtual ~VectorIndex() = default;
  virtual std::int64_t size() const = 0;
  virtual std::int64_t width() const = 0;
  /// Of each query, `width()` numbers of `queries`, the k vectors with the largest products, largest first; fewer where
  /// there are fewer, or none more were found.
  virtual std::vector<std::vector<Neighbour>> search(std::span<const float> queries, std::size_t k,
                                                     const SearchEffort& effort) const = 0;
  /// The vector at that position, as it was given.
  virtual std::vector<float> row(std::int64_t position) const = 0;
};

/// Makes and opens indexes.
class VectorIndexes {
 public:
  virtual ~VectorIndexes() = default;
  /// Writes the index of these vectors, `width` numbers each. Throws BadInput where the file cannot be written.
  virtual void build(std::span<const float> vectors, std::int64_t width, const VectorIndexSettings& settings,
                     const std::filesystem::path& file) const = 0;
  /// Throws BadInput, naming the file, where it is none.
  virtual std::unique_ptr<VectorIndex> open(const std::filesystem::path& file, int threads) const = 0;
};

}  // namespace heed::infer
