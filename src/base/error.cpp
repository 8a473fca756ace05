#include "base/error.h"

namespace heed::base {

void check(bool holds, const char* file, int line) {
  if (holds) return;
  throw Bug(std::string(file) + ":" + std::to_string(line) + ": a promise between two parts of heed is broken");
}

std::string counted(long count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace heed::base
