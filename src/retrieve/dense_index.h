#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collection/document_source.h"
#include "infer/vector_index.h"
#include "retrieve/retriever.h"
#include "retrieve/vectors.h"
#include "text/passages.h"

namespace heed::retrieve {

/// What an index of vectors is made of. It borrows all of it.
struct DenseIndexRequest {
  collection::DocumentSource& source;
  TextEncoder& encoder;
  /// Documents are cut into these, each with the document's title, and found by their best; none: each is one text.
  std::optional<text::PassageSize> passages{};
  infer::VectorIndexSettings settings{};
  /// Told of documents that have their vectors. What it throws ends the work; the encoder's store keeps what is there.
  std::function<void(std::uint64_t documents)> progress{};
};

/// What came of it.
struct DenseIndexFacts {
  std::uint64_t documents = 0;   ///< in the index
  std::uint64_t vectors = 0;     ///< as many, or one for each passage
  std::uint64_t duplicates = 0;  ///< documents passed over because their id had been there
  std::int64_t width = 0;        ///< numbers of a vector
};

/// Embeds the whole collection and writes the index into this folder, which has to be there and empty: `vectors.faiss`
/// and `documents.txt`, the documents' ids line by line, one for each vector. Vectors that are compared by their cosine
/// are brought to length 1. Memory grows with the collection by its ids, and by what Faiss holds: the vectors. Throws
/// BadInput where there is no document, or the folder cannot be written.
DenseIndexFacts build_dense_index(const DenseIndexRequest& request, const std::filesystem::path& folder);

/// How an index is searched.
struct DenseSearchOptions {
  int threads = 1;
  infer::SearchEffort effort{};
};

/// Finds documents by their vectors' cosine or dot product with the need's, computed in double from the float32
/// vectors. With passages a document's score is its best passage's (MaxP: Dai and Callan 2019). Exact with the method
/// flat: the approximate ones may miss documents, but give those that they find their scores.
class DenseIndex final : public Retriever {
 public:
  /// Opens what build_dense_index wrote. Throws BadInput, naming the file, where it is damaged, or where the encoder's
  /// vectors are of another length than the index's.
  DenseIndex(const std::filesystem::path& folder, std::shared_ptr<TextEncoder> encoder,
             const DenseSearchOptions& options);

  std::vector<std::vector<Found>> search(std::span<const collection::Need> needs, std::size_t k) override;

 private:
  struct Ranked {
    std::vector<Found> found;
    bool is_whole = false;  ///< no document that was not looked at can be among them
  };
  Ranked rank(std::span<const float> query, const std::vector<infer::Neighbour>& neighbours, std::size_t k,
              std::size_t fetched) const;

  std::filesystem::path folder_;
  std::shared_ptr<TextEncoder> encoder_;
  infer::SearchEffort effort_;
  std::unique_ptr<infer::VectorIndex> index_;
  std::vector<std::string> documents_;  // of each vector
};

}  // namespace heed::retrieve
