#include "bench/known_tasks.h"

#include <set>

#include <gtest/gtest.h>

#include "eval/measure.h"
#include "testing/testing.h"

namespace heed::bench {
namespace {

using heed::testing::complaint_of;
using heed::testing::source_dir;
using heed::testing::TemporaryDir;

TEST(KnownTasks, EachHasItsNameOnceAPinnedCommitAndAMeasureThatExists) {
  std::set<std::string_view> names;
  for (const KnownTask& task : known_tasks()) {
    EXPECT_TRUE(names.insert(task.name).second) << task.name;
    EXPECT_EQ(find_known_task(task.title), &task);
    EXPECT_EQ(task.revision.size(), 40u) << task.name;
    EXPECT_FALSE(task.files.empty());
    EXPECT_GT(task.counts.documents, 0);
    std::vector<std::string> headline = {std::string(task.headline)};
    headline[0][headline[0].rfind('_')] = '.';  // as -m takes it
    EXPECT_EQ(eval::select_measures(headline).size(), 1u) << task.headline;
  }
}

TEST(KnownTasks, AreFoundByNameTitleAndGroup) {
  EXPECT_EQ(known_tasks_named("followir").size(), 3u);
  EXPECT_EQ(known_tasks_named("beir").size(), 3u);
  EXPECT_EQ(known_tasks_named("ALL").size(), known_tasks().size());
  ASSERT_EQ(known_tasks_named("Core17").size(), 1u);
  EXPECT_EQ(known_tasks_named("Core17")[0]->name, "core17");
  EXPECT_TRUE(known_tasks_named("core18").empty());
  for (const TaskGroup& group : task_groups())
    for (const std::string_view task : group.tasks) EXPECT_NE(find_known_task(task), nullptr) << task;
}

TEST(KnownTasks, TheFirstAlternativeThatIsThereIsTaken) {
  const KnownTask& task = *find_known_task("instructir");
  const std::vector<std::string> listed = {"README.md", "corpus.jsonl", "qrels/test.jsonl", "queries.jsonl"};
  const auto files = choose_files(task, listed);
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[2].remote, "qrels/test.jsonl");
  EXPECT_EQ(files[2].local, "qrels/test.tsv");
  const std::vector<std::string> both = {"corpus.jsonl", "qrels/test.jsonl", "qrels/test.tsv", "queries.jsonl"};
  EXPECT_EQ(choose_files(task, both)[2].remote, "qrels/test.tsv");
  const std::vector<std::string> parquet = {"corpus/test-00000-of-00001.parquet"};
  EXPECT_EQ(complaint_of([&] { choose_files(task, parquet); }),
            "the dataset kaist-ai/InstructIR has no corpus.jsonl at this revision");
}

TEST(KnownTasks, CountsOfAnInstructionTaskAreComparedOneByOne) {
  const collection::InstructionDataset demo = collection::read_instruction_dataset(source_dir() / "data" / "demo");
  KnownTask task = *find_known_task("core17");
  task.counts = {.documents = static_cast<long>(demo.corpus.documents().size()),
                 .queries = static_cast<long>(demo.topics.size())};
  EXPECT_TRUE(check_counts(task, demo).empty());  // what is not published is not compared
  long og = 0;
  for (const auto& list : demo.judgments_og.lists())
    for (const auto& entry : list.entries()) og += entry.value > 0;
  task.counts.relevant_og = og;
  EXPECT_TRUE(check_counts(task, demo).empty());
  task.counts.relevant_og = og + 1;
  task.counts.documents = 7;
  const auto sentences = check_counts(task, demo);
  ASSERT_EQ(sentences.size(), 2u);
  EXPECT_EQ(sentences[0], "documents: " + std::to_string(demo.corpus.documents().size()) + " here, 7 officially");
  EXPECT_NE(sentences[1].find("relevant under the original instructions"), std::string::npos);
}

TEST(KnownTasks, NeedsAreCountedInCodePointsWithABlankBetween) {
  const TemporaryDir dir;
  dir.write("corpus.jsonl", R"({"_id": "d", "title": "", "text": "t"})");
  dir.write("queries.jsonl",
            R"({"_id": "q", "text": "caf\u00e9", "instruction_og": "ab", "instruction_changed": "abc"})");
  dir.write("top_ranked.jsonl", R"({"qid": "q", "pid": "d"})");
  dir.write("qrels_og/test.jsonl", R"({"query-id": "q", "corpus-id": "d", "score": 1})");
  dir.write("qrels_changed/test.jsonl", R"({"query-id": "q", "corpus-id": "d", "score": 0})");
  const collection::InstructionDataset data = collection::read_instruction_dataset(dir.path());
  KnownTask task = *find_known_task("core17");
  task.counts = {.judgments = 1, .relevant_og = 1, .candidates = 1, .need_characters = 4 + 1 + 2 + 4 + 1 + 3};
  EXPECT_TRUE(check_counts(task, data).empty());
  task.counts.need_characters = 16;
  task.counts.candidates = 1000;
  EXPECT_EQ(check_counts(task, data),
            (std::vector<std::string>{"candidates: 1 query has not the official 1000; q has 1",
                                      "characters of queries with instructions: 15 here, 16 officially"}));
}

TEST(KnownTasks, CountsOfARetrievalTaskAreCompared) {
  const TemporaryDir dir;
  dir.write("corpus.jsonl", "{\"_id\": \"d\", \"text\": \"t\"}\n{\"_id\": \"e\", \"text\": \"t\"}\n");
  dir.write("queries.jsonl", "{\"_id\": \"q\", \"text\": \"t\"}\n{\"_id\": \"r\", \"text\": \"t\"}\n");
  dir.write("qrels/test.tsv", R"({"query-id": "q", "corpus-id": "d", "score": 1})");  // JSON lines under that name
  const collection::TestCollection data = collection::read_beir(dir.path());
  KnownTask task = *find_known_task("fiqa");
  task.counts = {.documents = 2, .queries = 2, .judged_queries = 1, .judgments = 1};
  EXPECT_TRUE(check_counts(task, data).empty());
  EXPECT_EQ(check_counts(*find_known_task("fiqa"), data).size(), 4u);
}

}  // namespace
}  // namespace heed::bench
