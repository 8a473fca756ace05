#include <array>

#include "base/error.h"
#include "bench/task.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "collection/dataset.h"
#include "collection/retrieval_layouts.h"
#include "eval/measure.h"
#include "report/table.h"
#include "retrieve/api_shapes.h"

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
  report::Table table = two_columns("The layouts of benchmarks that heed reads (any file may be gzipped)", "layout");
  for (const auto layouts : {collection::layouts(), collection::retrieval_layouts()})
    for (const auto& layout : layouts)
      table.rows.push_back({std::string(layout.name), std::string(layout.explanation)});
  table.remarks = {"docs/formats.md has every file and field."};
  print(render(table, report::Format::kText));
}

void print_arms() {
  report::Table table = two_columns("What goes with the query (--arms)", "arm");
  for (const auto& arm : collection::kArms) table.rows.push_back({std::string(arm.name), std::string(arm.explanation)});
  print(render(table, report::Format::kText));
}

void print_apis() {
  report::Table table;
  table.title = "The APIs of models that a service runs (--api)";
  table.columns = {{"API", Align::kLeft},
                   {"key", Align::kLeft},
                   {"batch", Align::kRight},
                   {"at most", Align::kRight},
                   {"", Align::kLeft}};
  for (const retrieve::ApiShape& shape : retrieve::api_shapes())
    table.rows.push_back({std::string(shape.name), std::string(shape.key_env), std::to_string(shape.batch),
                          std::to_string(shape.most), std::string(shape.explanation)});
  print(render(table, report::Format::kText) + R"(
The server: --url, with or without the path; without it the service's own.
  heed bench --model "OpenAI v3 Large" --data Core17=core17-instructions --out out
  heed bench --api openai-embeddings --url http://localhost:8000 --model intfloat/e5-base-v2 --preset E5-base-v2 ..
  heed bench --api openai-completions --url http://gpu:8000 --model jhu-clsp/FollowIR-7B --preset FollowIR-7B ..
  heed bench --recipe-file remote.json --model mine ..      (docs/recipes.md has its fields)
--preset takes over the texts of a model that heed knows: formats and prompts, or the question and its two answers.

Keys come from the environment alone, and are in no file, message or result. The variable in the table is that of the
service's own address; a key for any other server is sent only where --key-env names its variable. Servers of your own
need none.

Limits: --batch texts a request, --concurrency requests at once, --timeout seconds for an answer. What is refused as too
large is halved. A service that is busy or failing is asked again up to --attempts times, with pauses that grow, or as
long as it asks for (Retry-After). heed bench keeps what was answered: a run that failed goes on where it stood.

heed bench estimates the costs before anything is sent, where --price or the preset says what the service takes: USD per
million tokens, a token taken as four characters, or per thousand searches. Check them against the service's own list.

Exit codes: 69 where a service does not answer, fails, or answers what makes no sense; 65 where it refuses the key, the
model or a text.
)");
}

struct Topic {
  std::string_view name;
  void (*print)();
};
constexpr Topic kTopics[] = {{"measures", print_measures},
                             {"recipes", print_recipes},
                             {"layouts", print_layouts},
                             {"arms", print_arms},
                             {"api", print_apis}};

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
  app.add_option("what", *what, "a command, or measures, recipes, layouts, arms, api")->type_name("WHAT");
  app.callback([what, &app] { help(*what, *app.get_parent()); });
}

}  // namespace heed::cli
