#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "infer/engine.h"

namespace heed::infer {

/// Inputs that go through the layers together, as positions in the list of lengths.
using Batch = std::vector<std::size_t>;

/// Splits sequences into batches of similar length, the longest first, of at most `tokens` tokens each (a longer
/// sequence is a batch of its own). Nothing is padded: the sum of a batch's lengths is what is computed.
/// REQUIRES: tokens >= 1.
std::vector<Batch> batches_by_length(std::span<const std::size_t> lengths, std::size_t tokens);

/// Prompts that begin with the same `prefix` tokens, as positions in the list of prompts.
struct PrefixGroup {
  std::size_t prefix = 0;
  std::vector<std::size_t> members;
};

/// Groups prompts so that computing each group's common prefix once, and then what is left of each prompt, costs the
/// fewest tokens that any cut of the sorted list at its shortest common prefixes gives. A prefix is always shorter
/// than each of its prompts. Every prompt is in one group. REQUIRES: no prompt is empty.
std::vector<PrefixGroup> groups_by_prefix(std::span<const std::span<const TokenId>> prompts);

}  // namespace heed::infer
