#include "infer/load_engine.h"

#include <cstdlib>

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

/// OpenBLAS knows processors by their numbers, and multiplies on those that are newer than itself with what all of them
/// can (SSE3: on an Emerald Rapids, Debian 12's took three times as long). So what the processor can do is told to it
/// before it is loaded, unless the user has said what it is to take.
void choose_float32_products() {
#if defined(__x86_64__)
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (has_avx2) setenv("OPENBLAS_CORETYPE", has_avx512 ? "SKYLAKEX" : "HASWELL", 0);
#endif
}

template <class Entry>
auto open_with_products(const base::Library& library) {
  choose_float32_products();
  return base::open_library<Entry>(library);
}

}  // namespace

const Engine& load_engine() {
  static const Engine* const engine =
      open_with_products<EngineEntry>({"libheed_engine.so", "heed_engine", "the engine that runs models", kHow});
  return *engine;
}

const VectorIndexes& load_vector_indexes() {
  static const VectorIndexes* const indexes = base::open_library<VectorIndexesEntry>(
      {"libheed_neighbours.so", "heed_neighbours", "the library that finds near vectors", kHow});
  return *indexes;
}

}  // namespace heed::infer
