#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <vector>

#include <unistd.h>

#include "base/error.h"
#include "cli/benchmark.h"
#include "cli/command.h"
#include "cli/data_folder.h"
#include "cli/shared_options.h"
#include "cli/terminal.h"
#include "infer/load_engine.h"
#include "report/explanation.h"
#include "report/pair_tables.h"

namespace heed::cli {

namespace {

constexpr const char* kTaught = "demo-model";  // a folder of the data that comes with heed

/// Why no model runs here; empty where one does.
std::string obstacle_of_models() {
  try {
    infer::load_engine();
    return "";
  } catch (const base::BadInput& error) {
    return error.what();
  }
}

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

/// Judges one system on the demo's collection under these arms, or all; its files stay in a folder of its own where
/// `out` is not empty.
BenchmarkTask judged(const std::string& model, std::vector<std::string> arms, const std::filesystem::path& scratch,
                     const std::string& out) {
  BenchmarkRequest request;
  request.model.model = model;
  request.arms = std::move(arms);
  request.model.dtype = "float32";  // the same figures on every machine
  request.data = {"demo=" + (data_folder() / "demo").string()};
  request.judging = pair_options({}, {});
  request.threads = threads();
  const std::string name = std::filesystem::path(model).filename();
  const std::filesystem::path folder = (out.empty() ? scratch : std::filesystem::path(out)) / name;
  auto tasks = run_benchmark(request, folder / "store.db");
  if (!out.empty()) write_results(tasks, folder);
  return std::move(tasks.front());
}

std::string explained(const BenchmarkTask& judged, const eval::QueryObedience& query) {
  const collection::InstructionDataset& data = judged.task.data;
  const auto topic = std::ranges::find(data.topics, query.query, &collection::InstructionTopic::id);
  return render(report::explanation(query, {&data.corpus, &*topic}), report::Format::kText);
}

std::string seen_of_matching(const eval::PairEvaluation& pair) {
  const auto values = pair.p_mrr_by_query();
  const auto wrong = std::ranges::count_if(values, [](double value) { return value < 0; });
  return "What was seen: bm25 took the words that the altered instruction adds for words to match, so in " +
         std::to_string(wrong) + " of " + std::to_string(values.size()) +
         " topics the excluded documents rose instead of sinking (p-MRR " + report::signed_percent(pair.p_mrr) + ").\n";
}

std::string seen_of_taught(const eval::PairEvaluation& pair) {
  const auto values = pair.p_mrr_by_query();
  const auto right = std::ranges::count_if(values, [](double value) { return value > 0; });
  return std::string(kTaught) + ", a model of 3 MB that was taught by generated sentences alone, lets them sink in " +
         std::to_string(right) + " of them (p-MRR " + report::signed_percent(pair.p_mrr) +
         "): obeying can be learned (docs/teaching.md).\n";
}

void run_demo(const std::string& out) {
  const ScratchFolder scratch;
  std::vector<BenchmarkTask> tasks;
  tasks.push_back(judged("bm25", {}, scratch.path(), out));
  const std::string obstacle = obstacle_of_models();
  if (obstacle.empty()) tasks.push_back(judged(data_folder() / kTaught, {"og", "changed"}, scratch.path(), out));
  const eval::PairEvaluation& matching = *tasks.front().result.pair;
  const eval::QueryObedience& worst = worst_topic(matching);
  std::string text =
      "heed demo: does a system obey an instruction?\n\n"
      "The collection has " +
      base::counted(tasks.front().result.topics, "topic", "topics") + " and " +
      base::counted(tasks.front().result.documents, "document", "documents") +
      ", all invented. Each topic has an instruction and an\n"
      "altered one that excludes some of the documents that counted before. A system that reads the\n"
      "instruction lets those sink: p-MRR above 0. One that ignores it scores 0; below 0 they rose.\n\n";
  text += render(rounded(table_2(report_data(tasks))), report::Format::kText) + "\n" +
          "bm25, a keyword matcher: " + report::p_mrr_sentence(matching) + ".\n" + report::ties_sentence(matching) +
          ".\n\n";
  text += "The topic where it went most wrong:\n\n" + explained(tasks.front(), worst) + "\n";
  text += seen_of_matching(matching);
  if (obstacle.empty()) {
    const eval::PairEvaluation& taught = *tasks.back().result.pair;
    const auto same = std::ranges::find(taught.queries, worst.query, &eval::QueryObedience::query);
    text += "\nThe same topic by " + std::string(kTaught) + ":\n\n" + explained(tasks.back(), *same) + "\n" +
            seen_of_taught(taught);
  } else {
    text += "A second row, of a model that was taught to obey, is left out: " + obstacle + ".\n";
  }
  text += "\nNext: heed bench --model bm25 --data FOLDER --out OUT runs this on your own data; heed help bench.\n";
  print(text);
}

}  // namespace

void set_up_demo(CLI::App& app) {
  const auto out = std::make_shared<std::string>();
  app.add_option("--out", *out, "keep what heed bench would write, in a folder for each system below this one")
      ->type_name("FOLDER");
  app.footer(
      "Runs BM25, and a small model that was taught to obey (data/demo-model), over the demo collection under both\n"
      "instructions, prints the table in the form of the FollowIR paper with bootstrap intervals, and explains the "
      "topic\n"
      "where BM25 disobeyed most. Where no model can run (heed was built without libtorch), BM25 alone.");
  app.callback([out] { run_demo(*out); });
}

}  // namespace heed::cli
