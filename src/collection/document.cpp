#include "collection/document.h"

#include "base/error.h"
#include "format/jsonl.h"

namespace heed::collection {

bool Corpus::add(std::string_view id, std::string_view title, std::string_view text) {
  const auto text_of = [this](std::uint32_t i) { return documents_[i].id.text(); };
  if (index_.find(id, text_of)) return false;
  documents_.push_back({DocumentId(arena_.keep(id)), arena_.keep(title), arena_.keep(text)});
  index_.insert(id, static_cast<std::uint32_t>(documents_.size() - 1), text_of);
  return true;
}

std::optional<std::uint32_t> Corpus::find(std::string_view id) const {
  return index_.find(id, [this](std::uint32_t i) { return documents_[i].id.text(); });
}

Corpus read_corpus(const std::filesystem::path& path) {
  Corpus corpus;
  format::JsonlReader line(path);
  while (line.next()) {
    const std::string_view id = line.id({"_id", "id"});
    if (!corpus.add(id, line.optional_text("title").value_or(""), line.text("text")))
      line.fail("document " + std::string(id) + " is given twice");
  }
  if (corpus.documents().empty()) throw base::BadInput(line.name() + ": there are no documents in it");
  return corpus;
}

}  // namespace heed::collection
