#include <algorithm>

#include "base/error.h"
#include "bench/json_results.h"
#include "cli/command.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "report/explanation.h"

namespace heed::cli {

using base::BadInput;
using base::BadUsage;
using collection::Judgments;
using collection::QueryId;
using collection::Run;

namespace {

struct Options {
  std::string query, data;
  std::string qrels_og, qrels_changed, run_og, run_changed;
  PairFlags pair;
  std::string format = "text";
};

/// The one list of `lists` that the query has; BadInput, naming the file, where there is none.
template <class Lists>
const typename Lists::List& require(const Lists& lists, const std::string& query, const std::string& where) {
  const auto* const list = lists.find(QueryId(query));
  if (list == nullptr) throw BadInput(where + ": there is no query " + query);
  return *list;
}

void explain(const Options& options) {
  const bool has_qrels = !options.qrels_og.empty() && !options.qrels_changed.empty();
  const bool has_part = !options.qrels_og.empty() || !options.qrels_changed.empty();
  if (has_part != has_qrels || has_qrels != options.data.empty())
    throw BadUsage("give the judgments: either --data, or both --qrels-og and --qrels-changed");
  const report::Format format = parse_format(options.format);
  const eval::Ties ties = pair_options(options.pair, {}).ties;
  collection::InstructionDataset data;
  if (has_qrels) {
    data.judgments_og = collection::read_judgments(options.qrels_og);
    data.judgments_changed = collection::read_judgments(options.qrels_changed);
  } else {
    data = collection::read_instruction_dataset(options.data);
  }
  const Run run_og = collection::read_run(options.run_og), run_changed = collection::read_run(options.run_changed);
  for (const auto& notes :
       {data.notes, data.judgments_og.notes, data.judgments_changed.notes, run_og.notes, run_changed.notes})
    say_all(notes);
  const auto& judged_og = require(data.judgments_og, options.query, has_qrels ? options.qrels_og : options.data);
  const auto& judged_changed =
      require(data.judgments_changed, options.query, has_qrels ? options.qrels_changed : options.data);
  const auto& ranked_og = require(run_og, options.query, options.run_og);
  const auto& ranked_changed = require(run_changed, options.query, options.run_changed);
  const auto query = obedience(judged_og, judged_changed, ranked_og, ranked_changed, ties);
  if (query.flipped.empty())
    throw BadInput("query " + options.query + ": no judgment differs between the two instructions");
  if (format == report::Format::kJson) {
    format::Json json = {{"query", options.query}, {"p_mrr", query.p_mrr}, {"flipped", format::Json::array()}};
    for (const auto& document : query.flipped) {
      auto entry = bench::flipped_json(document);
      entry["share"] = document.p_mrr / static_cast<double>(query.flipped.size());
      json["flipped"].push_back(std::move(entry));
    }
    return print(bench::json_text(json));
  }
  report::Texts texts;
  const auto topic = std::ranges::find(data.topics, QueryId(options.query), &collection::InstructionTopic::id);
  if (topic != data.topics.end()) texts = {&data.corpus, &*topic};
  print(render(report::explanation(query, texts), format));
}

}  // namespace

void set_up_explain(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("--query", options->query, "the topic to explain")->type_name("ID")->required();
  app.add_option("--run-og", options->run_og, "the run under the original instruction")->type_name("FILE")->required();
  app.add_option("--run-changed", options->run_changed, "the run under the altered instruction")
      ->type_name("FILE")
      ->required();
  app.add_option("--data", options->data, "the data set: judgments, and the texts to show")->type_name("FOLDER");
  app.add_option("--qrels-og", options->qrels_og, "in place of --data: judgments under the original instruction")
      ->type_name("FILE");
  app.add_option("--qrels-changed", options->qrels_changed, "and under the altered one")->type_name("FILE");
  add_ties(app, options->pair);
  add_format(app, options->format);
  app.footer(
      "Shows each document whose judgment changed: its ranks before and after, its p-MRR, and its share of the "
      "topic's.\n"
      "  heed explain --query Q01 --data data/demo --run-og out/runs/demo.og.run --run-changed "
      "out/runs/demo.changed.run");
  app.callback([options] { explain(*options); });
}

}  // namespace heed::cli
