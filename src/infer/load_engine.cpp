#include "infer/load_engine.h"

#include <dlfcn.h>

#include "base/library.h"

namespace heed::infer {

namespace {

/// The engine's own libraries come before ours: libsentencepiece brings parts of another protobuf than libtorch's. (The
/// address sanitizer cannot work with that.)
#if defined(__SANITIZE_ADDRESS__)
constexpr int kHow = 0;
#else
constexpr int kHow = RTLD_DEEPBIND;
#endif

}  // namespace

const Engine& load_engine() {
  static const Engine* const engine =
      base::open_library<EngineEntry>({"libheed_engine.so", "heed_engine", "the engine that runs models", kHow});
  return *engine;
}

const VectorIndexes& load_vector_indexes() {
  static const VectorIndexes* const indexes = base::open_library<VectorIndexesEntry>(
      {"libheed_neighbours.so", "heed_neighbours", "the library that finds near vectors", kHow});
  return *indexes;
}

}  // namespace heed::infer
