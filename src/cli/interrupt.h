#pragma once

namespace heed::cli {

/// The person asked to stop, and what was under way is finished and kept. Exit code 130, as shells have it.
class Interrupted {};

/// From the first one on, while one lives: a first Ctrl-C (or SIGTERM) is remembered, a second ends the process at
/// once.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
};

/// Throws Interrupted where the person has asked while an InterruptWatch lives. To be called where nothing is lost.
void check_interrupt();

}  // namespace heed::cli
