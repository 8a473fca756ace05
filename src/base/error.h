#pragma once

#include <stdexcept>
#include <string>

namespace heed::base {

/// The person's input is wrong: a file, a flag, a request. Thrown where it is noticed, with the complete sentence for
/// the person who reads it (`run.txt:2: score is not a finite number`). Exit code 65.
class BadInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The command line is wrong: an unknown name, two flags that exclude each other. Exit code 64.
class BadUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A service that is needed cannot be used now: it does not answer, or fails. Exit code 69.
class Unavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// We are wrong. Exit code 70.
class Bug : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws Bug, naming the caller's file and line, unless `holds`. On in release builds.
void check(bool holds, const char* file = __builtin_FILE(), int line = __builtin_LINE());

/// `count` with its noun: "1 query", "2 queries".
std::string counted(long count, const std::string& one, const std::string& many);

}  // namespace heed::base
