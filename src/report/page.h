#pragma once

#include <string>
#include <string_view>

#include "report/model_tables.h"

namespace heed::report {

/// The whole report as one HTML page that needs no other file and no network: the headline table, which a script of the
/// page sorts; charts of score against p-MRR and of what instructions add; the paper's tables 3 and 4 where there are
/// such tasks; each entry's tables; and each topic with a changed judgment, the worst first: both instructions, what
/// was added to them, and where its flipped documents went. Every table and chart names the file that its figures are
/// from. All texts are escaped.
/// `heed_version` is that of the program that writes the page.
std::string report_page(const ReportData& data, std::string_view heed_version);

/// Whether the page has published figures, and so names data.published_file.
bool shows_published(const ReportData& data);

}  // namespace heed::report
