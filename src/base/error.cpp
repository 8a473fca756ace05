#include "base/error.h"

namespace heed::base {

void check(bool holds, std::source_location where) {
  if (holds) return;
  throw Bug(std::string(where.file_name()) + ":" + std::to_string(where.line()) +
            ": a promise between two parts of heed is broken");
}

std::string counted(long count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace heed::base
