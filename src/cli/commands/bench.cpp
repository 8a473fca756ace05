#include "base/error.h"
#include "bench/json_results.h"
#include "cli/benchmark.h"
#include "cli/command.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "report/task_section.h"

namespace heed::cli {

namespace {

struct Options {
  BenchmarkRequest request;
  std::string out;
  PairFlags pair;
  std::string ties;
  std::string format = "text";
  bool is_dry_run = false;
};

std::vector<std::string> split_commas(const std::vector<std::string>& texts) {
  std::vector<std::string> parts;
  for (const std::string& text : texts)
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      parts.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  return parts;
}

void run_bench(const Options& options) {
  BenchmarkRequest request = options.request;
  const report::Format format = parse_format(options.format);
  if (options.out.empty()) throw base::BadUsage("--out names the folder for the results; it is empty");
  request.arms = split_commas(request.arms);
  PairFlags flags = options.pair;
  flags.ties = options.ties.empty() ? name_of(bench::recipe_named(request.recipe).ties) : options.ties;
  request.judging = pair_options(flags, {});
  request.model.recipe = request.recipe;
  request.threads = threads();
  if (request.full.empty())
    for (const auto& group : {request.search.of_words, request.search.of_hnsw, request.search.of_ivf})
      refuse_given(group, "it is of searches of whole collections, whose indexes --full names");
  const std::filesystem::path out = options.out;
  if (options.is_dry_run && !request.full.empty())
    throw base::BadUsage("--dry-run is of models over candidates; a search (--full) stores no scores");
  if (options.is_dry_run) return dry_run_benchmark(request, out / "store.db");
  const auto tasks = run_benchmark(request, out / "store.db");
  write_results(tasks, out);
  if (format == report::Format::kJson) return print(bench::json_text(results_document(tasks)));
  print(render(report_sections(report_data(tasks)), format));
  say("results are in " + out.string() + ": results.json, report.html, runs/, results/");
}

}  // namespace

void set_up_bench(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_model(app, options->request.model);
  add_remote_model(app, options->request.model);
  app.get_option("--model")->description("bm25, or " + app.get_option("--model")->get_description());
  app.add_option(
         "--data", options->request.data,
         "benchmarks, each a folder in a layout that heed help layouts lists (a task is called as its folder is, or as "
         "NAME says), or a task or group that heed pull has fetched: robust04, news21, core17, followir for all three, "
         "instructir, scifact, nfcorpus, fiqa")
      ->type_name("[NAME=]FOLDER|TASK")
      ->required();
  app.add_option("--data-root", options->request.data_root, "where heed pull has put data sets, if not where it would")
      ->type_name("FOLDER");
  app.add_option("--out", options->out, "folder for the results; a run that was cut off goes on from what it holds")
      ->type_name("FOLDER")
      ->required();
  app.add_option("--arms", options->request.arms,
                 "og, changed, none, keywords, short, parted by commas. Default: all that the data has")
      ->type_name("LIST");
  app.add_option("--recipe", options->request.recipe,
                 "how it is run and judged: sound or paper; heed help recipes explains")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--ties", options->ties,
                 "order of equal scores for p-MRR, in place of the recipe's; heed help eval explains")
      ->type_name("docid|input|expected");
  app.add_option("--first-stage", options->request.first_stage,
                 "of a collection that gives no candidates: how many of BM25's first documents a reranker reads. BM25 "
                 "and bi-encoders rank the whole collection")
      ->type_name("N")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--full", options->request.full,
                 "search whole collections, by indexes that heed index has made, in place of candidates; "
                 "TASK=FOLDER is for one task. With an index of words the model is bm25 (Lucene's), with one of "
                 "vectors the one that made them")
      ->type_name("[TASK=]FOLDER");
  add_index_search(app, options->request.search);
  app.add_option("--short", options->request.short_instructions,
                 "the model's short instruction for BEIR's collections (arm short), in place of a known one; TASK=TEXT "
                 "is for one task")
      ->type_name("[TASK=]TEXT");
  app.add_option("--keywords", options->request.keywords,
                 "likewise the keywords (arm keywords), in place of the paper's")
      ->type_name("[TASK=]TEXT");
  app.add_flag("--dry-run", options->is_dry_run,
               "say what would be computed, what it costs and, by a first batch, which is kept, how long it takes");
  add_bootstrap(app, options->pair);
  add_format(app, options->format);
  app.footer(
      "Ranks each topic's candidates under each arm, and judges: p-MRR with a bootstrap interval, MAP, nDCG and more, "
      "with\n"
      "the right judgments and with the paper's crossed ones.\n"
      "  heed bench --model bm25 --data Core17=core17-instructions --data Robust04=robust04-instructions --out out\n"
      "Under FOLDER it writes\n"
      "  results.json               every figure, for each task and query, with what made it\n"
      "  runs/TASK.ARM.run          the rankings, as TREC runs\n"
      "  results/MODEL/TASK.json    MTEB's result layout\n"
      "  report.html                all of it as a page, topic by topic, with published figures beside ours\n"
      "  published.tsv              those figures, where the page shows any\n"
      "  store.db                   every score and vector as it was computed: a second run computes what is missing\n"
      "A run that was cut off, by Ctrl-C (which finishes the batch under way), a crash or a service that failed, goes "
      "on\n"
      "with the same command.\n"
      "The paper's tables come from these kinds of data:\n"
      "  2 and figure 3   FollowIR's and other instruction benchmarks\n"
      "  3                BEIR's collections, with the arms none, short and keywords\n"
      "  4                InstructIR's: Robustness@10; a folder in BEIR's layout under a name InstructIR..., too\n"
      "  5                instruction benchmarks with --full: the query alone, and what the instruction changes\n"
      "  heed index --collection disks45 --index disks45.index\n"
      "  heed bench --model bm25 --data robust04 --full disks45.index --arms none,og --out out-full");
  app.callback([options] { run_bench(*options); });
}

}  // namespace heed::cli
