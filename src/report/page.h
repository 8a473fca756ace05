#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/table.h"

namespace heed::report {

/// A heading with a paragraph and tables below it.
struct Section {
  std::string heading;
  std::vector<std::string> paragraphs;
  std::vector<Table> tables;
};

/// One HTML page that needs no other file and no network. All texts are escaped.
std::string html_page(std::string_view title, std::span<const Section> sections, std::string_view made_by);

}  // namespace heed::report
