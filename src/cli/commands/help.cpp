#include <array>

#include "base/error.h"
#include "bench/task.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "collection/dataset.h"
#include "eval/measure.h"
#include "report/table.h"

namespace heed::cli {

namespace {

using Align = report::Table::Align;

report::Table two_columns(std::string title, std::string name) {
  report::Table table;
  table.title = std::move(title);
  table.columns = {{std::move(name), Align::kLeft}, {"", Align::kLeft}};
  return table;
}

void print_measures() {
  report::Table table;
  table.title = "The measures of heed eval, named and computed as by trec_eval 10";
  table.columns = {{"measure", Align::kLeft}, {"parameters", Align::kLeft}, {"", Align::kLeft}};
  for (const eval::Measure& measure : eval::measures())
    table.rows.push_back({std::string(measure.name), std::string(measure.defaults), std::string(measure.explanation)});
  table.remarks = {
      "Parameters follow a dot: -m P.5,10  -m ndcg.1=3,2=9  -m set_F.0.5  -m rbp.p=0.8. Those shown are the defaults.",
      "p-MRR belongs to a pair of runs, Robustness@10 to --groups: heed help eval. Formulas: docs/measures.md."};
  report::Table sets = two_columns("", "set");
  for (const eval::MeasureSet& set : eval::measure_sets()) {
    std::string members;
    if (set.members.size() < eval::measures().size())
      for (const std::string_view member : set.members) members += (members.empty() ? ": " : " ") + std::string(member);
    sets.rows.push_back({std::string(set.name), std::string(set.explanation) + members});
  }
  print(render(table, report::Format::kText) + "\n" + render(sets, report::Format::kText));
}

void print_recipes() {
  report::Table table = two_columns("How heed bench judges (--recipe)", "recipe");
  for (const auto& recipe : bench::recipes())
    table.rows.push_back({std::string(recipe.name), std::string(recipe.explanation)});
  table.remarks = {
      "A model of the paper is also run so: prompt, truncation, pooling as its authors document them, or as the paper "
      "had them. heed models NAME shows both; docs/recipes.md says what each difference moves."};
  print(render(table, report::Format::kText));
}

void print_layouts() {
  report::Table table =
      two_columns("The layouts of instruction benchmarks that heed reads (any file may be gzipped)", "layout");
  for (const auto& layout : collection::layouts())
    table.rows.push_back({std::string(layout.name), std::string(layout.explanation)});
  table.remarks = {"docs/formats.md has every file and field."};
  print(render(table, report::Format::kText));
}

void print_arms() {
  report::Table table = two_columns("What goes with the query (--arms)", "arm");
  for (const auto& arm : collection::kArms) table.rows.push_back({std::string(arm.name), std::string(arm.explanation)});
  print(render(table, report::Format::kText));
}

struct Topic {
  std::string_view name;
  void (*print)();
};
constexpr Topic kTopics[] = {
    {"measures", print_measures}, {"recipes", print_recipes}, {"layouts", print_layouts}, {"arms", print_arms}};

void help(const std::string& what, const CLI::App& root) {
  // App::help() is that of the chosen subcommand; this is the program's own.
  if (what.empty()) return print(root.get_formatter()->make_help(&root, root.get_name(), CLI::AppFormatMode::Normal));
  for (const Topic& topic : kTopics)
    if (topic.name == what) return topic.print();
  for (const Command& command : commands())
    if (command.name == what) return print(root.get_subcommand(what)->help(root.get_name()));
  throw base::BadUsage("there is no help about " + what + "; heed help lists the commands");
}

}  // namespace

void set_up_help(CLI::App& app) {
  const auto what = std::make_shared<std::string>();
  app.add_option("what", *what, "a command, or measures, recipes, layouts, arms")->type_name("WHAT");
  app.callback([what, &app] { help(*what, *app.get_parent()); });
}

}  // namespace heed::cli
