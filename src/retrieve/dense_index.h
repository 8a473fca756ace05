#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collection/document_source.h"
#include "infer/vector_index.h"
#include "retrieve/models.h"
#include "retrieve/retriever.h"
#include "retrieve/vectors.h"
#include "text/passages.h"

namespace heed::retrieve {

/// What an index of vectors is made of, and where it comes. It borrows all of it.
struct DenseIndexRequest {
  std::filesystem::path folder;
  std::string collection;  ///< which documents these are (collection_identity())
  const Model& model;      ///< one that makes vectors
  VectorStore* store;      ///< what keeps them while the index is made, and after; may be null
  /// Documents are cut into these, each with the document's title, and found by their best; none: each is one text.
  std::optional<text::PassageSize> passages{};
  infer::VectorIndexSettings settings{};
  /// Told of documents that have their vectors. What it throws ends the work; the store keeps what is there.
  std::function<void(std::uint64_t documents)> progress{};
};

/// What came of it.
struct DenseIndexFacts {
  std::uint64_t documents = 0;   ///< in the index
  std::uint64_t vectors = 0;     ///< as many, or one for each passage
  std::uint64_t duplicates = 0;  ///< documents passed over because their id had been there
  std::int64_t width = 0;        ///< numbers of a vector
};

/// The kind of such an index in its head (index_folder.h).
inline constexpr std::string_view kDenseKind = "dense";

/// Throws BadInput where the model makes no vectors.
void require_vectors(const Model& model);

/// Embeds the source's documents and makes them what the folder holds, at once and in the end: `vectors.faiss` and
/// `documents.txt`, the documents' ids line by line, one for each vector. Vectors that are compared by their cosine are
/// brought to length 1. Work that was cut off goes on from what the store has. Memory grows with the collection by its
/// ids, and by what Faiss holds: the vectors. Throws BadInput where the model makes no vectors, there is no document,
/// another process builds there, or the folder cannot be written.
DenseIndexFacts build_dense_index(collection::DocumentSource& source, const DenseIndexRequest& request);

/// Whether the folder holds the finished index of that request already.
bool is_dense_index_of(const DenseIndexRequest& request);

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
  /// Opens what build_dense_index wrote; needs are embedded by the model, whose vectors `store` keeps (it may be null).
  /// Throws BadInput, naming the file, where it is damaged, or of another model or other settings than this one.
  DenseIndex(const std::filesystem::path& folder, const Model& model, VectorStore* store,
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
  std::unique_ptr<TextEncoder> encoder_;
  infer::SearchEffort effort_;
  std::unique_ptr<infer::VectorIndex> index_;
  std::vector<std::string> documents_;  // of each vector
};

}  // namespace heed::retrieve
