#pragma once

#include <filesystem>
#include <optional>

namespace heed::cli {

/// The folder of the collections that come with heed: $HEED_DATA where that is set, else where heed was installed, else
/// where it was built. Throws BadInput where there is none.
std::filesystem::path data_folder();

/// The folder of the published figures that come with heed, in the same places; nothing where there is none.
std::optional<std::filesystem::path> published_folder();

}  // namespace heed::cli
