#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/table.h"

namespace heed::report {

/// The text as HTML shows it: markup escaped, a line break as <br>; control characters and what is no valid UTF-8 as
/// U+FFFD.
std::string escaped(std::string_view text);

using Attributes = std::vector<std::pair<std::string_view, std::string>>;

/// `<name attributes>`, the values escaped.
std::string open_tag(std::string_view name, const Attributes& attributes = {});

/// An element whose content is HTML already.
std::string element_of(std::string_view name, std::string_view html, const Attributes& attributes = {});

/// An element whose content is a text.
std::string element(std::string_view name, std::string_view text, const Attributes& attributes = {});

/// The number as it is set in print: a minus sign in place of the hyphen before it.
std::string typeset(std::string number);

/// A table in a box that scrolls where the page is narrow, its remarks below it.
std::string html_table(const Table& table);

/// The opening tag of such a box, which a keyboard can scroll. `label` says what is in it.
std::string scroll_box(std::string_view label);

/// A link to a file beside the page, by its path relative to it.
std::string file_link(std::string_view path);

}  // namespace heed::report
