#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collection/document_source.h"

namespace heed::collection {

/// How a collection's documents are written.
struct CollectionType;

/// All of them, in the order in which they are tried.
std::span<const CollectionType* const> collection_types();
std::string_view name_of(const CollectionType& type);         ///< "nyt", "trecweb", "trec", "wapo", "msmarco", "beir"
std::string_view explanation_of(const CollectionType& type);  ///< one line for a person
/// The type of that name, or null.
const CollectionType* collection_type_named(std::string_view name);

/// Their names, parted by commas.
std::string collection_type_names();

/// The path whose files a CollectionReader takes: that one or, of a folder that has queries and judgments beside its
/// corpus, the corpus alone.
std::filesystem::path corpus_of(const std::filesystem::path& path);

/// What reading a collection met so far.
struct ReadingReport {
  std::uint64_t files = 0;      ///< that were opened, members of archives each
  std::uint64_t documents = 0;  ///< that were returned
  std::uint64_t bad = 0;        ///< that were not: each broken, or with no id
  /// Of the first 20 bad ones, in the collection's order: `file: byte 1234: what is wrong`.
  std::vector<std::string> complaints;
  std::vector<std::string> notes;  ///< what else was passed over, as sentences
};

/// Streams the documents of a collection: a file, or a folder with all files below it in the order of their paths; each
/// plain, compressed (gzip, compress's .Z, bzip2, xz, zstd) or an archive (tar, zip). Memory does not depend on the
/// collection's size, nor on what a file claims: a document of more than 64 MiB is bad. A bad document is counted and
/// passed over. Whether an id is there twice is not looked at.
///
/// Of a folder that has a corpus.jsonl or collection.tsv (or either gzipped), that file alone is the collection: what
/// lies beside it are queries and judgments.
class CollectionReader final : public DocumentSource {
 public:
  /// `type` null: recognised by the first file that holds documents. Throws BadInput where there is nothing of that
  /// name, or no type fits (saying which there are).
  explicit CollectionReader(const std::filesystem::path& path, const CollectionType* type = nullptr);
  ~CollectionReader() override;
  CollectionReader(const CollectionReader&) = delete;
  CollectionReader& operator=(const CollectionReader&) = delete;

  /// What takes long, the parsing, is done beside other threads. The stretches depend neither on their number nor on
  /// their speed. A stretch may have no good document, or fewer than `most` although more follow. Throws BadInput where
  /// a file cannot be read on: damaged compression, an archive whose members leave it or that expands beyond all
  /// bounds.
  std::optional<Stretch> next(std::size_t most) override;
  /// Where there are fewer, nothing is left.
  void skip(std::uint64_t documents) override;

  const CollectionType& type() const;
  ReadingReport report() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace heed::collection
