#include "curate/pool.h"

#include <deque>
#include <memory>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands/curate/steps.h"
#include "cli/terminal.h"

namespace heed::cli {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string work, qrels;
  std::vector<std::string> runs;
  std::size_t size = curate::kPoolSize;
  bool is_replacing = false;
};

/// A run with its name: NAME=FILE says it, else its tag is it.
struct NamedFile {
  std::string name, file;
};
NamedFile named_file(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0 || base::is_there(word)) return {"", word};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

void run_pool(const Options& options) {
  const auto curation = curate::read_curation_until(options.work, curate::kTopicsFile);
  const auto judgments = collection::read_judgments(options.qrels);
  say_all(judgments.notes);
  try {
    require_relevant(curation.topics, judgments, options.size);
  } catch (const base::BadInput& fault) {
    throw base::BadInput(options.qrels + ": " + fault.what());
  }
  std::deque<collection::Run> runs;  // which do not move
  std::vector<curate::NamedRun> named;
  std::set<std::string> names;
  for (const std::string& word : options.runs) {
    const NamedFile file = named_file(word);
    runs.push_back(collection::read_run(file.file));
    say_all(runs.back().notes);
    const std::string name = file.name.empty() ? runs.back().tag : file.name;
    if (name.find(',') != std::string::npos)
      throw base::BadUsage("the run " + name + " has a comma in its name; --run NAME=" + file.file + " gives another");
    if (name == "judged")
      throw base::BadUsage("no run is called judged, which a pool says of relevant documents; --run NAME=" + file.file +
                           " gives another name");
    if (!names.insert(name).second)
      throw base::BadUsage("two runs are called " + name + "; --run NAME=" + file.file + " gives another name");
    named.push_back({name, &runs.back()});
  }
  const curate::Pool pool = make_pool(curation.topics, judgments, named, options.size);
  const fs::path file = fs::path(options.work) / curate::kPoolFile;
  const std::string text = pool_text(pool.documents);
  if (!options.is_replacing) require_same(file, text);
  base::write_file(file, text);
  say_all(pool.notes);
  say(counted_size(pool.documents.size(), "candidate", "candidates") + " of " +
      counted_size(curation.topics.size(), "topic", "topics") + " in " + file.string());
  say_misfits(options.work);
}

}  // namespace

void add_curate_pool(CLI::App& curate) {
  CLI::App& app =
      *curate.add_subcommand("pool", "gathers each topic's candidates: the relevant documents, and the runs' top");
  const auto options = std::make_shared<Options>();
  add_work(app, options->work);
  app.add_option("--qrels", options->qrels, "the original judgments")->type_name("FILE")->required();
  app.add_option("--run", options->runs, "a TREC run over the collection, once or often; NAME=FILE names it")
      ->type_name("[NAME=]RUN")
      ->required();
  app.add_option("--size", options->size, "candidates of a topic")
      ->type_name("N")
      ->check(CLI::Range(1L, 1'000'000L))
      ->capture_default_str();
  add_replace(app, options->is_replacing);
  app.footer(
      "All documents judged 1 and more, and the first non-relevant of each run, then the second of each, and so on, "
      "until\n"
      "there are enough. FollowIR took 1000, from BM25, BGE-base, E5-base-v2, TART-Contriever and INSTRUCTOR-xl.\n"
      "  heed curate pool WORK --qrels qrels.robust04.txt --run bm25=bm25.run --run e5=e5.run");
  app.callback([options] { run_pool(*options); });
}

}  // namespace heed::cli
