#include "cli/transfer.h"

#include <algorithm>
#include <cstdio>

#include <unistd.h>

#include "cli/terminal.h"

namespace heed::cli {

using std::chrono::duration;
using std::chrono::milliseconds;

namespace {

constexpr const char* kEraseLine = "\r\033[K";

std::string one_decimal(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string time_text(double seconds) {
  const long whole = static_cast<long>(seconds + 0.5);
  if (whole < 100) return std::to_string(whole) + " s";
  if (whole < 6000) return std::to_string((whole + 30) / 60) + " min";
  return one_decimal(static_cast<double>(whole) / 3600) + " h";
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  constexpr const char* kUnits[] = {"bytes", "kB", "MB", "GB", "TB"};
  while (value >= 999.95 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return one_decimal(value) + " " + kUnits[unit];
}

Transfer::Transfer(std::string what, std::uint64_t total)
    : what_(std::move(what)), total_(total), is_terminal_(isatty(STDERR_FILENO) != 0) {}

Transfer::~Transfer() {
  if (has_line_) std::fputs(kEraseLine, stderr);
}

void Transfer::begin(const std::string& file, std::uint64_t bytes) {
  file_ = file;
  of_file_ = bytes;
}

void Transfer::update(std::uint64_t bytes) {
  fetched_ += bytes > of_file_ ? bytes - of_file_ : bytes;  // fewer: the file began anew
  of_file_ = bytes;
  if (!is_terminal_) return;
  const auto now = Clock::now();
  if (now - shown_ < milliseconds(200)) return;
  shown_ = now;
  show(now);
}

void Transfer::show(Clock::time_point now) {
  const std::uint64_t here = before_ + of_file_;
  const double seconds = duration<double>(now - started_).count();
  const double rate = seconds > 0 ? static_cast<double>(fetched_) / seconds : 0;
  std::string line = "heed: " + what_ + ": " + file_ + ", " + bytes_text(here) + " of " + bytes_text(total_) + ", " +
                     bytes_text(static_cast<std::uint64_t>(rate)) + "/s";
  if (rate > 0 && total_ > here) line += ", " + time_text(static_cast<double>(total_ - here) / rate) + " left";
  std::fputs((kEraseLine + line).c_str(), stderr);
  has_line_ = true;
}

void Transfer::came(std::uint64_t size) {
  was_there(size);
  if (!is_terminal_) say(what_ + ": " + file_ + ", " + bytes_text(size));
}

void Transfer::was_there(std::uint64_t size) {
  before_ += size;
  of_file_ = 0;
}

void say_below(const std::string& sentence) {
  if (isatty(STDERR_FILENO) != 0) std::fputs(kEraseLine, stderr);
  say(sentence);
}

}  // namespace heed::cli
