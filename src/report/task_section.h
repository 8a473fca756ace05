#pragma once

#include <string>
#include <vector>

#include "report/model_tables.h"
#include "report/results.h"
#include "report/table.h"

namespace heed::report {

/// A heading with paragraphs and tables below it.
struct Section {
  std::string heading;
  std::vector<std::string> paragraphs;
  std::vector<Table> tables;
};

/// One entry: what was run, how well it obeyed, the pair's measures, the arms' measures. `heading` is the section's.
Section task_section(const ResultEntry& entry, const std::string& heading);

/// The headings of the entries: the task; with several models, the model too.
std::vector<std::string> task_headings(const std::vector<ResultEntry>& results);

/// "Core17: bm25 does not obey: ...", for each entry with a p-MRR.
std::vector<std::string> verdicts(const std::vector<ResultEntry>& results);

/// The whole report as sections: the paper's tables that have rows, then each entry.
std::vector<Section> report_sections(const ReportData& data);

/// The sections in a format other than JSON.
std::string render(const std::vector<Section>& sections, Format format);

}  // namespace heed::report
