#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "retrieve/lucene_bm25.h"
#include "retrieve/retriever.h"
#include "retrieve/rm3.h"

namespace heed::retrieve {

/// How a BM25 index is searched.
struct Bm25SearchOptions {
  LuceneBm25 bm25{};
  std::optional<Rm3Parameters> rm3{};
  int threads = 1;
};

/// Searches an index that build_bm25_index() made, by LuceneBm25 and, where asked, a second time with the terms that
/// RM3 adds. A need is its query and its instruction, with a blank between them. In an index of passages a document's
/// score is that of its best one. Scores are summed in the order of the need's terms, so they depend neither on the
/// number of threads nor on how the index is parted, and equal scores are equal. Every posting of the need's terms is
/// looked at: the result is exact.
class Bm25Index final : public Retriever {
 public:
  /// Throws BadInput where the folder holds no such index, or a damaged one.
  explicit Bm25Index(const std::filesystem::path& folder, Bm25SearchOptions options = {});
  ~Bm25Index() override;

  std::vector<std::vector<Found>> search(std::span<const collection::Need> needs, std::size_t k) override;

  /// The terms that the need is searched by, before RM3; none: nothing can be found. Each once, in order of first
  /// appearance, weighing how often the need has it.
  std::vector<WeightedTerm> terms_of(const collection::Need& need);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::retrieve
