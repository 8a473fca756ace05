#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/folder.h"
#include "collection/dataset.h"
#include "curate/curation.h"

namespace heed::curate {

/// A layout that benchmarks are written in.
struct ExportLayout {
  std::string_view name;
  std::string_view explanation;
  std::vector<base::FolderFile> (*files)(const Curation& curation);
};

/// "followir" (collection/followir_layout.h; with empty_scores.json beside top_ranked.jsonl, whose scores fall with the
/// candidates' order) and "mteb" (collection/mteb_layout.h). JSON is spaced as Python's writes it, as in the published
/// files.
///
/// Both have the altered topics alone, in their order, and the documents of their pools. Under the original instruction
/// a candidate has its grade; under the altered one a relevant document keeps its grade, unless it was re-judged as not
/// relevant: then it has 0. A document that is newly relevant, which heed curate check refuses, has 1.
std::span<const ExportLayout> export_layouts();
const ExportLayout* export_layout_named(std::string_view name);

struct ImportedCuration {
  Curation curation;
  std::vector<std::string> notes;  ///< what a curation cannot hold, as sentences
};

/// The way back: a benchmark as the curation that it comes from. The source of a relevant document is "judged", that of
/// another "imported", as the runs are not known. Each document that is relevant under either instruction is re-judged.
/// Throws BadInput for a data set that is no instruction benchmark, or a topic that has an empty query or instruction.
ImportedCuration import_benchmark(const collection::InstructionDataset& data);

}  // namespace heed::curate
