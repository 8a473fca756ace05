#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "bench/json_results.h"
#include "cli/command.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "format/fields.h"
#include "report/table.h"

namespace heed::cli {

using base::BadInput;
using base::BadUsage;
using collection::Judgments;
using collection::Run;
using format::Json;

namespace {

struct Options {
  std::string qrels, qrels_og, qrels_changed;
  std::vector<std::string> runs, runs_og, runs_changed;
  std::vector<std::string> measures;
  JudgingFlags judging;
  PairFlags pair;
  std::uint64_t seed = 1;
  int samples = 100000;
  std::size_t topics = 10;
  std::string format = "text";
};

/// One figure of both systems, query by query.
struct Comparison {
  std::string name;
  std::vector<std::string> queries;
  std::vector<double> a, b;
};

struct Systems {
  std::string a, b;  // their names
  std::vector<Comparison> comparisons;
  std::vector<std::string> notes;
};

/// The columns of two evaluations over the queries that both have, in the order of a's.
void add_comparisons(const eval::Evaluation& a, const eval::Evaluation& b, const std::string& suffix,
                     Systems& systems) {
  std::vector<std::pair<std::size_t, std::size_t>> common;
  for (std::size_t i = 0; i < a.queries.size(); ++i) {
    const auto other = std::ranges::lower_bound(b.queries, a.queries[i].query, {}, &eval::QueryEvaluation::query);
    if (other != b.queries.end() && other->query == a.queries[i].query)
      common.emplace_back(i, other - b.queries.begin());
  }
  if (common.empty()) throw BadInput("the two systems have no judged query in common");
  const auto alone = static_cast<long>(a.queries.size() + b.queries.size() - 2 * common.size());
  if (alone > 0)
    systems.notes.push_back(base::counted(alone, "query is", "queries are") + " in one system only: left out" + suffix);
  for (std::size_t column = 0; column < a.columns.size(); ++column) {
    if (a.columns[column].measure->shown != eval::Shown::kEverywhere) continue;
    Comparison comparison{a.columns[column].name + suffix, {}, {}, {}};
    for (const auto& [i, j] : common) {
      comparison.queries.push_back(a.queries[i].query.str());
      comparison.a.push_back(a.queries[i].values[column]);
      comparison.b.push_back(b.queries[j].values[column]);
    }
    systems.comparisons.push_back(std::move(comparison));
  }
}

void name_systems(const Run& a, const Run& b, Systems& systems) {
  systems.a = a.tag;
  systems.b = b.tag == a.tag ? b.tag + " (second)" : b.tag;
}

Systems compare_runs(const Options& options) {
  const Judgments judgments = collection::read_judgments(options.qrels);
  const Run a = collection::read_run(options.runs[0]), b = collection::read_run(options.runs[1]);
  for (const auto* const notes : {&judgments.notes, &a.notes, &b.notes}) say_all(*notes);
  const auto requests = options.measures.empty() ? std::vector<std::string>{"map", "ndcg_cut.5,10"} : options.measures;
  const auto measures = eval::select_measures(requests);
  const auto judging = judging_options(options.judging);
  Systems systems;
  name_systems(a, b, systems);
  const auto judged_a = evaluate(judgments, a, measures, judging, threads()),
             judged_b = evaluate(judgments, b, measures, judging, threads());
  for (const auto* const judged : {&judged_a, &judged_b})
    for (const std::string& note : judged->notes) systems.notes.push_back(judged->run_tag + ": " + note);
  add_comparisons(judged_a, judged_b, "", systems);
  return systems;
}

Systems compare_pairs(const Options& options) {
  const auto pairing = pair_options(options.pair, options.judging);
  const Judgments og = collection::read_judgments(options.qrels_og),
                  changed = collection::read_judgments(options.qrels_changed);
  const Run a_og = collection::read_run(options.runs_og[0]), b_og = collection::read_run(options.runs_og[1]);
  const Run a_changed = collection::read_run(options.runs_changed[0]),
            b_changed = collection::read_run(options.runs_changed[1]);
  for (const auto* const notes :
       {&og.notes, &changed.notes, &a_og.notes, &a_changed.notes, &b_og.notes, &b_changed.notes})
    say_all(*notes);
  const auto requests =
      options.measures.empty() ? std::vector<std::string>{"map_cut.1000", "ndcg_cut.5"} : options.measures;
  const auto measures = eval::select_measures(requests);
  const auto a = evaluate_pair({og, changed, a_og, a_changed}, measures, pairing);
  const auto b = evaluate_pair({og, changed, b_og, b_changed}, measures, pairing);
  Systems systems;
  name_systems(a_og, b_og, systems);
  for (const auto* const notes : {&a.notes, &b.notes})
    systems.notes.insert(systems.notes.end(), notes->begin(), notes->end());
  Comparison p_mrr{"p-MRR", {}, {}, {}};
  for (const eval::QueryObedience& query : a.queries) {
    const auto* const other = b.find(query.query);
    if (query.flipped.empty() || other == nullptr || other->flipped.empty()) continue;
    p_mrr.queries.push_back(query.query.str());
    p_mrr.a.push_back(query.p_mrr);
    p_mrr.b.push_back(other->p_mrr);
  }
  if (p_mrr.queries.empty()) throw BadInput("the two systems have no query with a changed judgment in common");
  systems.comparisons.push_back(std::move(p_mrr));
  add_comparisons(a.og, b.og, " og", systems);
  add_comparisons(a.changed, b.changed, " changed", systems);
  return systems;
}

/// The positions of the queries, the largest difference first, at most `most`.
std::vector<std::size_t> most_different(const Comparison& comparison, std::size_t most) {
  std::vector<std::size_t> order(comparison.queries.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::size_t i) { return std::abs(comparison.a[i] - comparison.b[i]); });
  order.resize(std::min(order.size(), most));
  return order;
}

std::string fixed(const char* form, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), form, value);
  return text.data();
}

void print_tables(const Options& options, const Systems& systems, report::Format format) {
  using Align = report::Table::Align;
  report::Table table;
  table.title = "A: " + systems.a + "   B: " + systems.b;
  table.columns = {{"measure", Align::kLeft}, {"queries"}, {"A"}, {"B"}, {"A - B"}, {"p-value"}};
  for (const Comparison& comparison : systems.comparisons) {
    const auto result = eval::paired_randomization(comparison.a, comparison.b, {options.seed, options.samples});
    table.rows.push_back({comparison.name, std::to_string(comparison.queries.size()),
                          fixed("%.4f", eval::mean(comparison.a)), fixed("%.4f", eval::mean(comparison.b)),
                          fixed("%+.4f", result.difference), fixed("%.4f", result.p_value)});
  }
  table.remarks = {"p-value: paired randomization test, two-sided; all exchanges up to 16 queries, beyond that " +
                   std::to_string(options.samples) + " random ones. It is not corrected for the number of measures."};
  const Comparison& first = systems.comparisons.front();
  report::Table topics;
  topics.title = "The topics that differ most in " + first.name;
  topics.columns = {{"query", Align::kLeft}, {"A"}, {"B"}, {"A - B"}};
  for (const std::size_t i : most_different(first, options.topics))
    topics.rows.push_back({first.queries[i], fixed("%.4f", first.a[i]), fixed("%.4f", first.b[i]),
                           fixed("%+.4f", first.a[i] - first.b[i])});
  print(render(table, format) + "\n" + render(topics, format));
}

void print_json(const Options& options, const Systems& systems) {
  Json json = {{"a", systems.a}, {"b", systems.b}, {"measures", Json::object()}};
  for (const Comparison& comparison : systems.comparisons) {
    const auto result = eval::paired_randomization(comparison.a, comparison.b, {options.seed, options.samples});
    json["measures"][comparison.name] = {
        {"queries", comparison.queries.size()}, {"a", eval::mean(comparison.a)}, {"b", eval::mean(comparison.b)},
        {"difference", result.difference},      {"p_value", result.p_value},     {"exact", result.is_exact}};
  }
  const Comparison& first = systems.comparisons.front();
  json["topics"] = {{"measure", first.name}, {"queries", Json::array()}};
  for (const std::size_t i : most_different(first, options.topics))
    json["topics"]["queries"].push_back(
        {{"query", first.queries[i]}, {"a", first.a[i]}, {"b", first.b[i]}, {"difference", first.a[i] - first.b[i]}});
  print(bench::json_text(json));
}

void compare(const Options& options) {
  const bool is_pair = !options.qrels_og.empty() || !options.qrels_changed.empty() || !options.runs_og.empty() ||
                       !options.runs_changed.empty();
  if (is_pair && (!options.qrels.empty() || !options.runs.empty())) throw BadUsage("give either runs or pairs of runs");
  if (is_pair && (options.qrels_og.empty() || options.qrels_changed.empty() || options.runs_og.size() != 2 ||
                  options.runs_changed.size() != 2))
    throw BadUsage("two pairs need --qrels-og, --qrels-changed, and --run-og and --run-changed twice each");
  if (!is_pair && (options.qrels.empty() || options.runs.size() != 2))
    throw BadUsage("two runs need --qrels, and --run twice");
  const report::Format format = parse_format(options.format);
  const Systems systems = is_pair ? compare_pairs(options) : compare_runs(options);
  if (systems.comparisons.empty()) throw BadUsage("none of the measures has a value for each query");
  say_all(systems.notes);
  format == report::Format::kJson ? print_json(options, systems) : print_tables(options, systems, format);
}

}  // namespace

void set_up_compare(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  const auto two = [&](const char* flag, std::vector<std::string>& files, const char* text) {
    app.add_option(flag, files, text)->type_name("FILE")->allow_extra_args(false);
  };
  app.add_option("--qrels", options->qrels, "judgments, for two runs")->type_name("FILE");
  two("--run", options->runs, "the runs: given twice, A and then B");
  app.add_option("--qrels-og", options->qrels_og, "judgments under the original instruction, for two pairs of runs")
      ->type_name("FILE");
  app.add_option("--qrels-changed", options->qrels_changed, "judgments under the altered instruction")
      ->type_name("FILE");
  two("--run-og", options->runs_og, "the runs under the original instruction: given twice, A and then B");
  two("--run-changed", options->runs_changed, "the runs under the altered instruction: given twice, A and then B");
  add_measures(app, options->measures, "map, nDCG@5, 10; for pairs p-MRR (always), MAP@1000, nDCG@5");
  add_judging(app, options->judging);
  add_ties(app, options->pair);
  add_missing(app, options->pair);
  app.add_option("--seed", options->seed, "seed of the randomization test")
      ->check(CLI::Range(0L, kLargestSeed))
      ->type_name("NUM")
      ->capture_default_str();
  app.add_option("--samples", options->samples, "random exchanges of the test")
      ->type_name("NUM")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str();
  app.add_option("--topics", options->topics, "how many of the topics that differ most to show")
      ->check(CLI::Range(0, 1000000))
      ->type_name("NUM")
      ->capture_default_str();
  add_format(app, options->format);
  app.footer(
      "  heed compare --qrels qrels.txt --run a.run --run b.run -m map -m ndcg_cut.10\n"
      "  heed compare --qrels-og og.txt --qrels-changed changed.txt --run-og a.og.run --run-changed a.changed.run \\\n"
      "               --run-og b.og.run --run-changed b.changed.run");
  app.callback([options] { compare(*options); });
}

}  // namespace heed::cli
