#include "curate/benchmark.h"

#include <gtest/gtest.h>

#include "curate/statistics.h"
#include "testing/testing.h"

namespace heed::curate {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

/// Two altered topics and one that is not, in other orders than that of ids.
Curation curation() {
  Curation made;
  made.topics = {{"2", "größe \"2\"", "one two"}, {"9", "left out", "i"}, {"1", "one", "i i i"}};
  made.pool = {{"2", "b", 2, "judged"}, {"2", "a", 0, "imported"}, {"9", "z", 1, "judged"},
               {"1", "a", 1, "judged"}, {"1", "c", 1, "judged"},   {"1", "b", 0, "imported"}};
  made.documents = {{"c", "C", "text c"}, {"z", "", "z"}, {"a", "", "text\ta"}, {"b", "B", ""}};
  made.alterations = {{"1", "i i i not c", "i", "short"}, {"2", "one two three", "two", "short"}};
  made.rejudgments = {
      {"2", "b", Decision::kRelevant, ""}, {"1", "a", Decision::kRelevant, ""}, {"1", "c", Decision::kNotRelevant, ""}};
  return made;
}

collection::InstructionDataset read_back(const TemporaryDir& dir, std::string_view layout, const Curation& made) {
  const auto folder = dir.path() / layout;
  base::write_folder(folder, export_layout_named(layout)->files(made));
  return collection::read_instruction_dataset(folder);
}

std::string content(const std::vector<base::FolderFile>& files, std::string_view path) {
  for (const auto& file : files)
    if (file.path == path) return file.content;
  return "there is no " + std::string(path);
}

TEST(Benchmark, FilesAreSpacedAsThePublishedOnes) {
  const auto followir = export_layout_named("followir")->files(curation());
  EXPECT_EQ(content(followir, "queries.jsonl"),
            "{\"_id\": \"2\", \"text\": \"größe \\\"2\\\"\", \"instruction_og\": \"one two\", \"instruction_changed\": "
            "\"one two three\", \"keywords\": \"two\", \"short_query\": \"short\"}\n"
            "{\"_id\": \"1\", \"text\": \"one\", \"instruction_og\": \"i i i\", \"instruction_changed\": \"i i i not "
            "c\", \"keywords\": \"i\", \"short_query\": \"short\"}\n");
  EXPECT_EQ(content(followir, "empty_scores.json"),
            "{\"2\": {\"b\": 2, \"a\": 1},\n\"1\": {\"a\": 3, \"c\": 2, \"b\": 1}}\n");
  EXPECT_EQ(content(followir, "qrels_changed/test.jsonl"),
            "{\"query-id\": \"2\", \"corpus-id\": \"b\", \"score\": 2}\n"
            "{\"query-id\": \"2\", \"corpus-id\": \"a\", \"score\": 0}\n"
            "{\"query-id\": \"1\", \"corpus-id\": \"a\", \"score\": 1}\n"
            "{\"query-id\": \"1\", \"corpus-id\": \"c\", \"score\": 0}\n"
            "{\"query-id\": \"1\", \"corpus-id\": \"b\", \"score\": 0}\n");
  const auto mteb = export_layout_named("mteb")->files(curation());
  EXPECT_EQ(content(mteb, "top_ranked.jsonl"),
            "{\"query-id\": \"2-og\", \"corpus-ids\": [\"b\", \"a\"]}\n"
            "{\"query-id\": \"2-changed\", \"corpus-ids\": [\"b\", \"a\"]}\n"
            "{\"query-id\": \"1-og\", \"corpus-ids\": [\"a\", \"c\", \"b\"]}\n"
            "{\"query-id\": \"1-changed\", \"corpus-ids\": [\"a\", \"c\", \"b\"]}\n");
  EXPECT_EQ(content(mteb, "qrel_diff.jsonl"),
            "{\"query-id\": \"2\", \"corpus-ids\": []}\n{\"query-id\": \"1\", \"corpus-ids\": [\"c\"]}\n");
}

TEST(Benchmark, BothLayoutsReadBackAsTheSame) {
  const TemporaryDir dir;
  const auto followir = read_back(dir, "followir", curation());
  EXPECT_EQ(followir.layout, "followir");
  EXPECT_EQ(followir.notes, std::vector<std::string>{});
  EXPECT_EQ(followir.corpus.documents().size(), 3u);  // z is of the topic that is left out
  EXPECT_EQ(followir.topics[1].need(collection::Arm::kKeywords)->instruction, "i");
  Curation bare = curation();
  for (Alteration& alteration : bare.alterations) alteration.keywords = alteration.short_query = std::nullopt;
  EXPECT_EQ(read_back(dir, "mteb", bare).fingerprint(), read_back(dir, "followir", bare).fingerprint());
}

TEST(Benchmark, ImportingGivesTheCurationBackAndExportingTheSameBytes) {
  const TemporaryDir dir;
  for (const ExportLayout& layout : export_layouts()) {
    const auto imported = import_benchmark(read_back(dir, layout.name, curation()));
    EXPECT_EQ(imported.notes, std::vector<std::string>{});
    const auto before = layout.files(curation()), after = layout.files(imported.curation);
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(before[i].content, after[i].content) << before[i].path;
  }
}

TEST(Benchmark, AnOpenDecisionLeavesTheGradeAndANewlyRelevantDocumentHasOne) {
  Curation made = curation();
  made.rejudgments = {{"1", "c", Decision::kUnsure, ""}, {"1", "b", Decision::kRelevant, ""}};
  const TemporaryDir dir;
  const auto data = read_back(dir, "followir", made);
  const auto& changed = *data.judgments_changed.find(collection::QueryId("1"));
  EXPECT_EQ(*changed.find(collection::DocumentId("c")), 1);
  EXPECT_EQ(*changed.find(collection::DocumentId("b")), 1);
}

TEST(Benchmark, WhatACurationCannotHoldIsCounted) {
  const TemporaryDir dir;
  auto files = export_layout_named("mteb")->files(curation());
  for (auto& file : files) {
    if (file.path == "corpus.jsonl") file.content += "{\"_id\": \"x\", \"text\": \"\"}\n";
    if (file.path == "top_ranked.jsonl")
      file.content.replace(file.content.find("\"1-changed\", \"corpus-ids\": [\"a\", "), 32,
                           "\"1-changed\", \"corpus-ids\": [");
    if (file.path == "qrels/test.jsonl")
      file.content += "{\"query-id\": \"1-og\", \"corpus-id\": \"y\", \"score\": 1}\n";
  }
  base::write_folder(dir.path() / "d", files);
  EXPECT_EQ(import_benchmark(collection::read_instruction_dataset(dir.path() / "d")).notes,
            (std::vector<std::string>{
                "1 document is no topic's candidate, and left out",
                "1 judgment of a relevant document is of no candidate, and left out",
                "1 topic has other candidates under the altered instruction: the original's are kept"}));
}

TEST(Benchmark, ATopicWithoutAnInstructionCannotBeImported) {
  const TemporaryDir dir;
  Curation made = curation();
  made.topics[0].instruction = "";
  const auto data = read_back(dir, "followir", made);
  EXPECT_EQ(complaint_of([&] { import_benchmark(data); }), "topic 2 has no original instruction");
}

TEST(Statistics, AreMeansOverTheAlteredTopics) {
  const auto statistics = curation_statistics(curation());
  EXPECT_EQ(statistics.original.topics, 2);
  EXPECT_DOUBLE_EQ(statistics.original.query_words, 1.5);        // (2 + 1) / 2
  EXPECT_DOUBLE_EQ(statistics.original.instruction_words, 2.5);  // (2 + 3) / 2
  EXPECT_DOUBLE_EQ(statistics.original.relevant, 1.5);           // (1 + 2) / 2
  EXPECT_DOUBLE_EQ(statistics.altered.instruction_words, 4);     // (3 + 5) / 2
  EXPECT_DOUBLE_EQ(statistics.altered.relevant, 1);
  EXPECT_EQ(statistics.candidates, 5);
  EXPECT_EQ(statistics.changed, 1);
}

TEST(Statistics, OfACollectionCountWhatIsJudgedRelevant) {
  const TemporaryDir dir;
  const auto judgments = collection::read_judgments(dir.write("q", "2 0 a 2\n2 0 b 0\n2 0 c -1\n1 0 a 1\n1 0 d 1\n"));
  const auto side = collection_statistics(curation().topics, judgments);
  EXPECT_EQ(side.topics, 3);
  EXPECT_DOUBLE_EQ(side.relevant, 1);  // (1 + 0 + 2) / 3
  EXPECT_EQ(collection_statistics({}, judgments).topics, 0);
}

}  // namespace
}  // namespace heed::curate
