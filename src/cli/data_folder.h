#pragma once

#include <filesystem>

namespace heed::cli {

/// The folder of the collections that come with heed: $HEED_DATA where that is set, else where heed was installed, else
/// where it was built. Throws BadInput where there is none.
std::filesystem::path data_folder();

}  // namespace heed::cli
