#pragma once

namespace heed::recipe {

/// What a judgment says of a document: whether it answers the need.
enum class Label { kFalse, kTrue };

}  // namespace heed::recipe
