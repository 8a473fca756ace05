#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <malloc.h>
#include <sys/mman.h>

/// What benchmarks that time themselves have in common.
namespace heed::measuring {

/// Of a clock that only goes forward.
inline double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The upper one of two in the middle. REQUIRES: a value.
inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Peak resident memory of this process so far, in bytes; the files that are mapped count.
inline double peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024;
  return 0;
}

/// As heed itself sets up its heap: one for all threads, blocks kept and used again, on huge pages.
inline void prepare_memory() {
  constexpr std::size_t kHugePage = 2 << 20, kHeap = 256 << 20;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_THRESHOLD, 2 * kHeap);
  void* const heap = std::malloc(kHeap);
  const auto begin = (reinterpret_cast<std::uintptr_t>(heap) + kHugePage - 1) / kHugePage * kHugePage;
  madvise(reinterpret_cast<void*>(begin), kHeap - kHugePage, MADV_HUGEPAGE);
  std::free(heap);
}

}  // namespace heed::measuring
