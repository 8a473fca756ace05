#include "engine/attention.h"

#include <algorithm>
#include <functional>
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

namespace {

/// A block of queries, the keys that any of them sees, and those behind the mask for some.
struct Block {
  std::int64_t begin = 0, rows = 0;         // queries
  std::int64_t key_begin = 0, key_end = 0;  // keys
  std::int64_t masked_from = 0;             // the first key that the mask speaks of
  at::Tensor mask;                          // [rows, 1, key_end - masked_from], or undefined
};

/// What all blocks and groups of one attention have in common.
class Blocks {
 public:
  explicit Blocks(const AttentionInput& input)
      : input_(input),
        queries_(input.q.size(0)),
        groups_(input.keys.size(0)),
        heads_in_group_(input.q.size(1) / groups_),
        width_(input.q.size(2)),
        q_(by_group(input.scale == 1 ? input.q : input.q * input.scale)) {
    base::check(!input.bias.defined() || heads_in_group_ == 1);
    base::check(!input.sight.causal || input.sight.first + queries_ <= input.keys.size(1));
  }

  std::int64_t groups() const { return groups_; }
  std::int64_t heads_in_group() const { return heads_in_group_; }
  std::int64_t width() const { return width_; }

  /// [G, T, H/G, D] of [T, H, D]: a block of queries, with all heads of the group, is one matrix.
  at::Tensor by_group(const at::Tensor& x) const {
    return x.view({queries_, groups_, heads_in_group_, width_}).transpose(0, 1).contiguous();
  }
  /// The matrix of a block, [rows H/G, D].
  at::Tensor matrix(const at::Tensor& x, const Block& block, std::int64_t group) const {
    return x[group].slice(0, block.begin, block.begin + block.rows).reshape({block.rows * heads_in_group_, width_});
  }
  /// The block's queries, scaled.
  at::Tensor queries(const Block& block, std::int64_t group) const { return matrix(q_, block, group); }

  void for_each(const std::function<void(const Block&)>& work) const {
    const std::int64_t most = rows_in_block(input_, heads_in_group_);
    for (std::int64_t begin = 0; begin < queries_; begin += most) work(block(begin, std::min(most, queries_ - begin)));
  }

  /// [rows H/G, keys of the block], each row of sum 1.
  at::Tensor probabilities(const Block& block, std::int64_t group) const {
    at::Tensor scores = at::linear(queries(block, group), input_.keys[group].slice(0, block.key_begin, block.key_end));
    if (input_.bias.defined())
      scores.add_(
          input_.bias[group].slice(0, block.begin, block.begin + block.rows).slice(1, block.key_begin, block.key_end));
    if (block.mask.defined())
      scores.view({block.rows, heads_in_group_, block.key_end - block.key_begin})
          .slice(2, block.masked_from - block.key_begin)
          .masked_fill_(block.mask, kMasked);
    return at::softmax(scores, -1);
  }

 private:
  Block block(std::int64_t begin, std::int64_t rows) const {
    const Sight& sight = input_.sight;
    Block block{begin, rows, 0, input_.keys.size(1), 0, {}};
    if (!sight.causal) return block;
    block.key_end = sight.first + begin + rows;
    if (sight.window) block.key_begin = std::max<std::int64_t>(0, sight.first + begin + 1 - *sight.window);
    // Without a window only the block's own keys can lie behind the mask.
    block.masked_from = sight.window ? block.key_begin : block.key_end - rows;
    if (rows > 1 || sight.window)
      block.mask = hidden(sight, begin, rows, block.masked_from, block.key_end - block.masked_from).unsqueeze(1);
    return block;
  }

  const AttentionInput& input_;
  std::int64_t queries_, groups_, heads_in_group_, width_;
  at::Tensor q_;
};

}  // namespace

at::Tensor attend(const AttentionInput& input) {
  const Blocks blocks(input);
  const std::int64_t groups = blocks.groups(), heads_in_group = blocks.heads_in_group(), width = blocks.width();
  at::Tensor out = at::empty({input.q.size(0), groups, heads_in_group, width}, input.q.options());
  blocks.for_each([&](const Block& block) {
    for (std::int64_t group = 0; group < groups; ++group) {
      const at::Tensor v = input.values[group].slice(0, block.key_begin, block.key_end);
      out.slice(0, block.begin, block.begin + block.rows)
          .select(1, group)
          .copy_(at::mm(blocks.probabilities(block, group), v).view({block.rows, heads_in_group, width}));
    }
  });
  return out.view(input.q.sizes());
}

AttentionGradient attend_backward(const AttentionInput& input, const at::Tensor& gradient, BiasGradient bias) {
  const Blocks blocks(input);
  const std::int64_t groups = blocks.groups(), heads_in_group = blocks.heads_in_group(), width = blocks.width();
  const at::ScalarType type = input.q.scalar_type(), wide = type == at::kDouble ? at::kDouble : at::kFloat;
  const at::Tensor of_out = blocks.by_group(gradient.contiguous());
  at::Tensor of_q = at::empty({input.q.size(0), groups, heads_in_group, width}, input.q.options());
  at::Tensor of_keys = at::zeros(input.keys.sizes(), input.keys.options().dtype(wide));
  at::Tensor of_values = at::zeros_like(of_keys);
  at::Tensor of_bias = bias == BiasGradient::kPresent ? at::zeros_like(input.bias) : at::Tensor();
  blocks.for_each([&](const Block& block) {
    const auto seen = [&](const at::Tensor& all, std::int64_t group) {
      return all[group].slice(0, block.key_begin, block.key_end);
    };
    for (std::int64_t group = 0; group < groups; ++group) {
      const at::Tensor p = blocks.probabilities(block, group), out = blocks.matrix(of_out, block, group);
      seen(of_values, group).add_(at::mm(p.t(), out));
      const at::Tensor of_p = at::linear(out, seen(input.values, group));
      const at::Tensor of_scores = at::_softmax_backward_data(of_p, p, -1, type);
      if (of_bias.defined())
        of_bias[group]
            .slice(0, block.begin, block.begin + block.rows)
            .slice(1, block.key_begin, block.key_end)
            .add_(of_scores);
      of_q.slice(0, block.begin, block.begin + block.rows)
          .select(1, group)
          .copy_(at::mm(of_scores, seen(input.keys, group)).view({block.rows, heads_in_group, width}));
      seen(of_keys, group).add_(at::mm(of_scores.t(), blocks.queries(block, group)));
    }
  });
  if (input.scale != 1) of_q.mul_(input.scale);
  return {of_q.view(input.q.sizes()), of_keys.to(type), of_values.to(type), of_bias};
}

}  // namespace heed::engine
