#include "cli/report_page.h"

#include "base/file.h"
#include "cli/data_folder.h"
#include "report/page.h"

namespace heed::cli {

report::ReportData with_published(std::vector<report::ResultEntry> results) {
  report::ReportData data{.results = std::move(results)};
  if (const auto folder = published_folder()) data.published = report::Published(*folder);
  return data;
}

void write_page(const report::ReportData& data, const std::filesystem::path& file) {
  if (shows_published(data)) base::write_file(file.parent_path() / data.published_file, data.published.text());
  base::write_file(file, report::report_page(data, HEED_VERSION));
}

}  // namespace heed::cli
