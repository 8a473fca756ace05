#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "format/json.h"
#include "text/passages.h"

namespace heed::retrieve {

/// What every index.json begins with, whatever the kind of index; what belongs to the kind alone is in `details`.
struct IndexHead {
  std::string kind;             ///< "bm25" of words, "dense" of vectors
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

/// The head as read_index_head() gives it, or nothing where it would throw: an index that is to be made anew.
std::optional<IndexHead> find_index_head(const std::filesystem::path& folder);

/// A field of the folder's index.json. Throws BadInput, naming both, where it is missing or no text, or no number
/// from 0 on.
std::string text_field(const std::filesystem::path& folder, const format::Json& json, const char* name);
std::uint64_t number_field(const std::filesystem::path& folder, const format::Json& json, const char* name);

/// Adds the field `passages` of an index of passages; none: the documents are whole, and there is no such field.
void put_passages(format::Json& json, const std::optional<text::PassageSize>& passages);
/// Whether the field `passages` is what put_passages() writes for these.
bool has_passages(const format::Json& json, const std::optional<text::PassageSize>& passages);

/// Throws BadInput, naming something in it, where the folder holds things but no sign of an index, be it finished or
/// begun: what is somebody's own is never mixed with an index, whose builders remove what they take for theirs.
void require_index_folder(const std::filesystem::path& folder);

/// Removes the generations that index.json does not name: what builders that were cut off have left. REQUIRES: the
/// IndexLock is held.
void remove_unfinished(const std::filesystem::path& folder);

/// Makes `head.data`, written before, what the folder holds: from now on, at once. Folders of earlier generations are
/// removed afterwards. REQUIRES: the folder is an index's (require_index_folder()).
void point_index_at(const std::filesystem::path& folder, const IndexHead& head);

/// A name for the next `head.data`: it is neither there nor named by the folder's index.json.
std::string next_generation(const std::filesystem::path& folder);

/// Which documents a path stands for: it and the files that a collection's reader takes (corpus_of()), by name, size
/// and time of change, as a fingerprint.
/// Throws BadInput where there is nothing.
std::string collection_identity(const std::filesystem::path& path);

/// Held while an index is built: two builders in one folder are refused. Makes the folder.
class IndexLock {
 public:
  /// Throws BadInput where another process builds there, the folder cannot be written or is no index's
  /// (require_index_folder()).
  explicit IndexLock(const std::filesystem::path& folder);
  ~IndexLock();
  IndexLock(const IndexLock&) = delete;
  IndexLock& operator=(const IndexLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace heed::retrieve
