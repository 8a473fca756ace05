#include "train/topic_choice.h"

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::train {
namespace {

using testing::complaint_of;
using testing::TemporaryDir;

const std::string kSentence = "A relevant document says how many tigers live in the delta";

SourcedTopic topic(const std::string& id, const std::string& title, const std::string& narrative) {
  return {id, title, "What about " + title + "?", narrative};
}

TEST(TopicChoice, DropsWhatCannotBeAskedAndWhatIsThereAlready) {
  const std::vector<SourcedTopic> topics = {topic("a", "tigers", "Count them."), topic("b", "", "Count them."),
                                            topic("c", "lions", " "), topic("d", "Tigers!", "Count  them"),
                                            topic("e", "tigers", "Count others.")};
  const auto choice = choose_topics(topics, {});
  ASSERT_EQ(choice.chosen.size(), 2u);
  EXPECT_EQ(choice.chosen[0].id, "a");
  EXPECT_EQ(choice.chosen[1].id, "e");
  EXPECT_EQ(choice.count(DropReason::kNoTitle), 1);
  EXPECT_EQ(choice.count(DropReason::kNoNarrative), 1);
  EXPECT_EQ(choice.count(DropReason::kDuplicate), 1);
}

TEST(TopicChoice, KnowsALeftOutTopicByItsTextsWhateverItsNumber) {
  LeftOutTopics left_out;
  left_out.add_query("What about the tigers of the delta?");
  left_out.add_instruction(kSentence + ". Not relevant are zoos.");
  const std::vector<SourcedTopic> topics = {
      topic("1", "The Tigers of the Delta", "Anything."),            // the description
      {"2", "what about the tigers of the delta", "", "Anything."},  // the title
      topic("3", "big cats", "Changed. a RELEVANT document says how many tigers live in the \u201Cdelta\u201D! More."),
      topic("4", "big cats", "Written anew."),       // 3's title
      topic("5", "zoos", "Not relevant are zoos."),  // too short a sentence to tell
  };
  const auto choice = choose_topics(topics, left_out);
  ASSERT_EQ(choice.chosen.size(), 1u);
  EXPECT_EQ(choice.chosen[0].id, "5");
  EXPECT_EQ(choice.count(DropReason::kLeftOut), 3);
  EXPECT_EQ(choice.count(DropReason::kSameTitle), 1);
}

TEST(TopicChoice, MarksOfTitlesFindWhatTheyWereMadeFrom) {
  LeftOutTopics left_out, from_marks;
  left_out.add_instruction(kSentence);
  const std::vector<SourcedTopic> topics = {topic("1", "big cats", kSentence + ".")};
  for (const Mark mark : marks_with_titles(topics, left_out)) from_marks.add_mark(mark);
  EXPECT_TRUE(from_marks.has_query("Big cats"));
  EXPECT_EQ(from_marks.marks().size(), 2u);
}

// printf 'big cats' | sha256sum
TEST(TopicChoice, AMarkIsTheBeginningOfAHash) {
  LeftOutTopics left_out;
  left_out.add_query("  Big, CATS ");
  EXPECT_EQ(left_out.marks(), std::set<Mark>{0xe7805a534d2b9fed});
}

TEST(TopicChoice, ReadsWhatIsLeftOutFromJsonAndTopics) {
  const TemporaryDir dir;
  LeftOutTopics left_out;
  read_left_out(dir.write("queries.jsonl", R"({"qid":"1","query":"a q","instruction_og":")" + kSentence +
                                               R"(","instruction_changed":"x"})" + "\n"),
                left_out);
  read_left_out(dir.write("topics.txt", "<top><num>1<title>some title<desc>d<narr>n</top>"), left_out);
  EXPECT_TRUE(left_out.has_query("A Q"));
  EXPECT_TRUE(left_out.has_query("some title"));
  EXPECT_TRUE(left_out.has_instruction_like("Now: " + kSentence));
  const auto bad = [&](const std::string& line) {
    return complaint_of([&] { read_left_out(dir.write("bad.jsonl", line), left_out); });
  };
  EXPECT_NE(bad("{\"query\":\"x\"}\n{\"a\":1}\n").find("bad.jsonl:2: has neither"), std::string::npos);
  EXPECT_NE(bad("{\"query\":\"x\"}\n[\n").find("bad.jsonl:2: is no JSON object"), std::string::npos);
}

TEST(TopicChoice, ReadsFilesAndFolders) {
  const TemporaryDir dir;
  dir.write("in/b.txt", "<top><num>1<title>t<narr>n</top>");
  dir.write("in/a.txt", "<top><num>1<title>t<narr>n</top>");
  dir.write("in/.hidden", "x");
  dir.write("other/a.txt", "<top><num>2<title>t<narr>n</top>");
  const auto read = read_sourced_topics(std::vector<std::filesystem::path>{dir.path() / "in"});
  ASSERT_EQ(read.topics.size(), 2u);
  EXPECT_EQ(read.topics[0].id, "a.txt---1");
  const std::vector<std::filesystem::path> clash = {dir.path() / "in", dir.path() / "other"};
  EXPECT_NE(complaint_of([&] { read_sourced_topics(clash); }).find("has the name of"), std::string::npos);
}

}  // namespace
}  // namespace heed::train
