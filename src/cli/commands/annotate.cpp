#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/secret.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "curate/annotation_store.h"
#include "format/fields.h"
#include "serve/annotate_server.h"

namespace heed::cli {

namespace fs = std::filesystem;

namespace {

/// Always the same, so that a browser finds what it kept for a page when the server is started again.
constexpr int kUsualPort = 8750;

struct Options {
  std::string folder;
  std::string host = "127.0.0.1";
  int port = kUsualPort;
  std::string token_file;
  std::string open = "auto";
  bool is_export = false, is_partial = false;
};

/// What is there, or a new token, written where only its owner can read it.
std::string token_of_file(const fs::path& path) {
  if (base::is_there(path)) {
    const std::string content = base::read_file(path);
    std::string token(format::trimmed(content));
    if (token.size() < 32 || token.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      throw base::BadInput(path.string() + ": has no token in it: 32 or more hexadecimal digits");
    return token;
  }
  const std::string token = base::secret(32);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  const std::string line = token + "\n";
  const bool is_written = file >= 0 && write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (file >= 0) close(file);
  if (!is_written) throw base::BadInput(path.string() + ": the token cannot be written there");
  return token;
}

std::string token_of(const Options& options) {
  if (!options.token_file.empty()) return token_of_file(options.token_file);
  return serve::is_loopback(options.host) ? "" : base::secret(32);
}

/// Has the desktop open the page, where there is one: the person sits before it.
void open_in_browser(const std::string& url) {
  const std::string program = "xdg-open";
  std::string words[] = {program, url};
  char* arguments[] = {words[0].data(), words[1].data(), nullptr};
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  sigset_t none;  // the browser is not to wait for signals as we do
  sigemptyset(&none);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigmask(&attributes, &none);
  pid_t child = 0;
  if (posix_spawnp(&child, program.c_str(), &quiet, &attributes, arguments, environ) != 0)
    say("no browser could be opened: open the address yourself");
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&quiet);
}

/// Not by itself where the address has a token: others see the words of a program that is called.
bool is_to_open(const Options& options, const std::string& token) {
  if (options.open != "auto") return options.open == "yes";
  if (!token.empty()) return false;
  const bool has_screen = std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr;
  return has_screen && isatty(STDOUT_FILENO) != 0;
}

void export_annotations(const Options& options) {
  const fs::path folder = options.folder, store = folder / curate::kAnnotationsFile;
  curate::read_curation(folder);  // what is no such folder is said to be none
  if (!base::is_there(store))
    throw base::BadInput(store.string() + ": there is no such file: nothing was annotated in this folder");
  const auto scope = options.is_partial ? curate::ExportScope::kAllThatIsSettled : curate::ExportScope::kCompleteTopics;
  const auto result = curate::write_export(folder, curate::AnnotationStore(store).read(), scope);
  if (result.topics.empty())
    throw base::BadInput(folder.string() + ": nothing is exported: " +
                         (options.is_partial ? "no topic has a final altered instruction"
                                             : "no topic is complete; --partial exports what is settled") +
                         (result.incomplete.empty() ? std::string()
                                                    : " (topic " + result.incomplete.front().first + ": " +
                                                          result.incomplete.front().second + ")"));
  for (const auto& [topic, missing] : result.incomplete)
    say("topic " + topic + " is not complete: " + missing +
        (options.is_partial
             ? ""
             : "; it is not exported, and what the files have of it stays (--partial exports what is settled)"));
  const auto count = base::counted(static_cast<long>(result.topics.size()), "topic", "topics");
  print("wrote " + (folder / curate::kAlterationsFile).string() + " and " +
        (folder / curate::kRejudgmentsFile).string() + " with " + count + "\n");
}

void serve_page(const Options& options) {
  StopSignal stop;
  const std::string token = token_of(options);
  serve::AnnotateServer server({.folder = options.folder, .host = options.host, .port = options.port, .token = token});
  server.start();
  print(server.url() + "\n");
  if (!serve::is_loopback(options.host))
    say("others on the network can reach this page: what they send is not encrypted; whoever has the address above "
        "with its token can read and change everything in it");
  say("every decision is kept in " + (fs::path(options.folder) / curate::kAnnotationsFile).string() +
      "; Ctrl-C stops the server");
  if (is_to_open(options, token)) open_in_browser(server.url());
  stop.wait();
  server.stop();
}

void annotate(const Options& options) {
  if (options.open != "yes" && options.open != "no" && options.open != "auto")
    throw base::BadUsage("--open is yes, no or auto, not " + options.open);
  if (options.host.empty()) throw base::BadUsage("--host is an address to listen at, not empty");
  if (options.is_partial && !options.is_export) throw base::BadUsage("--partial needs --export");
  if (options.is_export)
    export_annotations(options);
  else
    serve_page(options);
}

}  // namespace

void set_up_annotate(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("folder", options->folder, "a benchmark in the making, as heed curate makes it")
      ->type_name("WORK")
      ->required();
  app.add_option("--host", options->host,
                 "the address to listen at [default: 127.0.0.1]; any that others can reach asks for a token")
      ->type_name("ADDRESS");
  app.add_option("--port", options->port, "the port; 0 takes a free one [default: 8750]")
      ->type_name("N")
      ->check(CLI::Range(0, 65535));
  app.add_option("--token-file", options->token_file,
                 "ask for the token in this file, which is made where it is not there")
      ->type_name("FILE");
  app.add_option("--open", options->open,
                 "yes or no: open a browser; auto [default] does where a terminal and a screen are, and no token")
      ->type_name("WHEN");
  app.add_flag("--export", options->is_export, "write what was annotated into the folder, and serve nothing");
  app.add_flag("--partial", options->is_partial, "with --export: also of topics that are not complete");
  app.footer(
      "Serves a page where annotators narrow each topic's instruction, and judge the documents anew that were "
      "relevant\n"
      "under the original one. The first line on stdout is the page's address. Ctrl-C or SIGTERM stops the server, "
      "with\n"
      "exit code 0.\n"
      "  heed annotate work                  the page, for this machine alone\n"
      "  heed annotate work --host 0.0.0.0   for others too: the printed address has a token that lets them in\n"
      "  heed annotate work --export         alterations.jsonl and rejudgments.jsonl, which heed curate export reads\n"
      "One annotator writes a topic's altered instruction and makes it final; then all judge under it, by keyboard: y\n"
      "still relevant, n no longer, u unsure, m a note, j and k next and previous, z back, ? all keys. Where another\n"
      "instruction is made final, what was decided under the one before has to be decided again. The page shows two\n"
      "annotators' agreement (Cohen's kappa), and where they differ someone adjudicates.\n"
      "Every decision is in WORK/annotations.db before the page says so; that file only grows, and the newest "
      "decision\n"
      "counts. A topic is complete when each of its annotators decided each document and each difference is\n"
      "adjudicated. --export writes complete topics, says what the others lack, and keeps what the files have of "
      "them\n"
      "and of those that were never made final here. docs/annotation.md is the guide for annotators.");
  app.callback([options] { annotate(*options); });
}

}  // namespace heed::cli
