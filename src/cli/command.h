#pragma once

#include <span>
#include <string_view>

#include <CLI/CLI.hpp>

namespace heed::cli {

/// A word after `heed`.
struct Command {
  std::string_view name;
  std::string_view explanation;  ///< one line, for the list of commands
  /// Adds the command's options and what it does to its part of the command line.
  void (*set_up)(CLI::App& app);
};

/// All commands, in the order of the help.
std::span<const Command> commands();

void set_up_eval(CLI::App& app);
void set_up_bench(CLI::App& app);
void set_up_demo(CLI::App& app);
void set_up_compare(CLI::App& app);
void set_up_explain(CLI::App& app);
void set_up_report(CLI::App& app);
void set_up_inspect(CLI::App& app);
void set_up_index(CLI::App& app);
void set_up_search(CLI::App& app);
void set_up_score(CLI::App& app);
void set_up_encode(CLI::App& app);
void set_up_tokenize(CLI::App& app);
void set_up_shorten(CLI::App& app);
void set_up_curate(CLI::App& app);
void set_up_merge(CLI::App& app);
void set_up_synth(CLI::App& app);
void set_up_filter(CLI::App& app);
void set_up_train(CLI::App& app);
void set_up_models(CLI::App& app);
void set_up_annotate(CLI::App& app);
void set_up_pull(CLI::App& app);
void set_up_help(CLI::App& app);

}  // namespace heed::cli
