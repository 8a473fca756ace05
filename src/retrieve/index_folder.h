#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "format/json.h"

namespace heed::retrieve {

/// What every index.json begins with, whatever the kind of index; what belongs to the kind alone is in `details`.
struct IndexHead {
  std::string kind;             ///< "bm25" or "dense"
  std::uint64_t documents = 0;  ///< that the index holds, each id once
  std::string collection;       ///< collection_identity() of what was indexed
  std::string data;             ///< the folder beside index.json that holds it
  format::Json details = format::Json::object();
};

/// The head of the index in a folder. Throws BadInput, naming the folder or its index.json, where there is none, it is
/// broken, or of a version that this heed does not read.
IndexHead read_index_head(const std::filesystem::path& folder);

/// Whether the folder holds an index that read_index_head() would look at.
bool has_index(const std::filesystem::path& folder);

/// Makes `head.data`, written before, what the folder holds: from now on, at once. Folders of earlier generations are
/// removed afterwards.
void point_index_at(const std::filesystem::path& folder, const IndexHead& head);

/// A name for the next `head.data`: it is neither there nor named by the folder's index.json.
std::string next_generation(const std::filesystem::path& folder);

/// Which documents a path stands for: it and the files that a collection's reader takes, by name, size and time of
/// change, as a fingerprint.
/// Throws BadInput where there is nothing.
std::string collection_identity(const std::filesystem::path& path);

/// Held while an index is built: two builders in one folder are refused. Makes the folder.
class IndexLock {
 public:
  /// Throws BadInput where another process builds there, or the folder cannot be written.
  explicit IndexLock(const std::filesystem::path& folder);
  ~IndexLock();
  IndexLock(const IndexLock&) = delete;
  IndexLock& operator=(const IndexLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace heed::retrieve
