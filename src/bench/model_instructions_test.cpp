#include "bench/model_instructions.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace heed::bench {
namespace {

using collection::Arm;
using collection::Need;

Task two_queries() {
  Task task{"scifact", {}};
  task.data.kind = TaskKind::kRetrieval;
  for (const char* const query : {"first", "second"}) {
    collection::InstructionTopic topic;
    topic.id = collection::QueryId(query);
    topic.needs[static_cast<std::size_t>(Arm::kNone)] = Need{query, ""};
    task.data.topics.push_back(topic);
  }
  return task;
}

TEST(ModelInstructions, KeywordsAreThoseOfThePapersTable6) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"SciFact", "bm25", "science paper verify"},
      {"nfcorpus", "Contriever", "medicine relevant"},
      {"FiQA2018", "MonoT5-base", "Finance web"},
      {"scifact", "TART-Contriever", "scientific paper verify"},
      {"NFCorpus", "TART-FLAN-T5-xl", "Scientific paper paragraph"},
      {"fiqa", "INSTRUCTOR-base", "financial supporting:"},
      {"nfcorpus", "INSTRUCTOR-xl", "nutrition facts public medical:"},
      {"scifact", "BGE-base", "relevant passages:"},
      {"fiqa", "E5-mistral", "financial replies"},
      {"scifact", "a model of one's own", "science paper verify"},
  };
  for (const auto& [task, model, keywords] : cases)
    EXPECT_EQ(paper_instructions(task, model).keywords, keywords) << task << " " << model;
}

TEST(ModelInstructions, AShortInstructionIsThereWhereItIsKnown) {
  EXPECT_EQ(paper_instructions("scifact", "bm25").short_instruction, std::nullopt);
  EXPECT_EQ(paper_instructions("scifact", "INSTRUCTOR-xl").short_instruction, std::nullopt);
  EXPECT_EQ(paper_instructions("nfcorpus", "BGE-large").short_instruction,
            "Represent this sentence for searching relevant passages:");
}

TEST(ModelInstructions, OtherTasksHaveNone) {
  const ModelInstructions none = paper_instructions("trec-covid", "bm25");
  EXPECT_EQ(none.keywords, std::nullopt);
  EXPECT_EQ(none.short_instruction, std::nullopt);
}

TEST(ModelInstructions, EveryQueryGetsThem) {
  Task task = two_queries();
  add_instructions(task, {"a short one", std::nullopt});
  EXPECT_EQ(task.data.arms(), (std::vector{Arm::kNone, Arm::kShort}));
  EXPECT_EQ(task.data.topics[1].need(Arm::kShort), (Need{"second", "a short one"}));
  add_instructions(task, {std::nullopt, "words"});
  EXPECT_EQ(task.data.arms(), (std::vector{Arm::kNone, Arm::kKeywords, Arm::kShort}));
  task.data.kind = TaskKind::kInstruction;
  EXPECT_THROW(add_instructions(task, {}), base::Bug);
}

}  // namespace
}  // namespace heed::bench
