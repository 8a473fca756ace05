#include "infer/vector_index.h"

#include "base/error.h"

namespace heed::infer {

std::string_view name_of(NeighbourMethod method) {
  for (const NeighbourMethodRow& row : kNeighbourMethods)
    if (row.method == method) return row.name;
  throw base::Bug("a method without a row");
}

}  // namespace heed::infer
