#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"

namespace heed::format {

/// A text in memory is not what it should be. Whoever knows where the text stands completes the complaint.
class BadText : public base::BadInput {
 public:
  /// `at`: the byte of the text where that shows.
  BadText(std::size_t at, const std::string& what) : BadInput(what), at_(at) {}
  std::size_t at() const { return at_; }

 private:
  std::size_t at_;
};

}  // namespace heed::format
