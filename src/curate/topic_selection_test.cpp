#include "curate/topic_selection.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "testing/testing.h"

namespace heed::curate {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

/// Four topics: 1 and 2 are whole, 3 has no narrative, 4 no description; 2 has two relevant documents, the others one.
struct Files {
  TemporaryDir dir;
  collection::Topics topics =
      collection::read_topics(dir.write("topics",
                                        "<top><num>1<title>bees<desc>how bees fly<narr>Flight counts.</top>\n"
                                        "<top><num>2<title>wasps<desc>where wasps live<narr>Nests count.</top>\n"
                                        "<top><num>3<title>ants<desc>what ants eat</top>\n"
                                        "<top><num>4<title>flies<narr>Any fly.</top>\n"));
  collection::Judgments judgments = collection::read_judgments(
      dir.write("qrels", "1 0 a 1\n1 0 b 0\n2 0 a 2\n2 0 b 1\n2 0 c -1\n3 0 a 1\n4 0 a 1\n"));
};

std::vector<std::string> ids(const Selection& selection) {
  std::vector<std::string> all;
  for (const CurationTopic& topic : selection.topics) all.push_back(topic.id);
  return all;
}

using Ids = std::vector<std::string>;

TEST(TopicSelection, TopicsWithQueryNarrativeAndJudgmentsArePicked) {
  const Files files;
  const Selection selection = select_topics(files.topics, files.judgments, {});
  EXPECT_EQ(selection.topics, (std::vector<CurationTopic>{{"1", "how bees fly", "Flight counts."},
                                                          {"2", "where wasps live", "Nests count."}}));
  EXPECT_EQ(selection.dropped, (std::vector<DroppedTopic>{{"3", "has no narrative to be its instruction"},
                                                          {"4", "has no description to be its query"}}));
}

TEST(TopicSelection, EveryOptionNarrowsOrWidens) {
  const Files files;
  const auto with = [&](const SelectionOptions& options) {
    return ids(select_topics(files.topics, files.judgments, options));
  };
  EXPECT_EQ(with({.query = collection::QueryPart::kTitle}), (Ids{"1", "2", "4"}));
  EXPECT_EQ(with({.least_relevant = 2}), (Ids{"2"}));
  EXPECT_EQ(with({.only = {"2", "3"}}), (Ids{"2"}));
  EXPECT_EQ(with({.excluded = {"2", "99"}}), (Ids{"1"}));
  EXPECT_EQ(with({.instructions = {{"3", "Food counts."}}}), (Ids{"1", "2", "3"}));
  EXPECT_EQ(collection::query_text(files.topics.topics[0], collection::QueryPart::kTitleAndDescription),
            "bees how bees fly");
}

TEST(TopicSelection, ASampleDependsOnItsSeedAloneAndKeepsTheOrder) {
  const Files files;
  SelectionOptions options{.query = collection::QueryPart::kTitle, .sample = 2};
  std::set<Ids> drawn;
  for (options.seed = 0; options.seed < 30; ++options.seed) {
    const Ids once = ids(select_topics(files.topics, files.judgments, options));
    EXPECT_EQ(once, ids(select_topics(files.topics, files.judgments, options)));
    EXPECT_TRUE(std::ranges::is_sorted(once));
    drawn.insert(once);
  }
  EXPECT_EQ(drawn.size(), 3u);  // of 3 topics every pair comes
}

TEST(TopicSelection, WhatCannotBePickedIsSaid) {
  const Files files;
  const auto complaint = [&](const SelectionOptions& options) {
    return complaint_of([&] { select_topics(files.topics, files.judgments, options); });
  };
  EXPECT_EQ(complaint({.only = {"7"}}), "there is no topic 7 among the topics");
  EXPECT_EQ(complaint({.instructions = {{"7", "x"}}}),
            "the instructions: there is an instruction for topic 7, which the topics lack");
  EXPECT_EQ(complaint({.sample = 3}), "only 2 topics fit, fewer than the sample of 3");
  EXPECT_EQ(complaint({.least_relevant = 5}), "no topic fits: topic 1 has fewer than 5 relevant documents");
}

TEST(TopicSelection, JudgmentsThatNumberOtherwiseAreNoticed) {
  const Files files;
  const auto other = collection::read_judgments(files.dir.write("other", "q1 0 a 1\nq2 0 a 1\n"));
  EXPECT_EQ(
      complaint_of([&] { select_topics(files.topics, other, {}); }),
      "no topic fits: topic 1 has no relevant document; 2 of the 2 judged queries are not among the topics; do both "
      "files number them alike?");
}

TEST(TopicSelection, InstructionsComeInLinesOrJson) {
  const TemporaryDir dir;
  const std::map<std::string, std::string> expected = {{"1", "Flight counts."}, {"2", "a\tb"}};
  EXPECT_EQ(read_instructions(dir.write("t", "1\tFlight counts. \r\n\n2\ta\tb\n")), expected);
  EXPECT_EQ(read_instructions(dir.write("j", R"({"id":1,"instruction":"Flight counts."}
{"topic":"2","text":"a\tb"})")),
            expected);
  EXPECT_EQ(read_ids(dir.write("ids", "301 0 x 1\n302\n301\n")), (std::set<std::string>{"301", "302"}));
  const auto complaint = [&](std::string_view text) {
    const auto path = dir.write("bad", text);
    return complaint_of([&] { read_instructions(path); }).substr(path.string().size());
  };
  EXPECT_EQ(complaint("1\ta\n1\tb\n"), ":2: topic 1 has two instructions");
  EXPECT_EQ(complaint("1 a\n"), ":1: is no line of an id, a tab and an instruction");
  EXPECT_EQ(complaint("1 2\ta\n"), ":1: the id is empty or has white space in it: \"1 2\"");
  EXPECT_EQ(complaint("1\t \n"), ":1: the instruction of topic 1 is empty");
  EXPECT_EQ(complaint("{\"id\":\"1\"}\n"), ":1: the instruction of topic 1 is empty");
}

}  // namespace
}  // namespace heed::curate
