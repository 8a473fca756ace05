#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "collection/document_source.h"
#include "text/passages.h"

namespace heed::retrieve {

/// The most terms that a text (a document, or a passage) counts with; what follows is cut.
inline constexpr std::uint32_t kMostTermsOfText = 1'000'000;

/// What is to be indexed, and where.
struct Bm25IndexRequest {
  std::filesystem::path folder;
  std::string collection;  ///< which documents these are (collection_identity()): an index that is half done goes on
                           ///< with the same documents alone
  std::optional<text::PassageSize> passages{};  ///< cut documents; a passage is the document's title and these words
  int threads = 1;
  std::uint64_t documents_a_segment = 16384;  ///< at most; a step of the work that is kept or lost as a whole
};

struct Bm25IndexReport {
  std::uint64_t documents = 0;   ///< in the index, each id once
  std::uint64_t duplicates = 0;  ///< passed over, as their id had come before
  std::uint64_t empty = 0;       ///< of the documents: without a term, so that nothing finds them
  std::uint64_t cut = 0;         ///< texts that were cut, as one has at most kMostTermsOfText terms
  std::uint64_t passages = 0;    ///< texts with terms; without passages: documents with terms
  std::uint64_t terms = 0;       ///< of them all, with repetitions
  std::uint64_t bytes = 0;       ///< on disk
  std::uint64_t bad = 0;         ///< positions of the source without a good document, those of earlier calls too
};

/// Told how far the work is: positions in the source that are done, and which of them an earlier call had done. It
/// is called, with the same numbers, also while nothing is added: so that a person can stop the work at all times. What
/// it throws ends the work; what was finished is kept. Called by one thread at a time.
using Bm25IndexProgress = std::function<void(std::uint64_t done, std::uint64_t found)>;

/// Indexes the documents of a source, by EnglishAnalyzer's terms of "title text", for Bm25Index. An index that was
/// there stays until the new one is complete, then gives way at once. Work that was cut off goes on with the next call
/// for the same collection and passages: finished segments are skipped in the source. Results depend neither on the
/// number of threads nor on how often the work was cut off. Memory stays below about 1.5 GB, and 8 bytes a document.
/// Throws BadInput where another process builds there, the disk is full or the folder is no index's.
Bm25IndexReport build_bm25_index(collection::DocumentSource& source, const Bm25IndexRequest& request,
                                 const Bm25IndexProgress& progress);

/// How many positions of the source an earlier call has finished, for the same collection and passages.
std::uint64_t finished_positions(const Bm25IndexRequest& request);

/// Whether the folder holds the finished index of that request already.
bool is_bm25_index_of(const Bm25IndexRequest& request);

}  // namespace heed::retrieve
