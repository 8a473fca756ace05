#include "cli/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <unistd.h>

#include "cli/terminal.h"

namespace heed::cli {

namespace {

constexpr auto kOverwriteEvery = std::chrono::milliseconds(200);
constexpr auto kLineEvery = std::chrono::seconds(30);

std::string rate_text(double rate) {
  if (rate >= 10) return grouped(std::lround(rate)) + "/s";
  if (rate >= 0.1) {
    const long tenths = std::lround(rate * 10);
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "/s";
  }
  return grouped(std::lround(rate * 3600)) + "/h";
}

}  // namespace

std::string grouped(long number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string duration_text(double seconds) {
  const long whole = std::lround(std::max(0.0, seconds));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  const long minutes = std::lround(seconds / 60);
  return grouped(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
}

std::string progress_text(const ProgressState& state, std::size_t bar) {
  const long computed = state.done - state.found;
  const double rate = state.seconds > 0 ? static_cast<double>(computed) / state.seconds : 0;
  if (state.total == kUnknownTotal)
    return std::string(state.what) + " " + grouped(state.done) + (rate > 0 ? ", " + rate_text(rate) : "");
  const double share = state.total > 0 ? static_cast<double>(state.done) / static_cast<double>(state.total) : 1;
  std::string text;
  if (bar > 0) {
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(bar));
    text += "[" + std::string(filled, '#') + std::string(bar - filled, '.') + "] ";
  }
  text += std::string(state.what) + " " + grouped(state.done) + " of " + grouped(state.total) + " (" +
          std::to_string(static_cast<int>(share * 100)) + "%)";
  if (rate <= 0) return text;
  text += ", " + rate_text(rate);
  if (state.done < state.total)
    text += ", " + duration_text(static_cast<double>(state.total - state.done) / rate) + " left";
  return text;
}

ProgressView::~ProgressView() {
  end_line();
}

void ProgressView::end_line() {
  if (is_line_open_) std::fputc('\n', stderr);
  is_line_open_ = false;
}

void ProgressView::show(std::string_view what, long done, long total, long found) {
  const auto now = Clock::now();
  const bool is_terminal = isatty(STDERR_FILENO) != 0;
  if (what != what_) {
    end_line();
    what_ = what;
    began_ = now;
    shown_ = is_terminal ? Clock::time_point() : now;
    first_done_ = std::max(found, 0L);
  }
  const std::chrono::duration<double> elapsed = now - began_;
  const ProgressState state{what_, done, total, first_done_, elapsed.count()};
  const bool is_end = total != kUnknownTotal && done >= total;
  if (is_terminal) {
    if (!is_end && now - shown_ < kOverwriteEvery) return;
    shown_ = now;
    std::fprintf(stderr, "\rheed: %s: %s\x1b[K", name_.c_str(), progress_text(state, 24).c_str());
    is_line_open_ = true;
    if (is_end) end_line();
    return;
  }
  if (now - shown_ < kLineEvery) return;
  shown_ = now;
  say(name_ + ": " + progress_text(state));
}

}  // namespace heed::cli
