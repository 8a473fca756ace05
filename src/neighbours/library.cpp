#include <string_view>

#include "infer/load_engine.h"
#include "neighbours/faiss_index.h"

extern "C" __attribute__((visibility("default"))) const heed::infer::VectorIndexes* heed_neighbours(
    const char* version) {
  static const heed::neighbours::FaissIndexes indexes;
  return std::string_view(version) == HEED_VERSION ? &indexes : nullptr;
}
