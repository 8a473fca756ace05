#pragma once

#include <functional>
#include <span>
#include <vector>

#include <ATen/ATen.h>

#include "infer/batches.h"
#include "infer/engine.h"

namespace heed::engine {

/// Sequences one behind the other, without padding: what is done to each token alone is done to all in one product.
struct Packed {
  at::Tensor ids;                    ///< [T]
  at::Tensor positions;              ///< [T], each token's place in its own sequence
  std::vector<std::int64_t> starts;  ///< of each sequence, and the end of the last

  std::size_t size() const { return starts.size() - 1; }
  std::int64_t tokens() const { return starts.back(); }
  /// Rows of one sequence in a tensor whose first dimension is the tokens.
  at::Tensor part(const at::Tensor& rows, std::size_t sequence) const {
    return rows.slice(0, starts[sequence], starts[sequence + 1]);
  }
  /// The rows of every sequence's first or last token.
  at::Tensor first_rows() const;
  at::Tensor last_rows() const;
};

/// `first_position`: of each sequence's first token, where a prefix stands before them.
Packed pack(std::span<const std::span<const infer::TokenId>> sequences, std::int64_t first_position = 0);

/// Batches as the options want them; on the plain path each sequence goes alone.
std::vector<infer::Batch> batches_for(std::span<const std::size_t> lengths, const infer::EngineOptions& options);

/// Calls work(i) for i in 0 .. count-1, each on a thread of its own as long as there are both: libtorch's own
/// parallelism shares one product among cores, which pays only where there is a single item.
void for_each_batch(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

/// A row of results [.., width], float32 and contiguous. Throws BadInput where one is not finite, as with damaged
/// weights.
std::vector<float> finite_row(const at::Tensor& rows, std::size_t row);

/// Throws BadInput where a sequence is empty, too long for the model, or has an id that it does not know.
void check_sequence(std::span<const infer::TokenId> ids, const infer::ModelFacts& facts);

}  // namespace heed::engine
