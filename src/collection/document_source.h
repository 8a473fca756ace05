#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heed::collection {

/// One document of a collection, with its characters: valid UTF-8, title and text may be empty.
struct CollectionDocument {
  std::string id, title, text;
};

/// Documents that follow each other in a collection.
struct Stretch {
  std::uint64_t first = 0;                    ///< how many, good and bad, stand before it in the collection
  std::uint64_t end = 0;                      ///< the same for what follows
  std::vector<CollectionDocument> documents;  ///< the good ones
};

/// Documents one after the other, as many as there are: a collection that need not fit into memory.
class DocumentSource {
 public:
  virtual ~DocumentSource() = default;

  /// The next documents, `most` at most, good and bad; nothing at the end. May be called by several threads at once:
  /// each gets another stretch.
  virtual std::optional<Stretch> next(std::size_t most) = 0;

  /// Passes over that many documents, good and bad, which is faster than reading them. REQUIRES: before the first
  /// next().
  virtual void skip(std::uint64_t documents) = 0;
};

}  // namespace heed::collection
