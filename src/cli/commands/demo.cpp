#include <algorithm>
#include <filesystem>
#include <limits>

#include <unistd.h>

#include "base/error.h"
#include "cli/benchmark.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "report/explanation.h"
#include "report/pair_tables.h"

namespace heed::cli {

namespace {

/// A folder for the scores of one demo, removed at the end.
class ScratchFolder {
 public:
  ScratchFolder() : path_((std::filesystem::temp_directory_path() / "heed-demo-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw base::BadInput(path_ + ": the folder cannot be made");
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::filesystem::path path() const { return path_; }

 private:
  std::string path_;
};

/// The topic where obeying failed most, the first of them by id.
const eval::QueryObedience& worst_topic(const eval::PairEvaluation& pair) {
  return *std::ranges::min_element(pair.queries, {}, [](const eval::QueryObedience& query) {
    return query.flipped.empty() ? std::numeric_limits<double>::infinity() : query.p_mrr;
  });
}

std::string seen_sentence(const BenchmarkTask& task) {
  const eval::PairEvaluation& pair = *task.result.pair;
  const auto values = pair.p_mrr_by_query();
  const auto wrong = std::ranges::count_if(values, [](double value) { return value < 0; });
  return "What was seen: bm25 took the words that the altered instruction adds for words to match, so in " +
         std::to_string(wrong) + " of " + std::to_string(values.size()) +
         " topics the excluded documents rose instead of sinking (p-MRR " + report::signed_percent(pair.p_mrr) + ").\n";
}

void run_demo(const std::string& out) {
  BenchmarkRequest request;
  request.model.model = "bm25";
  request.data = {"demo=" + (data_folder() / "demo").string()};
  request.judging = pair_options({}, {});
  request.threads = threads();
  const ScratchFolder scratch;
  const auto tasks = run_benchmark(request, (out.empty() ? scratch.path() : std::filesystem::path(out)) / "store.db");
  if (!out.empty()) write_results(tasks, out);
  const BenchmarkTask& demo = tasks.front();
  const eval::PairEvaluation& pair = *demo.result.pair;
  const eval::QueryObedience& worst = worst_topic(pair);
  const auto topic = std::ranges::find(demo.task.data.topics, worst.query, &collection::InstructionTopic::id);
  std::string text =
      "heed demo: does a keyword matcher obey an instruction?\n\n"
      "The collection has " +
      base::counted(demo.result.topics, "topic", "topics") + " and " +
      base::counted(demo.result.documents, "document", "documents") +
      ", all invented. Each topic has an instruction and an\n"
      "altered one that excludes some of the documents that counted before. A system that reads the\n"
      "instruction lets those sink: p-MRR above 0. One that ignores it scores 0; below 0 they rose.\n\n";
  text += render(rounded(table_2(report_data(tasks))), report::Format::kText) + "\n" + report::p_mrr_sentence(pair) +
          ".\n" + report::ties_sentence(pair) + ".\n\n";
  text += "The topic where it went most wrong:\n\n" +
          render(report::explanation(worst, {&demo.task.data.corpus, &*topic}), report::Format::kText) + "\n";
  text += seen_sentence(demo);
  text += "\nNext: heed bench --model bm25 --data FOLDER --out OUT runs this on your own data; heed help bench.\n";
  print(text);
}

}  // namespace

void set_up_demo(CLI::App& app) {
  const auto out = std::make_shared<std::string>();
  app.add_option("--out", *out, "keep what heed bench would write in this folder")->type_name("FOLDER");
  app.footer(
      "Runs BM25 over the demo collection under both instructions, prints the table in the form of the FollowIR paper "
      "with\n"
      "bootstrap intervals, and explains the topic where the instruction was disobeyed most.");
  app.callback([out] { run_demo(*out); });
}

}  // namespace heed::cli
