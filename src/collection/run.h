#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "collection/per_query.h"

namespace heed::collection {

/// What a system retrieved: for each query its documents with scores, higher is better.
struct Run : PerQuery<double> {
  std::string tag;                 ///< the system's name: the sixth field of the last line
  std::vector<std::string> notes;  ///< what reading passed over, as sentences for the reader
};

using RankedList = Run::List;

/// Reads a TREC run (plain, gzip or `-`), one result a line: `query iter docno rank score tag`. As trec_eval does, it
/// ignores the rank column (order comes from the scores alone, ranks_before) and what follows the tag, and passes over
/// lines that begin with #, which are counted in the notes. Throws BadInput, with file and line, for fewer than six
/// fields, a score that is not a finite number, a document given twice for a query; without a line where there is no
/// result at all.
Run read_run(const std::filesystem::path& path);

/// One result of a run.
struct RunLine {
  std::string_view query, document;
  long rank = 0;  ///< from 1
  double score = 0;
  std::string_view tag;
};

/// The line in TREC's format, with its end; the score reads back exactly.
std::string run_line(const RunLine& line);

/// The run in TREC's format: queries in their order, documents by ranks_before, ranks from 1, scores that read back
/// exactly.
std::string trec_run(const Run& run);

}  // namespace heed::collection
