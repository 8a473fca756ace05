#pragma once

#include <string_view>

namespace heed::collection {

/// What a person wants: a query, and an instruction that says what counts (it may be empty). Borrows its characters.
struct Need {
  std::string_view query;
  std::string_view instruction;

  bool operator==(const Need&) const = default;
};

}  // namespace heed::collection
