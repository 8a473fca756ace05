#pragma once

#include <optional>

#include <ATen/ATen.h>

/// Attention of one sequence (Vaswani et al. 2017). T is queries, S keys, H heads, G groups of heads that share keys
/// and values (Ainslie et al. 2023; G = H without sharing), D a head's width.
namespace heed::engine {

/// Which keys a query sees.
struct Sight {
  bool causal = false;                   ///< query i sees keys 0 .. first + i only
  std::int64_t first = 0;                ///< the key at query 0's own position
  std::optional<std::int64_t> window{};  ///< causal: and of those the last `window`
};

/// softmax(scale q k^T + bias) v. q [T, H, D]; keys and values [G, S, D]; bias [H, T or more, S or more], or undefined,
/// in q's type. Returns [T, H, D]. Softmax is in float32; in bfloat16 its argument and result are rounded.
struct AttentionInput {
  at::Tensor q, keys, values, bias;
  double scale = 1;
  Sight sight;
};

/// The textbook's: the whole score matrix of each head, in float32, masked.
at::Tensor attend_plainly(const AttentionInput& input);

/// The same in blocks of queries that compute no score behind the mask, with the heads of a group in one product.
at::Tensor attend(const AttentionInput& input);

/// What a loss changes by, for each element of attend()'s input; in the types of the input.
struct AttentionGradient {
  at::Tensor q, keys, values, bias;
};
/// `gradient` [T, H, D]: that of attend()'s result. In the same blocks, whose probabilities are computed again, so that
/// nothing of the size of the score matrix is kept (as Dao et al. 2022 do, equations 3 and 4). Sums over blocks are in
/// float32, or float64 where the input is.
enum class BiasGradient { kNone, kPresent };
AttentionGradient attend_backward(const AttentionInput& input, const at::Tensor& gradient, BiasGradient bias);

}  // namespace heed::engine
