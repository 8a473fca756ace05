#include <gtest/gtest.h>

#include "format/json.h"
#include "format/lines.h"
#include "testing/testing.h"
#include "train/topic_choice.h"

namespace heed::train {
namespace {

namespace fs = std::filesystem;

/// Words, counted once each, for an oracle that knows no marks.
std::set<std::string> words_of(const std::string& text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!word.empty()) {
      words.insert(std::exchange(word, ""));
    }
  }
  return words;
}

/// What both have of what either has.
double likeness(const std::set<std::string>& a, const std::set<std::string>& b) {
  double common = 0;
  for (const std::string& word : a) common += b.contains(word) ? 1 : 0;
  return common / (static_cast<double>(a.size() + b.size()) - common);
}

// Told apart by another rule: narratives of FollowIR's topics are at least 0.8 alike in these files, others at most
// 0.4.
TEST(TopicsOfTrec, NoneOfFollowIrsIsLeft) {
  HEED_NEEDS_SHARED();
  const fs::path data = testing::shared_dir() / "data";
  std::vector<std::set<std::string>> instructions;
  std::set<std::set<std::string>> queries;
  format::LineReader lines(data / "followir-topics" / "followir_topics.jsonl");
  while (const auto line = lines.next()) {
    const auto json = format::Json::parse(*line);
    instructions.push_back(words_of(json["instruction_og"]));
    instructions.push_back(words_of(json["instruction_changed"]));
    queries.insert(words_of(json["query"]));
  }
  ASSERT_EQ(instructions.size(), 208u);
  LeftOutTopics left_out;
  for (const Mark mark : followir_marks()) left_out.add_mark(mark);
  const auto read = read_sourced_topics(std::vector<fs::path>{data / "trec" / "topics"});
  const auto choice = choose_topics(read.topics, left_out);
  for (const SourcedTopic& topic : choice.chosen) {
    const auto narrative = words_of(topic.narrative);
    EXPECT_FALSE(queries.contains(words_of(topic.title))) << topic.id;
    EXPECT_FALSE(queries.contains(words_of(topic.description))) << topic.id;
    for (const auto& instruction : instructions) EXPECT_LT(likeness(narrative, instruction), 0.5) << topic.id;
  }
  EXPECT_EQ(read.topics.size(), 1250u);
  EXPECT_EQ(choice.chosen.size(), 804u);
  EXPECT_EQ(choice.count(DropReason::kNoTitle), 50);      // news' background linking has none
  EXPECT_EQ(choice.count(DropReason::kNoNarrative), 50);  // nor has the web track
  EXPECT_EQ(choice.count(DropReason::kLeftOut), 155);     // 3 of them by their titles alone
  EXPECT_EQ(choice.count(DropReason::kSameTitle), 0);
  EXPECT_EQ(choice.count(DropReason::kDuplicate), 191);
}

TEST(TopicsOfTrec, TheBuiltInMarksAreThoseOfTheFiles) {
  HEED_NEEDS_SHARED();
  const fs::path data = testing::shared_dir() / "data";
  LeftOutTopics left_out;
  read_left_out(data / "followir-topics" / "followir_topics.jsonl", left_out);
  const auto read = read_sourced_topics(std::vector<fs::path>{data / "trec" / "topics"});
  const auto marks = marks_with_titles(read.topics, left_out);
  EXPECT_EQ(std::set<Mark>(followir_marks().begin(), followir_marks().end()), marks);
}

}  // namespace
}  // namespace heed::train
