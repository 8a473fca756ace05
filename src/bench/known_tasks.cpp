#include "bench/known_tasks.h"

#include <algorithm>
#include <cctype>

#include "base/ascii.h"
#include "base/error.h"

namespace heed::bench {

using collection::Arm;

namespace {

constexpr TaskFile kFollowirFiles[] = {
    {"corpus.jsonl", "corpus.jsonl"},
    {"queries.jsonl", "queries.jsonl"},
    {"top_ranked.jsonl", "top_ranked.jsonl"},
    {"qrels_og/test.jsonl", "qrels_og/test.jsonl"},
    {"qrels_changed/test.jsonl", "qrels_changed/test.jsonl"},
};

// Judgments are told apart by their content, so that JSON lines may stand under the name that readers look for.
constexpr TaskFile kBeirFiles[] = {
    {"corpus.jsonl", "corpus.jsonl"},
    {"queries.jsonl", "queries.jsonl"},
    {"qrels/test.tsv", "qrels/test.tsv"},
    {"qrels/test.tsv", "qrels/test.jsonl"},
};

constexpr TaskFile kInstructirFiles[] = {
    {"corpus.jsonl", "corpus.jsonl"},
    {"queries.jsonl", "queries.jsonl"},
    {"only_instruction_queries.jsonl", "only_instruction_queries.jsonl", TaskFile::Need::kIfThere},
    {"qrels/test.tsv", "qrels/test.tsv"},
    {"qrels/test.tsv", "qrels/test.jsonl"},
};

// The numbers of relevant documents follow from P@1000 at a recall of 1 in published results; their sums are those of
// mteb's statistics.
constexpr std::string_view kFollowirSource = "mteb's descriptive statistics and published results";
constexpr std::string_view kBeirSource = "BEIR (Thakur et al. 2021) and the catalogue of ir_datasets";

// FollowIR's commits are those after the patch of 2024-04-24, which the paper's final tables were computed from. BEIR
// is taken from mteb's copies, because the repositories of BEIR itself were turned into Parquet, which heed does not
// read.
constexpr KnownTask kTasks[] = {
    {.name = "robust04",
     .title = "Robust04",
     .mteb_name = "Robust04InstructionRetrieval",
     .kind = TaskKind::kInstruction,
     .headline = "map_cut_1000",
     .repository = "jhu-clsp/robust04-instructions",
     .revision = "a5a1c4fe2bc528ac12e83f8cdf82178da85d2f1d",
     .files = kFollowirFiles,
     .counts = {.documents = 47492,
                .queries = 52,
                .judged_queries = 52,
                .judgments = 18465,  // the repository's card
                .relevant_og = 1752,
                .relevant_changed = 1030,
                .candidates = 1000,
                .need_characters = 40141},
     .counts_source = kFollowirSource,
     .explanation = "FollowIR on TREC Robust 2004: news, instructions altered by annotators"},
    {.name = "news21",
     .title = "News21",
     .mteb_name = "News21InstructionRetrieval",
     .kind = TaskKind::kInstruction,
     .headline = "ndcg_cut_5",
     .repository = "jhu-clsp/news21-instructions",
     .revision = "e0144086b45fe31ac125e9ac1a83b6a409bb6ca6",
     .files = kFollowirFiles,
     .counts = {.documents = 30921,
                .queries = 32,
                .judged_queries = 32,
                .relevant_og = 1192,
                .relevant_changed = 523,
                .candidates = 1000,
                .need_characters = 33845},
     .counts_source = kFollowirSource,
     .explanation = "FollowIR on TREC News 2021: background of news articles, graded judgments"},
    {.name = "core17",
     .title = "Core17",
     .mteb_name = "Core17InstructionRetrieval",
     .kind = TaskKind::kInstruction,
     .headline = "map_cut_1000",
     .repository = "jhu-clsp/core17-instructions",
     .revision = "e39ff896cf3efbbdeeb950e6bd7c79f266995b07",
     .files = kFollowirFiles,
     .counts = {.documents = 19899,
                .queries = 20,
                .judged_queries = 20,
                .relevant_og = 1090,
                .relevant_changed = 654,
                .candidates = 1000,
                .need_characters = 17445},
     .counts_source = kFollowirSource,
     .explanation = "FollowIR on TREC Common Core 2017: the New York Times"},
    {.name = "instructir",
     .title = "InstructIR",
     .mteb_name = "InstructIR",
     .kind = TaskKind::kRobustness,
     .headline = "ndcg_cut_10",
     .repository = "kaist-ai/InstructIR",
     .revision = "1615ed0ee07d6d33b0082362f008bfe62041a54b",
     .files = kInstructirFiles,
     .counts = {.documents = 16072, .queries = 9906, .judged_queries = 9906, .judgments = 9906},
     .counts_source = "mteb's descriptive statistics",
     .explanation = "MS MARCO queries, each asked by several people with instructions of their own"},
    {.name = "scifact",
     .title = "SciFact",
     .mteb_name = "SciFact",
     .kind = TaskKind::kRetrieval,
     .headline = "ndcg_cut_10",
     .repository = "mteb/scifact",
     .revision = "0228b52cf27578f30900b9e5271d331663a030d7",
     .files = kBeirFiles,
     .counts = {.documents = 5183, .queries = 1109, .judged_queries = 300, .judgments = 339},
     .counts_source = kBeirSource,
     .explanation = "BEIR: scientific claims, and the abstracts that support or refute them"},
    {.name = "nfcorpus",
     .title = "NFCorpus",
     .mteb_name = "NFCorpus",
     .kind = TaskKind::kRetrieval,
     .headline = "ndcg_cut_10",
     .repository = "mteb/nfcorpus",
     .revision = "ec0fa4fe99da2ff19ca1214b7966684033a58814",
     .files = kBeirFiles,
     .counts = {.documents = 3633, .queries = 3237, .judged_queries = 323, .judgments = 12334},
     .counts_source = kBeirSource,
     .explanation = "BEIR: questions on nutrition, and medical abstracts"},
    {.name = "fiqa",
     .title = "FiQA",
     .mteb_name = "FiQA2018",
     .kind = TaskKind::kRetrieval,
     .headline = "ndcg_cut_10",
     .repository = "mteb/fiqa",
     .revision = "27a168819829fe9bcd655c2df245fb19452e8e06",
     .files = kBeirFiles,
     .counts = {.documents = 57638, .queries = 6648, .judged_queries = 648, .judgments = 1706},
     .counts_source = kBeirSource,
     .explanation = "BEIR: questions on finance, and answers of a forum"},
};

long code_points(std::string_view text) {
  return std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0) != 0x80; });
}

/// Gathers what differs.
class Comparison {
 public:
  void add(const std::string& what, long found, long official) {
    if (official == 0 || found == official) return;
    sentences_.push_back(what + ": " + std::to_string(found) + " here, " + std::to_string(official) + " officially");
  }
  /// One sentence for all queries.
  void add_candidates(const collection::InstructionDataset& data, long official) {
    const auto differs = [&](const collection::InstructionTopic& topic) {
      return static_cast<long>(topic.candidates_og.size()) != official;
    };
    const auto first = std::ranges::find_if(data.topics, differs);
    if (official == 0 || first == data.topics.end()) return;
    const long count = std::ranges::count_if(data.topics, differs);
    sentences_.push_back("candidates: " + base::counted(count, "query has", "queries have") + " not the official " +
                         std::to_string(official) + "; " + first->id.str() + " has " +
                         std::to_string(first->candidates_og.size()));
  }
  std::vector<std::string> take() { return std::move(sentences_); }

 private:
  std::vector<std::string> sentences_;
};

long relevant(const collection::Judgments& judgments) {
  long count = 0;
  for (const collection::JudgedList& list : judgments.lists())
    count += std::ranges::count_if(list.entries(), [](const auto& entry) { return entry.value > 0; });
  return count;
}

long need_characters(const collection::InstructionDataset& data) {
  long count = 0;
  for (const collection::InstructionTopic& topic : data.topics)
    for (const Arm arm : {Arm::kOg, Arm::kChanged})
      if (const auto& need = topic.need(arm)) count += code_points(need->query) + 1 + code_points(need->instruction);
  return count;
}

}  // namespace

std::span<const KnownTask> known_tasks() {
  return kTasks;
}

std::span<const TaskGroup> task_groups() {
  static const TaskGroup groups[] = {
      {"followir", "the three tasks of FollowIR", {"robust04", "news21", "core17"}},
      {"beir", "three tasks of BEIR, on which the paper tried keywords", {"scifact", "nfcorpus", "fiqa"}},
      {"all", "every task", {"robust04", "news21", "core17", "instructir", "scifact", "nfcorpus", "fiqa"}},
  };
  return groups;
}

const KnownTask* find_known_task(std::string_view name) {
  const auto found = std::ranges::find_if(kTasks, [&](const KnownTask& task) {
    return base::is_same_name(task.name, name) || base::is_same_name(task.title, name);
  });
  return found == std::end(kTasks) ? nullptr : &*found;
}

std::vector<const KnownTask*> known_tasks_named(std::string_view name) {
  std::vector<const KnownTask*> tasks;
  for (const TaskGroup& group : task_groups())
    if (base::is_same_name(group.name, name))
      for (const std::string_view task : group.tasks) tasks.push_back(find_known_task(task));
  if (const KnownTask* const task = find_known_task(name); tasks.empty() && task != nullptr) tasks.push_back(task);
  return tasks;
}

std::vector<TaskFile> choose_files(const KnownTask& task, std::span<const std::string> listed) {
  std::vector<TaskFile> chosen;
  const auto is_chosen = [&](std::string_view local) {
    return std::ranges::find(chosen, local, &TaskFile::local) != chosen.end();
  };
  for (const TaskFile& file : task.files)
    if (!is_chosen(file.local) && std::ranges::find(listed, file.remote) != listed.end()) chosen.push_back(file);
  for (const TaskFile& file : task.files)
    if (file.need == TaskFile::Need::kNeeded && !is_chosen(file.local))
      throw base::BadInput("the dataset " + std::string(task.repository) + " has no " + std::string(file.remote) +
                           " at this revision");
  return chosen;
}

std::vector<std::string> check_counts(const KnownTask& task, const collection::InstructionDataset& data) {
  const OfficialCounts& official = task.counts;
  Comparison comparison;
  comparison.add("documents", static_cast<long>(data.corpus.documents().size()), official.documents);
  comparison.add("queries", static_cast<long>(data.topics.size()), official.queries);
  comparison.add_candidates(data, official.candidates);
  comparison.add("judgments under the original instructions", static_cast<long>(data.judgments_og.size()),
                 official.judgments);
  comparison.add("judgments under the altered instructions", static_cast<long>(data.judgments_changed.size()),
                 official.judgments);
  comparison.add("relevant under the original instructions", relevant(data.judgments_og), official.relevant_og);
  comparison.add("relevant under the altered instructions", relevant(data.judgments_changed),
                 official.relevant_changed);
  comparison.add("characters of queries with instructions", need_characters(data), official.need_characters);
  return comparison.take();
}

std::vector<std::string> check_counts(const KnownTask& task, const collection::TestCollection& data) {
  const OfficialCounts& official = task.counts;
  Comparison comparison;
  comparison.add("documents", static_cast<long>(data.corpus.documents().size()), official.documents);
  comparison.add("queries", static_cast<long>(data.queries.topics.size()), official.queries);
  comparison.add("judged queries", static_cast<long>(data.judgments.lists().size()), official.judged_queries);
  comparison.add("judgments", static_cast<long>(data.judgments.size()), official.judgments);
  return comparison.take();
}

}  // namespace heed::bench
