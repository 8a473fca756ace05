#pragma once

#include <filesystem>
#include <vector>

#include "report/model_tables.h"

namespace heed::cli {

/// The results with the published figures that come with heed, as far as there are any.
report::ReportData with_published(std::vector<report::ResultEntry> results);

/// Writes the report as a page to `file` and, where that shows published figures, those beside it as published.tsv.
void write_page(const report::ReportData& data, const std::filesystem::path& file);

}  // namespace heed::cli
