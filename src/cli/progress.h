#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace heed::cli {

/// The total of work whose end is not known before it comes.
inline constexpr long kUnknownTotal = -1;

/// How far work is, in whatever it counts.
struct ProgressState {
  std::string_view what;  ///< "scored", "embedded"
  long done = 0, total = 0;
  long found = 0;      ///< of `done`: there before the work began, which says nothing of its speed
  double seconds = 0;  ///< since it began
};

/// "scored 1,200 of 3,606 (33%), 240/s, 10 s left", with a bar of `bar` characters where that is above 0. Time left is
/// given once there is a speed. Without a total: "indexed 1,200, 240/s".
std::string progress_text(const ProgressState& state, std::size_t bar = 0);

/// "41 s", "3 min 20 s", "2 h 5 min".
std::string duration_text(double seconds);

/// A number with commas: 90,000.
std::string grouped(long number);

/// Shows progress on stderr: on a terminal as one line with a bar that is written over, elsewhere as a plain line now
/// and then, so that a log stays readable.
class ProgressView {
 public:
  explicit ProgressView(std::string name) : name_(std::move(name)) {}
  ~ProgressView();
  ProgressView(const ProgressView&) = delete;
  ProgressView& operator=(const ProgressView&) = delete;

  void show(std::string_view what, long done, long total, long found);

 private:
  using Clock = std::chrono::steady_clock;
  void end_line();

  std::string name_;
  std::string what_;
  Clock::time_point began_, shown_;
  long first_done_ = 0;
  bool is_line_open_ = false;
};

}  // namespace heed::cli
