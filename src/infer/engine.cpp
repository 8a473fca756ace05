#include "infer/engine.h"

namespace heed::infer {

std::string name_of(Precision precision) {
  return precision == Precision::kBfloat16 ? "bfloat16" : "float32";
}

Precision native_precision() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bf16")) return Precision::kBfloat16;  // CPUs with AMX have it too
#endif
  return Precision::kFloat32;
}

}  // namespace heed::infer
