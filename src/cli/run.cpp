#include "cli/run.h"

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>

#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"

namespace heed::cli {

namespace {

enum ExitCode { kOk = 0, kBadUsage = 64, kBadInput = 65, kUnavailable = 69, kBug = 70, kInterrupted = 130 };

/// Where CLI11 found the command line wrong, and how to learn more.
int complain(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "" : " " + chosen.front()->get_name();
  say(std::string(error.what()) + " (heed help" + command + " explains)");
  return kBadUsage;
}

/// Names a word that is no command, where CLI11 would only miss one.
void check_command(int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  if (std::ranges::find(commands(), argv[1], &Command::name) == commands().end())
    throw base::BadUsage(std::string("there is no command ") + argv[1] + "; heed help lists them");
}

/// One heap for all threads, grown in large steps, never given back, and on huge pages where the system has them: a
/// command lives briefly, and of its time a third went into system calls and page faults for memory.
void prepare_memory() {
  constexpr std::size_t kHugePage = 2 << 20, kHeap = 64 << 20;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TOP_PAD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_MMAP_THRESHOLD, 2 * kHeap);
  void* const heap = std::malloc(kHeap);  // address space only: what is not touched takes no memory
  const auto begin = (reinterpret_cast<std::uintptr_t>(heap) + kHugePage - 1) / kHugePage * kHugePage;
  if (heap != nullptr) madvise(reinterpret_cast<void*>(begin), kHeap - kHugePage, MADV_HUGEPAGE);
  std::free(heap);
}

/// A file that grows beyond its limit is a failed write, not a signal; and a stream that the caller closed is empty,
/// not the next file we open.
void prepare_streams() {
  std::signal(SIGXFSZ, SIG_IGN);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) < 0) open("/dev/null", O_RDWR);
}

}  // namespace

int run(int argc, char** argv) {
  prepare_streams();
  prepare_memory();
  CLI::App app("heed: retrieval that follows instructions", "heed");
  app.set_version_flag("--version", "heed " HEED_VERSION);
  app.require_subcommand(1);
  app.footer(
      "heed help COMMAND explains a command; heed help measures lists the measures.\n"
      "Exit codes: 0; 64 wrong usage; 65 wrong input (the message says file, line, what); 69 a needed "
      "service is unavailable; 70 our fault; 130 stopped by Ctrl-C or SIGTERM (what was computed is kept).");
  for (const Command& command : commands())
    command.set_up(*app.add_subcommand(std::string(command.name), std::string(command.explanation)));
  try {
    check_command(argc, argv);
    app.parse(argc, argv);
    return kOk;
  } catch (const CLI::Success& success) {  // --help, --version
    app.exit(success);
    if (std::cout.flush()) return kOk;
    say("standard output: cannot be written");
    return kBadInput;
  } catch (const CLI::ParseError& error) {
    return complain(app, error);
  } catch (const Interrupted& interrupted) {
    say(interrupted.sentence);
    return kInterrupted;
  } catch (const base::BadUsage& error) {
    say(error.what());
    return kBadUsage;
  } catch (const base::BadInput& error) {
    say(error.what());
    return kBadInput;
  } catch (const base::Unavailable& error) {
    say(error.what());
    return kUnavailable;
  } catch (const std::filesystem::filesystem_error& error) {  // a folder that vanished, a place that may not be read
    say(error.what());
    return kBadInput;
  } catch (const std::bad_alloc&) {
    say("the memory is exhausted");
    return kBug;
  } catch (const std::exception& error) {
    say(std::string("this is our fault: ") + error.what());
    return kBug;
  }
}

}  // namespace heed::cli
