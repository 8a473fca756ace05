#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <sched.h>

#include "base/error.h"

namespace heed::base {

int usable_cores() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void parallel_for(std::size_t count, int threads, const std::function<void(int, std::size_t)>& work) {
  check(threads >= 1);
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::size_t failed_item = count;
  std::mutex failure_lock;
  const auto run = [&](int worker) {
    for (std::size_t item = next++; item < count; item = next++) {
      try {
        work(worker, item);
      } catch (...) {
        const std::lock_guard lock(failure_lock);
        if (item < failed_item) {
          failed_item = item;
          failure = std::current_exception();
        }
        next = count;
      }
    }
  };
  const int further = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(threads), count)) - 1;
  {
    std::vector<std::jthread> others;
    for (int worker = 1; worker <= further; ++worker) others.emplace_back(run, worker);
    run(0);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace heed::base
