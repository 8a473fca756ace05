#pragma once

#include <csignal>
#include <string>

namespace heed::cli {

/// The person asked to stop, and what was under way is finished. Exit code 130, as shells have it.
struct Interrupted {
  /// What is told.
  std::string sentence = "stopped; what was computed is kept, and the same command goes on from there";
};

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

/// For a command that works until it is told to stop. From its making on, Ctrl-C (unless it is ignored, as nohup and
/// shells in the background want it) and SIGTERM wait for wait(): to be made before any thread is.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// Returns once the person has asked to stop. From then on such a signal ends the process at once.
  void wait();

 private:
  sigset_t waited_for_{};
  sigset_t before_{};
};

}  // namespace heed::cli
