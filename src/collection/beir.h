#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "collection/document.h"
#include "collection/judgments.h"
#include "collection/topics.h"

namespace heed::collection {

/// A collection with queries and judgments, and without instructions.
struct TestCollection {
  Corpus corpus;
  Topics queries;  ///< all of them, also those that the split does not judge
  Judgments judgments;
  std::vector<std::string> notes;  ///< what is odd or was passed over, as sentences for the reader
};

/// BEIR's layout: `corpus.jsonl`, `queries.jsonl` and judgments in `qrels/SPLIT.tsv`. Any file may be gzipped.
/// Instruction benchmarks, which have some of these files too (followir_layout.h, mteb_layout.h), do not count.
bool has_beir_layout(const std::filesystem::path& folder);

/// Reads a folder of that layout. Judged documents that the corpus lacks are counted in the notes: they cannot be
/// found, but lower what recall a system can reach. Throws BadInput as read_corpus, read_topics and read_judgments
/// do, and, with file and line, for a judgment of an unknown query.
TestCollection read_beir(const std::filesystem::path& folder, std::string_view split = "test");

}  // namespace heed::collection
