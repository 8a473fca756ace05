#include "collection/topic_needs.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::collection {
namespace {

using testing::complaint_of;
using testing::TemporaryDir;

std::vector<std::string> told(const TopicNeeds& needs) {
  std::vector<std::string> all;
  for (const auto& [id, need] : needs.needs)
    all.push_back(id.str() + ": " + std::string(need.query) + " | " + std::string(need.instruction));
  return all;
}

using Told = std::vector<std::string>;

constexpr const char* kTopics =
    "<top><num> Number: 301 <title> hubble <desc> Description: What did it achieve? <narr> Narrative: Repairs do not "
    "count.</top>\n<top><num> Number: 302 <title> polio <desc> Description: Is it gone? <narr> Narrative: "
    "Statistics.</top>\n";

TEST(TopicNeeds, OfTrecsTopicsAreTheQueryAndTheNarrative) {
  const TemporaryDir dir;
  const auto file = dir.write("topics", kTopics);
  EXPECT_EQ(told(read_needs(file, Arm::kNone)), (Told{"301: hubble | ", "302: polio | "}));
  EXPECT_EQ(told(read_needs(file, Arm::kOg)),
            (Told{"301: hubble | Repairs do not count.", "302: polio | Statistics."}));
  EXPECT_EQ(told(read_needs(file, Arm::kNone, QueryPart::kDescription)),
            (Told{"301: What did it achieve? | ", "302: Is it gone? | "}));
  EXPECT_EQ(told(read_needs(file, Arm::kOg, QueryPart::kTitleAndDescription)).front(),
            "301: hubble What did it achieve? | Repairs do not count.");
}

TEST(TopicNeeds, OfFollowIrsQueriesAreThoseOfTheArm) {
  const TemporaryDir dir;
  const auto file = dir.write(
      "queries.jsonl", R"({"_id":"1","text":"hubble","instruction_og":"All.","instruction_changed":"No repairs.",)"
                       R"("keywords":"space","short_query":"Find it."})"
                       "\n");
  EXPECT_EQ(told(read_needs(file, Arm::kNone)), Told{"1: hubble | "});
  EXPECT_EQ(told(read_needs(file, Arm::kOg)), Told{"1: hubble | All."});
  EXPECT_EQ(told(read_needs(file, Arm::kChanged)), Told{"1: hubble | No repairs."});
  EXPECT_EQ(told(read_needs(file, Arm::kKeywords)), Told{"1: hubble | space"});
  EXPECT_EQ(told(read_needs(file, Arm::kShort)), Told{"1: hubble | Find it."});
}

TEST(TopicNeeds, OfABenchmarksFolderAreItsTopics) {
  const auto needs = read_needs(testing::source_dir() / "data" / "demo", Arm::kChanged);
  const auto data = read_instruction_dataset(testing::source_dir() / "data" / "demo");
  ASSERT_EQ(needs.needs.size(), data.topics.size());
  for (std::size_t i = 0; i < data.topics.size(); ++i) {
    EXPECT_EQ(needs.needs[i].id, data.topics[i].id);
    EXPECT_EQ(needs.needs[i].need, *data.topics[i].need(Arm::kChanged));
  }
}

TEST(TopicNeeds, ThatATopicLacksAreNamed) {
  const TemporaryDir dir;
  const auto topics = dir.write("topics", kTopics);
  EXPECT_EQ(complaint_of([&] { read_needs(topics, Arm::kChanged); }),
            topics.string() + ": topics have the arms none (the query) and og (with the narrative), not changed");
  const auto bare = dir.write("bare.tsv", "7\thubble\n");
  EXPECT_EQ(complaint_of([&] { read_needs(bare, Arm::kOg); }),
            bare.string() + ": topic 7 has no narrative, which the arm og joins to it");
  EXPECT_EQ(complaint_of([&] { read_needs(bare, Arm::kNone, QueryPart::kDescription); }),
            bare.string() + ": topic 7 has no description");
  const auto queries = dir.write("q.jsonl", R"({"_id":"1","text":"a","instruction_og":"b","instruction_changed":"c"})"
                                            "\n");
  EXPECT_EQ(complaint_of([&] { read_needs(queries, Arm::kShort); }),
            queries.string() + ":1: there is no \"short_query\"");
  const auto twice = dir.write("t.jsonl", R"({"_id":"1","text":"a","instruction_og":"b","instruction_changed":"c"})"
                                          "\n"
                                          R"({"_id":"1","text":"a","instruction_og":"b","instruction_changed":"c"})"
                                          "\n");
  EXPECT_EQ(complaint_of([&] { read_needs(twice, Arm::kOg); }), twice.string() + ":2: query 1 is given twice");
}

TEST(QueryParts, HaveNames) {
  EXPECT_EQ(query_part_named("title+description"), QueryPart::kTitleAndDescription);
  EXPECT_EQ(query_part_named("narrative"), std::nullopt);
}

}  // namespace
}  // namespace heed::collection
