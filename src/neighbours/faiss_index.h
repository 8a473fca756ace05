#pragma once

#include "infer/vector_index.h"

namespace heed::neighbours {

/// infer::VectorIndexes on Faiss.
class FaissIndexes final : public infer::VectorIndexes {
 public:
  void build(std::span<const float> vectors, std::int64_t width, const infer::VectorIndexSettings& settings,
             const std::filesystem::path& file) const override;
  std::unique_ptr<infer::VectorIndex> open(const std::filesystem::path& file, int threads) const override;
};

}  // namespace heed::neighbours
