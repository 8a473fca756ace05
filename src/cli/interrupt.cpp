#include "cli/interrupt.h"

#include <atomic>
#include <csignal>
#include <string_view>

#include <unistd.h>

namespace heed::cli {

namespace {

std::atomic<int> asked = 0;  // set by whichever thread takes the signal
static_assert(std::atomic<int>::is_always_lock_free);

/// The handler is gone after one call (SA_RESETHAND): the next signal ends the process.
void remember(int) {
  asked = 1;
  constexpr std::string_view kSentence = "\nheed: finishing the batch under way; once more to stop at once\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kSentence.data(), kSentence.size());
}

void watch(int signal) {
  struct sigaction current {};
  sigaction(signal, nullptr, &current);
  if (current.sa_handler == SIG_IGN) return;  // as nohup wants it
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigaction(signal, &action, nullptr);
}

void leave(int signal) {
  struct sigaction current {};
  sigaction(signal, nullptr, &current);
  if (current.sa_handler == remember) std::signal(signal, SIG_DFL);
}

}  // namespace

InterruptWatch::InterruptWatch() {
  asked = 0;
  watch(SIGINT);
  watch(SIGTERM);
}

InterruptWatch::~InterruptWatch() {
  leave(SIGINT);
  leave(SIGTERM);
  asked = 0;
}

StopSignal::StopSignal() {
  sigemptyset(&waited_for_);
  sigaddset(&waited_for_, SIGTERM);
  struct sigaction current {};
  sigaction(SIGINT, nullptr, &current);
  if (current.sa_handler != SIG_IGN) sigaddset(&waited_for_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &waited_for_, &before_);
}

StopSignal::~StopSignal() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void StopSignal::wait() {
  int signal = 0;
  sigwait(&waited_for_, &signal);
  pthread_sigmask(SIG_UNBLOCK, &waited_for_, nullptr);
}

void check_interrupt() {
  if (asked != 0) throw Interrupted();
}

}  // namespace heed::cli
