#include "engine/packed.h"

#include <algorithm>
#include <cmath>

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "base/error.h"
#include "base/parallel.h"

namespace heed::engine {

using base::BadInput;

namespace {

at::Tensor rows_tensor(const std::vector<std::int64_t>& rows) {
  return at::tensor(at::ArrayRef<std::int64_t>(rows), at::kLong);
}

}  // namespace

at::Tensor Packed::first_rows() const {
  return rows_tensor({starts.begin(), starts.end() - 1});
}

at::Tensor Packed::last_rows() const {
  std::vector<std::int64_t> rows(starts.begin() + 1, starts.end());
  for (std::int64_t& row : rows) --row;
  return rows_tensor(rows);
}

Packed pack(std::span<const std::span<const infer::TokenId>> sequences, std::int64_t first_position) {
  Packed packed;
  packed.starts.push_back(0);
  std::vector<std::int64_t> ids, positions;
  for (const auto& sequence : sequences) {
    for (std::size_t i = 0; i < sequence.size(); ++i) {
      ids.push_back(sequence[i]);
      positions.push_back(first_position + static_cast<std::int64_t>(i));
    }
    packed.starts.push_back(static_cast<std::int64_t>(ids.size()));
  }
  packed.ids = rows_tensor(ids);
  packed.positions = rows_tensor(positions);
  return packed;
}

std::vector<infer::Batch> batches_for(std::span<const std::size_t> lengths, const infer::EngineOptions& options) {
  return infer::batches_by_length(lengths, options.path == infer::Path::kPlain ? 1 : options.batch_tokens);
}

void for_each_batch(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  const int workers = static_cast<int>(std::min<std::size_t>(count, static_cast<std::size_t>(threads)));
  if (workers <= 1) {
    at::set_num_threads(threads);
    const c10::InferenceMode inference;
    for (std::size_t i = 0; i < count; ++i) work(i);
    return;
  }
  base::parallel_for(count, workers, [&](int, std::size_t i) {
    if (at::get_num_threads() != 1) at::set_num_threads(1);  // setting it empties oneDNN's cache
    const c10::InferenceMode inference;
    work(i);
  });
}

std::vector<float> finite_row(const at::Tensor& rows, std::size_t row) {
  const auto width = static_cast<std::size_t>(rows.size(-1));
  const float* const begin = rows.data_ptr<float>() + row * width;
  std::vector<float> values(begin, begin + width);
  if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
    throw BadInput("the model's result for a text is not finite: its weights are damaged, or hold such numbers");
  return values;
}

void check_sequence(std::span<const infer::TokenId> ids, const infer::ModelFacts& facts) {
  if (ids.empty()) throw BadInput("the model was given a text without tokens");
  if (static_cast<std::int64_t>(ids.size()) > facts.positions)
    throw BadInput("a text has " + std::to_string(ids.size()) + " tokens, but the model has " +
                   std::to_string(facts.positions) + " positions");
  for (const infer::TokenId id : ids)
    if (id < 0 || id >= facts.vocabulary)
      throw BadInput("token id " + std::to_string(id) + " is outside the model's vocabulary of " +
                     std::to_string(facts.vocabulary));
}

}  // namespace heed::engine
