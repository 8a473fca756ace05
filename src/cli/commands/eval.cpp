#include <unordered_map>

#include "base/error.h"
#include "base/parallel.h"
#include "bench/json_results.h"
#include "cli/command.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "eval/robustness.h"
#include "format/fields.h"
#include "format/jsonl.h"
#include "format/lines.h"
#include "report/pair_tables.h"
#include "report/trec_eval_format.h"

namespace heed::cli {

using base::BadInput;
using base::BadUsage;
using collection::Judgments;
using collection::Run;
using format::Json;
using report::Format;

namespace {

struct Options {
  std::string qrels, run;
  std::string qrels_og, qrels_changed, run_og, run_changed;
  std::vector<std::string> measures;
  JudgingFlags judging;
  PairFlags pair;
  bool queries = false, all_judged = false, no_summary = false;
  std::string groups;
  std::string format = "text";
};

// ---- one run

/// The values as a table: a row for each measure, or, with -q, for each query and measure.
report::Table value_table(const eval::Evaluation& evaluation, const report::TrecEvalParts& parts) {
  report::Table table;
  table.columns = {{"measure", report::Table::Align::kLeft}, {"query", report::Table::Align::kLeft}, {"value"}};
  const std::string lines = report::trec_eval_lines(evaluation, parts);
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    const auto field = format::split_tabs(std::string_view(lines).substr(begin, end - begin));
    table.rows.push_back({std::string(format::trimmed(field[0])), std::string(field[1]), std::string(field[2])});
    begin = end + 1;
  }
  return table;
}

Json run_json(const eval::Evaluation& evaluation) {
  Json json;
  json["heed_version"] = HEED_VERSION;
  json["run"] = evaluation.run_tag;
  json["queries"] = evaluation.queries.size();
  json["summary"] = bench::summary_json(evaluation);
  Json queries = Json::object();
  for (std::size_t i = 0; i < evaluation.queries.size(); ++i)
    queries[evaluation.queries[i].query.str()] = bench::query_json(evaluation, i);
  json["per_query"] = std::move(queries);
  return json;
}

/// The group of each query: of JSON lines the field `metadata.origin_query` or what follows [SEP] in `text`; of other
/// lines `query TAB group`.
std::unordered_map<std::string, std::string> read_groups(const std::string& path) {
  std::unordered_map<std::string, std::string> groups;
  format::LineReader lines(path);
  const auto first = lines.peek();
  if (!first) throw BadInput(path + ": there are no groups in it");
  if (format::trimmed(*first).starts_with('{')) {
    format::JsonlReader line(std::move(lines));
    while (line.next()) {
      const auto text = line.text("text");
      const std::size_t separator = text.find("[SEP]");
      std::string group;
      if (const auto origin = line.optional_text_at({"metadata", "origin_query"}))
        group = *origin;
      else if (separator != std::string_view::npos)
        group = format::trimmed(text.substr(separator + 5));
      else
        line.fail("there is neither \"metadata.origin_query\" nor [SEP] in \"text\"");
      if (!groups.emplace(line.id({"_id", "id"}), group).second) line.fail("the query is given twice");
    }
    return groups;
  }
  while (const auto line = lines.next()) {
    const auto field = format::split_tabs(*line);
    if (field.size() != 2)
      lines.fail("a line has 2 fields (query TAB group), this one has " + std::to_string(field.size()));
    if (!groups.emplace(format::trimmed(field[0]), format::trimmed(field[1])).second)
      lines.fail("the query is given twice");
  }
  return groups;
}

/// mteb's groups: the query ids up to their last `_`.
std::unordered_map<std::string, std::string> prefix_groups(const Judgments& judgments) {
  std::unordered_map<std::string, std::string> groups;
  for (const auto& list : judgments.lists()) {
    const std::string id = list.query().str();
    groups.emplace(id, id.substr(0, id.rfind('_')));
  }
  return groups;
}

void judge_robustness(const Options& options) {
  const Format format = parse_format(options.format);
  const Judgments judgments = collection::read_judgments(options.qrels);
  const Run run = eval::without_own_documents(collection::read_run(options.run));
  const std::vector<std::string> request = {"ndcg_cut.10"};
  eval::JudgingOptions judging = judging_options(options.judging);
  judging.all_judged_queries = options.all_judged;
  const auto evaluation = eval::evaluate(judgments, run, eval::select_measures(request), judging, threads());
  const auto result = eval::robustness(
      evaluation, 0, options.groups == "prefix" ? prefix_groups(judgments) : read_groups(options.groups));
  say_all(judgments.notes);
  say_all(run.notes);
  say_all(evaluation.notes);
  if (format == Format::kJson) {
    Json json = {{"run", run.tag},
                 {"robustness_10", result.value},
                 {"ndcg_cut_10", evaluation.summary[0]},
                 {"queries", evaluation.queries.size()},
                 {"groups", Json::object()}};
    for (const auto& group : result.groups)
      json["groups"][group.name] = {{"queries", group.queries}, {"worst", group.worst}};
    return print(bench::json_text(json));
  }
  report::Table table;
  table.columns = {{"measure", report::Table::Align::kLeft}, {"value"}};
  table.rows = {{"Robustness@10", report::percent(result.value)}, {"nDCG@10", report::percent(evaluation.summary[0])}};
  table.remarks = {"Over " + base::counted(static_cast<long>(result.groups.size()), "group", "groups") + " of " +
                   base::counted(static_cast<long>(evaluation.queries.size()), "query", "queries") +
                   ": the worst nDCG@10 of each group, averaged; x100."};
  print(render(table, format));
  if (!options.queries) return;
  report::Table groups;
  groups.columns = {{"group", report::Table::Align::kLeft}, {"queries"}, {"worst nDCG@10"}};
  for (const auto& group : result.groups)
    groups.rows.push_back({group.name, std::to_string(group.queries), report::percent(group.worst)});
  print("\n" + render(groups, format));
}

void judge_run(const Options& options) {
  const auto requests = options.measures.empty() ? std::vector<std::string>{"official"} : options.measures;
  const auto measures = eval::select_measures(requests);
  const Format format = parse_format(options.format);
  eval::JudgingOptions judging = judging_options(options.judging);
  judging.all_judged_queries = options.all_judged;
  Judgments judgments;
  Run run;
  base::parallel_for(2, threads(), [&](int, std::size_t i) {  // the two files are the larger part of the work
    if (i == 0)
      judgments = collection::read_judgments(options.qrels);
    else
      run = collection::read_run(options.run);
  });
  const auto evaluation = eval::evaluate(judgments, run, measures, judging, threads());
  say_all(judgments.notes);
  say_all(run.notes);
  say_all(evaluation.notes);
  const report::TrecEvalParts parts{options.queries, !options.no_summary};
  if (format == Format::kJson) return print(bench::json_text(run_json(evaluation)));
  print(format == Format::kText ? report::trec_eval_lines(evaluation, parts)
                                : render(value_table(evaluation, parts), format));
}

// ---- a pair of runs

/// The last value that each query has as a number; empty where there is none.
std::string last_number(const eval::Evaluation& evaluation) {
  for (auto column = evaluation.columns.rbegin(); column != evaluation.columns.rend(); ++column)
    if (column->measure->shown == eval::Shown::kEverywhere) return column->name;
  return "";
}

void judge_pair(const Options& options) {
  const auto measures = pair_measures(options.measures);
  const Format format = parse_format(options.format);
  const eval::PairOptions judging = pair_options(options.pair, options.judging);
  const Judgments judgments_og = collection::read_judgments(options.qrels_og);
  const Judgments judgments_changed = collection::read_judgments(options.qrels_changed);
  const Run run_og = collection::read_run(options.run_og), run_changed = collection::read_run(options.run_changed);
  const auto pair = eval::evaluate_pair({judgments_og, judgments_changed, run_og, run_changed}, measures, judging);
  for (const auto* const notes :
       {&judgments_og.notes, &judgments_changed.notes, &run_og.notes, &run_changed.notes, &pair.notes})
    say_all(*notes);
  if (format == Format::kJson) {
    Json json = bench::pair_json(pair);
    json["heed_version"] = HEED_VERSION;
    return print(bench::json_text(json));
  }
  report::Table table = report::measure_table(pair);
  table.title = report::p_mrr_sentence(pair) + "\n" + report::ties_sentence(pair);
  table.remarks = {
      "x100. og, changed: each run with its own judgments. paper: the pairing of the published tables, each run "
      "with the other's judgments."};
  if (format == Format::kTsv)  // has no title, so what that says is rows
    for (const auto& [name, value] : {std::pair("p_mrr", pair.p_mrr),
                                      {"p_mrr_low", pair.p_mrr_interval.low},
                                      {"p_mrr_high", pair.p_mrr_interval.high}})
      table.rows.push_back({name, report::signed_percent(value), "", "", ""});
  std::string text = render(table, format);
  if (const auto name = last_number(pair.og); options.queries && !name.empty())
    text += "\n" + render(report::query_table(pair, name), format);
  print(text);
}

/// Refuses the flags of one kind of judging where the other was asked.
void check_flags(const CLI::App& app, const Options& options, bool is_pair) {
  const auto refuse = [&](std::initializer_list<const char*> flags, const char* why) {
    for (const char* const flag : flags)
      if (app.count(flag) > 0) throw BadUsage(std::string(flag) + " " + why);
  };
  if (is_pair)
    refuse({"-c", "-n", "--groups"}, "goes with a single run; a pair of runs has --missing");
  else
    refuse({"--ties", "--missing", "--seed", "--resamples"}, "goes with a pair of runs");
  if (!options.groups.empty()) refuse({"-m", "-n"}, "does not go with --groups, which judges by nDCG@10");
}

void judge(const CLI::App& app, const Options& options) {
  const bool any_pair = !options.qrels_og.empty() || !options.qrels_changed.empty() || !options.run_og.empty() ||
                        !options.run_changed.empty();
  const bool any_single = !options.qrels.empty() || !options.run.empty();
  if (any_pair && any_single) throw BadUsage("give either --qrels and --run, or the four files of a pair");
  if (any_pair) {
    if (options.qrels_og.empty() || options.qrels_changed.empty() || options.run_og.empty() ||
        options.run_changed.empty())
      throw BadUsage("a pair needs all of --qrels-og, --qrels-changed, --run-og and --run-changed");
    check_flags(app, options, true);
    return judge_pair(options);
  }
  if (options.qrels.empty() || options.run.empty())
    throw BadUsage("give the judgments and the run: heed eval QRELS RUN");
  if (options.qrels == "-" && options.run == "-") throw BadUsage("only one of the two files can be standard input");
  check_flags(app, options, false);
  options.groups.empty() ? judge_run(options) : judge_robustness(options);
}

}  // namespace

void set_up_eval(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--qrels,qrels", options->qrels,
                 "judgments: TREC qrels, BEIR TSV or JSON lines, packed or not; - is standard input")
      ->type_name("FILE");
  app.add_option("--run,run", options->run, "a TREC run: query iter docno rank score tag")->type_name("FILE");
  app.add_flag("-q,--queries", options->queries, "also each query's values");
  app.add_flag("-n,--no-summary", options->no_summary, "no values over all queries");
  app.add_flag("-c,--all-judged", options->all_judged,
               "average over all judged queries: one that the run lacks found nothing");
  add_measures(app, options->measures, "official; for a pair recip_rank, P_10, recall_100, nDCG@5, 10, 20, MAP@1000");
  add_judging(app, options->judging);
  app.add_option(
         "--groups", options->groups,
         "Robustness@10 (InstructIR): FILE names each query's group, as JSON lines (metadata.origin_query, or the part "
         "of text after [SEP]) or `query TAB group`; prefix takes the query ids up to their last _")
      ->type_name("FILE|prefix");
  app.add_option("--qrels-og", options->qrels_og, "judgments under the original instruction")
      ->type_name("FILE")
      ->group("A pair of runs");
  app.add_option("--qrels-changed", options->qrels_changed, "judgments under the altered instruction")
      ->type_name("FILE")
      ->group("A pair of runs");
  app.add_option("--run-og", options->run_og, "the run under the original instruction")
      ->type_name("FILE")
      ->group("A pair of runs");
  app.add_option("--run-changed", options->run_changed, "the run under the altered instruction")
      ->type_name("FILE")
      ->group("A pair of runs");
  add_ties(app, options->pair);
  add_missing(app, options->pair);
  add_bootstrap(app, options->pair);
  add_format(app, options->format);
  app.footer(
      "One run: prints what trec_eval prints, byte for byte.\n"
      "  heed eval qrels.txt run.txt -q -m all_trec\n"
      "A pair: p-MRR with its bootstrap interval (x100; positive: documents that the altered instruction excludes "
      "sink), and\n"
      "the measures of both runs, with their own judgments and with the crossed ones of the published tables.\n"
      "  heed eval --qrels-og og.txt --qrels-changed changed.txt --run-og og.run --run-changed changed.run\n"
      "What is passed over (comments, queries without judgments) is counted on stderr. docs/measures.md has the "
      "formulas.");
  app.callback([options, &app] { judge(app, *options); });
}

}  // namespace heed::cli
