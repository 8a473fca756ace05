#include "engine/attention.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace heed::engine {

namespace {

constexpr float kMasked = -std::numeric_limits<float>::infinity();

/// [rows, columns]: true where query `row_begin + r` does not see key `column_begin + c`.
at::Tensor hidden(const Sight& sight, std::int64_t row_begin, std::int64_t rows, std::int64_t column_begin,
                  std::int64_t columns) {
  const at::Tensor own = at::arange(rows, at::kLong).add_(sight.first + row_begin).unsqueeze(1);
  const at::Tensor key = at::arange(columns, at::kLong).add_(column_begin).unsqueeze(0);
  at::Tensor mask = key > own;
  if (sight.window) mask = mask.logical_or_(key <= own - *sight.window);
  return mask;
}

/// Queries that are computed together: few enough that little of a causal block lies behind the mask, and so many that
/// the products are large.
std::int64_t rows_in_block(const AttentionInput& input, std::int64_t heads_in_group) {
  constexpr std::int64_t kProductRows = 1024, kLeast = 64, kMost = 256;
  if (!input.sight.causal) return input.q.size(0);
  return std::clamp(kProductRows / heads_in_group, kLeast, kMost);
}

}  // namespace

at::Tensor attend_plainly(const AttentionInput& input) {
  const std::int64_t queries = input.q.size(0), heads = input.q.size(1), keys = input.keys.size(1);
  const std::int64_t heads_in_group = heads / input.keys.size(0);
  const at::Tensor k = input.keys.to(at::kFloat).repeat_interleave(heads_in_group, 0);    // [H, S, D]
  const at::Tensor v = input.values.to(at::kFloat).repeat_interleave(heads_in_group, 0);  // [H, S, D]
  const at::Tensor q = input.q.to(at::kFloat).transpose(0, 1);                            // [H, T, D]
  at::Tensor scores = at::matmul(q, k.transpose(1, 2)) * input.scale;                     // [H, T, S]
  if (input.bias.defined()) scores = scores + input.bias.slice(1, 0, queries).slice(2, 0, keys);
  if (input.sight.causal) scores = scores.masked_fill(hidden(input.sight, 0, queries, 0, keys), kMasked);
  return at::matmul(at::softmax(scores, -1), v).transpose(0, 1).contiguous().to(input.q.scalar_type());
}

at::Tensor attend(const AttentionInput& input) {
  const Sight& sight = input.sight;
  const std::int64_t queries = input.q.size(0), heads = input.q.size(1), width = input.q.size(2);
  const std::int64_t groups = input.keys.size(0), keys = input.keys.size(1), heads_in_group = heads / groups;
  base::check(!input.bias.defined() || heads_in_group == 1);
  base::check(!sight.causal || sight.first + queries <= keys);
  // [G, T, H/G, D]: a block of queries, with all heads of the group, is one matrix.
  const at::Tensor q = (input.scale == 1 ? input.q : input.q * input.scale)
                           .view({queries, groups, heads_in_group, width})
                           .transpose(0, 1)
                           .contiguous();
  at::Tensor out = at::empty({queries, groups, heads_in_group, width}, input.q.options());
  const std::int64_t block = rows_in_block(input, heads_in_group);
  for (std::int64_t begin = 0; begin < queries; begin += block) {
    const std::int64_t rows = std::min(block, queries - begin);
    const std::int64_t key_end = sight.causal ? sight.first + begin + rows : keys;
    const std::int64_t key_begin =
        sight.causal && sight.window ? std::max<std::int64_t>(0, sight.first + begin + 1 - *sight.window) : 0;
    // Without a window only the block's own keys can lie behind the mask.
    const std::int64_t masked_from = sight.window ? key_begin : key_end - rows;
    const at::Tensor mask = sight.causal && (rows > 1 || sight.window)
                                ? hidden(sight, begin, rows, masked_from, key_end - masked_from).unsqueeze(1)
                                : at::Tensor();
    for (std::int64_t group = 0; group < groups; ++group) {
      const at::Tensor k = input.keys[group].slice(0, key_begin, key_end);
      const at::Tensor v = input.values[group].slice(0, key_begin, key_end);
      at::Tensor scores = at::linear(q[group].slice(0, begin, begin + rows).reshape({rows * heads_in_group, width}), k);
      if (input.bias.defined())
        scores.add_(input.bias[group].slice(0, begin, begin + rows).slice(1, key_begin, key_end));
      if (mask.defined())
        scores.view({rows, heads_in_group, key_end - key_begin})
            .slice(2, masked_from - key_begin)
            .masked_fill_(mask, kMasked);
      out.slice(0, begin, begin + rows)
          .select(1, group)
          .copy_(at::mm(at::softmax(scores, -1), v).view({rows, heads_in_group, width}));
    }
  }
  return out.view({queries, heads, width});
}

}  // namespace heed::engine
