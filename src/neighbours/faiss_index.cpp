#include "neighbours/faiss_index.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/impl/FaissException.h>
#include <faiss/index_io.h>
#include <omp.h>

#include "base/error.h"

namespace heed::neighbours {

using base::BadInput;
using base::check;
using infer::NeighbourMethod;

namespace {

constexpr int kLeastInView = 256, kLeastProbes = 8, kCellsPerProbe = 8;

std::unique_ptr<faiss::Index> empty_index(std::int64_t width, std::int64_t count,
                                          const infer::VectorIndexSettings& settings) {
  const int d = static_cast<int>(width);
  switch (settings.method) {
    case NeighbourMethod::kFlat:
      return std::make_unique<faiss::IndexFlatIP>(d);
    case NeighbourMethod::kHnsw: {
      auto index = std::make_unique<faiss::IndexHNSWFlat>(d, settings.links, faiss::METRIC_INNER_PRODUCT);
      index->hnsw.efConstruction = settings.construction;
      return index;
    }
    case NeighbourMethod::kIvf: {
      const int chosen = settings.cells > 0 ? settings.cells : static_cast<int>(4 * std::sqrt(count));
      const auto cells = static_cast<std::size_t>(std::clamp<std::int64_t>(chosen, 1, count));
      auto quantizer = std::make_unique<faiss::IndexFlatIP>(d);
      auto index = std::make_unique<faiss::IndexIVFFlat>(quantizer.get(), width, cells, faiss::METRIC_INNER_PRODUCT);
      index->own_fields = true;
      quantizer.release();
      index->cp.min_points_per_centroid = 1;  // small collections are no reason for a message on stderr
      index->cp.seed = 1;
      return index;
    }
  }
  throw base::Bug("a method without an index");
}

class FaissIndex final : public infer::VectorIndex {
 public:
  FaissIndex(std::unique_ptr<faiss::Index> index, int threads) : index_(std::move(index)), threads_(threads) {
    if (auto* const cells = dynamic_cast<faiss::IndexIVF*>(index_.get())) cells->make_direct_map();
  }

  std::int64_t size() const override { return index_->ntotal; }
  std::int64_t width() const override { return index_->d; }

  std::vector<std::vector<infer::Neighbour>> search(std::span<const float> queries, std::size_t k,
                                                    const infer::SearchEffort& effort) const override {
    const auto count = static_cast<std::int64_t>(queries.size()) / width();
    check(static_cast<std::size_t>(count * width()) == queries.size());
    const auto most = std::min<std::int64_t>(static_cast<std::int64_t>(k), size());
    std::vector<std::vector<infer::Neighbour>> found(static_cast<std::size_t>(count));
    if (most == 0 || count == 0) return found;
    std::vector<float> products(static_cast<std::size_t>(count * most));
    std::vector<faiss::Index::idx_t> positions(products.size());
    omp_set_num_threads(threads_);
    set_effort(effort, most);
    index_->search(count, queries.data(), most, products.data(), positions.data());
    for (std::size_t i = 0; i < products.size(); ++i)
      if (positions[i] >= 0) found[i / static_cast<std::size_t>(most)].push_back({positions[i], products[i]});
    return found;
  }

  std::vector<float> row(std::int64_t position) const override {
    check(position >= 0 && position < size());
    std::vector<float> numbers(static_cast<std::size_t>(width()));
    index_->reconstruct(position, numbers.data());
    return numbers;
  }

 private:
  void set_effort(const infer::SearchEffort& effort, std::int64_t k) const {
    if (auto* const graph = dynamic_cast<faiss::IndexHNSW*>(index_.get())) {
      graph->hnsw.efSearch = std::max(effort.in_view > 0 ? effort.in_view : kLeastInView, static_cast<int>(k));
    } else if (auto* const cells = dynamic_cast<faiss::IndexIVF*>(index_.get())) {
      const std::size_t chosen = std::max<std::size_t>(kLeastProbes, cells->nlist / kCellsPerProbe);
      cells->nprobe = std::min(effort.probes > 0 ? static_cast<std::size_t>(effort.probes) : chosen, cells->nlist);
    }
  }

  std::unique_ptr<faiss::Index> index_;
  int threads_;
};

}  // namespace

void FaissIndexes::build(std::span<const float> vectors, std::int64_t width, const infer::VectorIndexSettings& settings,
                         const std::filesystem::path& file) const {
  check(width > 0 && vectors.size() % static_cast<std::size_t>(width) == 0 && !vectors.empty());
  const auto count = static_cast<std::int64_t>(vectors.size()) / width;
  omp_set_num_threads(settings.threads);
  try {
    const auto index = empty_index(width, count, settings);
    index->train(count, vectors.data());
    index->add(count, vectors.data());
    faiss::write_index(index.get(), file.c_str());
  } catch (const faiss::FaissException& failure) {
    throw BadInput(file.string() + ": the index of vectors cannot be written: " + failure.msg);
  }
}

std::unique_ptr<infer::VectorIndex> FaissIndexes::open(const std::filesystem::path& file, int threads) const {
  try {
    return std::make_unique<FaissIndex>(std::unique_ptr<faiss::Index>(faiss::read_index(file.c_str())), threads);
  } catch (const faiss::FaissException&) {
    throw BadInput(file.string() + ": is no index of vectors, or is damaged");
  } catch (const std::bad_alloc&) {
    throw BadInput(file.string() + ": is damaged, or has more vectors than fit into memory");
  } catch (const std::length_error&) {
    throw BadInput(file.string() + ": is damaged");
  }
}

}  // namespace heed::neighbours
