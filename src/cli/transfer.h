#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace heed::cli {

/// "812 bytes", "45.3 MB": thousands, as the Hub counts.
std::string bytes_text(std::uint64_t bytes);

/// Shows on stderr how files come: on a terminal in a line that is written over, with bytes, rate and the time that is
/// left; else in a line for each file.
class Transfer {
 public:
  /// `what` comes before each file's name; `total` is the bytes of all files.
  Transfer(std::string what, std::uint64_t total);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// A file is next, of which so many bytes are here.
  void begin(const std::string& file, std::uint64_t bytes);
  void update(std::uint64_t bytes);
  /// The file is whole, of that size; it came now, or it was there.
  void came(std::uint64_t size);
  void was_there(std::uint64_t size);

 private:
  using Clock = std::chrono::steady_clock;
  void show(Clock::time_point now);

  std::string what_, file_;
  std::uint64_t total_, before_ = 0, of_file_ = 0, fetched_ = 0;
  Clock::time_point started_ = Clock::now(), shown_{};
  bool is_terminal_, has_line_ = false;
};

/// As say(), below a line of a Transfer that may be on the terminal.
void say_below(const std::string& sentence);

}  // namespace heed::cli
