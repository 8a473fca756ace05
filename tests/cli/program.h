#pragma once

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace heed::testing {

/// How a run of the program ended: what it said, and its exit code. A signal gives 128 and its number, as shells do.
struct Outcome {
  int code = 0;
  std::string out, err;
};

/// What surrounds a run of the program.
struct Surroundings {
  std::string input{};                               ///< what it finds on standard input, through a pipe
  std::map<std::string, std::string> environment{};  ///< beside what the tests have; HEED_DATA is the project's data
  std::string out_to{};                       ///< a file to open as its standard output; Outcome::out is empty then
  int cores = 0;                              ///< how many cores it may use; 0: as many as the tests
  std::chrono::milliseconds signal_after{0};  ///< when it gets `signal`; 0: never
  int signal = SIGKILL;
  long largest_file = 0;  ///< bytes that a file of its may have (a full disk, as far as it can tell); 0: any
};

/// Where heed is, for a script that runs it.
std::string program();

/// Runs heed, as a shell would, and waits for its end.
Outcome heed(const std::vector<std::string>& arguments, const Surroundings& surroundings = {});

/// Whether the program refused: this exit code, nothing on stdout, and on stderr one line, which begins with `heed: `
/// and has `part` in it.
::testing::AssertionResult refused(const Outcome& outcome, int code, std::string_view part = "");

/// Whether the program ended well, with something on stdout.
::testing::AssertionResult succeeded(const Outcome& outcome);

/// stdout as JSON; fails the test, and gives null, where it is none.
nlohmann::json json_of(const Outcome& outcome);

/// The files below a folder, as paths relative to it, sorted.
std::vector<std::string> files_below(const std::filesystem::path& folder);

}  // namespace heed::testing
