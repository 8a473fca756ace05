#include "cli/terminal.h"

#include <chrono>
#include <cstdio>

#include <unistd.h>

#include "base/error.h"

namespace heed::cli {

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw base::BadInput("standard output: cannot be written");
}

void say(std::string_view sentence) {
  std::fprintf(stderr, "heed: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
}

void say_all(std::span<const std::string> sentences) {
  for (const std::string& sentence : sentences) say(sentence);
}

void show_progress(long done, long total) {
  using Clock = std::chrono::steady_clock;
  static Clock::time_point last;
  if (isatty(STDERR_FILENO) == 0) return;
  const auto now = Clock::now();
  if (done < total && now - last < std::chrono::milliseconds(200)) return;
  last = now;
  std::fprintf(stderr, "\rheed: scored %ld of %ld%s", done, total, done == total ? "\n" : "");
}

}  // namespace heed::cli
