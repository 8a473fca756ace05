#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "infer/vector_index.h"
#include "retrieve/bm25_index.h"
#include "retrieve/index_folder.h"
#include "retrieve/models.h"
#include "retrieve/vectors.h"

namespace heed::cli {

/// How an index is searched.
struct IndexSearchFlags {
  retrieve::LuceneBm25 bm25{};
  bool has_rm3 = false;
  retrieve::Rm3Parameters rm3{};
  infer::SearchEffort effort{};
  int threads = 1;
  /// The options that belong to one kind of index alone, to refuse those that the person gave for another.
  std::vector<const CLI::Option*> of_words{}, of_hnsw{}, of_ivf{};
};

/// Throws BadUsage, with the reason, where one of the options was given.
void refuse_given(const std::vector<const CLI::Option*>& options, const std::string& reason);

/// --k1, --b, --rm3 and what belongs to it, --in-view, --probes.
void add_index_search(CLI::App& app, IndexSearchFlags& flags);

/// An index that can be searched.
struct OpenIndex {
  retrieve::IndexHead head;
  std::unique_ptr<retrieve::Retriever> retriever;
  /// What decides the scores: the settings, the model's identity where there is one, the collection.
  std::string identity;
};

/// What embeds the needs that are searched for in an index of vectors: `store` may be null, as may the model where the
/// index is none of vectors.
struct NeedEncoder {
  const retrieve::Model* model = nullptr;
  retrieve::VectorStore* store = nullptr;
};

/// Opens the index in this folder, whatever its kind. Throws BadInput where there is none, it is damaged or of another
/// version or model; BadUsage where a flag was given that an index of this kind has no use for.
OpenIndex open_index(const std::filesystem::path& folder, const IndexSearchFlags& flags, const NeedEncoder& encoder);

}  // namespace heed::cli
