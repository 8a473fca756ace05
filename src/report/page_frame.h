#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heed::report {

/// A section of the page, and its line in the list of contents: there the parts of one group stand together.
struct Part {
  std::string id, heading, html;
  std::string group{}, name_in_group{};
};

/// What a page says about itself.
struct PageTexts {
  std::string title, lede, made_by;
};

/// The whole HTML page, which needs nothing from elsewhere: its head with the style, the list of contents, the parts as
/// sections, and the script, without which it still says everything.
std::string page_of(const PageTexts& texts, const std::vector<Part>& parts);

/// What not everybody wants to see at once.
std::string more(std::string_view summary, const std::string& html);

}  // namespace heed::report
