#pragma once

#include <string_view>

namespace heed::serve {

/// The annotation page, as it lies in web/: built into the program, so that it needs no file beside it.
extern const std::string_view kAnnotateHtml, kAnnotateCss, kAnnotateJs;

}  // namespace heed::serve
