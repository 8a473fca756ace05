#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collection/id_index.h"
#include "collection/ids.h"
#include "collection/text_arena.h"

namespace heed::collection {

/// One document; the texts are UTF-8 and may be empty. Borrows its characters, as ids do.
struct Document {
  DocumentId id;
  std::string_view title;
  std::string_view text;
};

/// Documents, each id once, in the order in which they came. Owns their characters.
class Corpus {
 public:
  /// False, and no change, where the id is there already.
  bool add(std::string_view id, std::string_view title, std::string_view text);

  std::span<const Document> documents() const { return documents_; }
  const Document& operator[](std::uint32_t position) const { return documents_[position]; }
  /// The document's position in documents(), or nothing.
  std::optional<std::uint32_t> find(std::string_view id) const;

 private:
  TextArena arena_;
  std::vector<Document> documents_;
  IdIndex index_;
};

/// Reads JSON lines with `_id` (or `id`), `text` and, where there is one, `title` (plain or gzip). Throws BadInput,
/// with file and line, for a missing field, a wrong type, an id given twice; without a line where there is no document.
Corpus read_corpus(const std::filesystem::path& path);

}  // namespace heed::collection
