#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace heed::teaching {

/// Makes the checkpoint of a small BERT classifier that nothing has been taught: vocab.txt, tokenizer_config.json,
/// config.json, heed.json and model.safetensors (float32), the same bytes for the same arguments.
///
/// Its weights are random, but for what lets words match that are in no training text. A word's row is random in 95 of
/// 128 numbers, says in one how rare the word is in `texts` and is zero elsewhere; positions are sines, segments a
/// sign. Two heads of the first layer have one projection for queries and keys, so that a token attends to itself and
/// to its other occurrences, and they carry the segment: a query's token knows then whether the document has it. Two
/// others attend to what stands near. Two heads of the second layer bring together what rare tokens of the query know.
struct SmallEncoder {
  std::span<const std::string> pieces;  ///< the vocabulary
  std::span<const std::string> texts;   ///< what a piece's rarity is counted in: documents
  std::span<const std::string> needs;   ///< and queries with their instructions; the commoner of the two counts
  std::uint64_t seed = 1;
};

/// Throws BadInput where the folder is not writable.
void write_small_encoder(const SmallEncoder& encoder, const std::filesystem::path& folder);

/// Writes `to` with the weights of `from` in 16 bits (IEEE half precision) and its other files. Throws BadInput where
/// a file cannot be read or written, or a tensor is not of float32.
void write_in_half(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace heed::teaching
