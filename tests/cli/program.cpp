#include "cli/program.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <map>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testing/testing.h"

namespace heed::testing {

namespace fs = std::filesystem;

namespace {

/// A pipe whose ends are closed at the latest when it goes.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void close_read() { shut(ends_[0]); }
  void close_write() { shut(ends_[1]); }

 private:
  static void shut(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
  std::array<int, 2> ends_{};
};

void allow_cores(int cores) {
  cpu_set_t allowed, some;
  sched_getaffinity(0, sizeof allowed, &allowed);
  CPU_ZERO(&some);
  for (int core = 0; core < CPU_SETSIZE && cores > 0; ++core)
    if (CPU_ISSET(core, &allowed)) {
      CPU_SET(core, &some);
      --cores;
    }
  sched_setaffinity(0, sizeof some, &some);
}

/// What execve() takes: pointers to the texts, and nullptr behind them.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// The test's own environment, with the tables of this project and what the surroundings change.
std::vector<std::string> environment_in(const Surroundings& surroundings) {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t sign = text.find('=');
    if (sign != std::string_view::npos) variables.emplace(text.substr(0, sign), text.substr(sign + 1));
  }
  variables["HEED_DATA"] = (source_dir() / "data").string();
  for (const auto& [name, value] : surroundings.environment) variables[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(name + "=" + value);
  return entries;
}

/// What becomes the program: never returns. It allocates nothing: at the fork, a thread of a test's server may hold
/// the heap's lock, which then nobody gives back.
[[noreturn]] void become_heed(const std::vector<char*>& arguments, const std::vector<char*>& environment,
                              const Surroundings& surroundings, const Pipe& in, const Pipe& out, const Pipe& err) {
  dup2(in.read_end(), STDIN_FILENO);
  dup2(surroundings.out_to.empty() ? out.write_end() : open(surroundings.out_to.c_str(), O_WRONLY | O_CLOEXEC),
       STDOUT_FILENO);
  dup2(err.write_end(), STDERR_FILENO);
  if (surroundings.cores > 0) allow_cores(surroundings.cores);
  if (surroundings.largest_file > 0) {
    const auto bytes = static_cast<rlim_t>(surroundings.largest_file);
    const rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  std::signal(SIGPIPE, SIG_DFL);
  execve(HEED_PROGRAM, arguments.data(), environment.data());
  _exit(127);
}

/// Reads what has come; closes the pipe at its end.
void take(Pipe& pipe, std::string& into) {
  std::array<char, 1 << 16> block;
  const ssize_t got = read(pipe.read_end(), block.data(), block.size());
  if (got > 0)
    into.append(block.data(), static_cast<std::size_t>(got));
  else
    pipe.close_read();
}

/// Writes what fits; closes the pipe when all is written, or when nobody reads on.
void give(Pipe& pipe, std::string_view& rest) {
  const ssize_t put = write(pipe.write_end(), rest.data(), std::min<std::size_t>(rest.size(), 4096));
  if (put > 0) rest.remove_prefix(static_cast<std::size_t>(put));
  if (put < 0 || rest.empty()) pipe.close_write();
}

/// Sends a child its signal when it is time, once.
class Alarm {
 public:
  Alarm(pid_t child, const Surroundings& surroundings)
      : child_(child),
        signal_(surroundings.signal),
        when_(std::chrono::steady_clock::now() + surroundings.signal_after),
        is_set_(surroundings.signal_after.count() > 0) {}

  /// How long poll() may wait, in ms; -1: for ever.
  int patience() {
    if (!is_set_) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(when_ - std::chrono::steady_clock::now());
    if (left.count() > 0) return static_cast<int>(left.count());
    kill(child_, signal_);
    is_set_ = false;
    return -1;
  }

 private:
  pid_t child_;
  int signal_;
  std::chrono::steady_clock::time_point when_;
  bool is_set_;
};

}  // namespace

std::string program() {
  return HEED_PROGRAM;
}

Outcome heed(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  std::vector<std::string> words = {"heed"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const std::vector<char*> pointers = pointers_to(words);
  std::vector<std::string> variables = environment_in(surroundings);
  const std::vector<char*> environment = pointers_to(variables);
  std::signal(SIGPIPE, SIG_IGN);  // a program that refuses does not read its input to the end

  Pipe in, out, err;
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) become_heed(pointers, environment, surroundings, in, out, err);
  in.close_read();
  out.close_write();
  err.close_write();

  Alarm alarm(child, surroundings);
  Outcome outcome;
  std::string_view rest = surroundings.input;
  if (rest.empty()) in.close_write();
  while (in.write_end() >= 0 || out.read_end() >= 0 || err.read_end() >= 0) {
    std::array<pollfd, 3> ends = {
        {{in.write_end(), POLLOUT, 0}, {out.read_end(), POLLIN, 0}, {err.read_end(), POLLIN, 0}}};
    if (poll(ends.data(), ends.size(), alarm.patience()) <= 0) continue;
    if (ends[0].revents != 0) give(in, rest);
    if (ends[1].revents != 0) take(out, outcome.out);
    if (ends[2].revents != 0) take(err, outcome.err);
  }
  int status = 0;
  waitpid(child, &status, 0);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

::testing::AssertionResult refused(const Outcome& outcome, int code, std::string_view part) {
  const auto all = [&] {
    return ::testing::AssertionFailure() << "exit code " << outcome.code << "\nstdout: " << outcome.out.substr(0, 500)
                                         << "\nstderr: " << outcome.err << "\n";
  };
  if (outcome.code != code) return all() << "the exit code is not " << code;
  if (!outcome.out.empty()) return all() << "something is on stdout";
  if (std::count(outcome.err.begin(), outcome.err.end(), '\n') != 1 || !outcome.err.ends_with('\n'))
    return all() << "stderr is not one line";
  if (!outcome.err.starts_with("heed: ")) return all() << "stderr does not begin with `heed: `";
  if (outcome.err.find(part) == std::string::npos) return all() << "stderr does not say: " << part;
  return ::testing::AssertionSuccess();
}

::testing::AssertionResult succeeded(const Outcome& outcome) {
  if (outcome.code == 0 && !outcome.out.empty()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "exit code " << outcome.code << ", " << outcome.out.size()
                                       << " bytes on stdout\nstderr: " << outcome.err;
}

nlohmann::json json_of(const Outcome& outcome) {
  EXPECT_TRUE(succeeded(outcome));
  auto json = nlohmann::json::parse(outcome.out, nullptr, false);
  if (!json.is_discarded()) return json;
  ADD_FAILURE() << "is no JSON: " << outcome.out.substr(0, 500);
  return nullptr;
}

std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory()) files.push_back(fs::relative(entry.path(), folder).string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace heed::testing
