#pragma once

#include <cstddef>
#include <functional>

namespace heed::base {

/// The cores that this process may use (its affinity, not the machine's count): at least 1.
int usable_cores();

/// Calls work(worker, item) once for each item 0 .. count-1, on `threads` threads; worker is 0 .. threads-1, and each
/// worker runs on one thread. Items are handed out in order, as workers become free. Returns when all are done; an
/// exception ends the handing out, and that of the first item is thrown here, whatever came first in time. REQUIRES:
/// threads >= 1.
void parallel_for(std::size_t count, int threads, const std::function<void(int worker, std::size_t item)>& work);

}  // namespace heed::base
