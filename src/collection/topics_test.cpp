#include "collection/topics.h"

#include <algorithm>
#include <ostream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "testing/testing.h"

namespace heed::collection {

std::ostream& operator<<(std::ostream& out, const Topic& topic) {
  return out << "{" << topic.id << "|" << topic.title << "|" << topic.description << "|" << topic.narrative << "}";
}

namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

Topics read(const std::string& content) {
  const TemporaryDir dir;
  return read_topics(dir.write("topics", content));
}

/// The complaint about `content`, without the file's name.
std::string complaint(const std::string& content) {
  const TemporaryDir dir;
  const auto path = dir.write("topics", content);
  const std::string text = complaint_of([&] { read_topics(path); });
  EXPECT_EQ(text.substr(0, path.string().size()), path.string());
  return text.substr(std::min(text.size(), path.string().size()));
}

Topic topic(std::string_view id, std::string_view title, std::string_view description = "",
            std::string_view narrative = "") {
  return {QueryId(id), title, description, narrative};
}

void expect_topics(const std::string& content, const std::vector<Topic>& expected) {
  const Topics topics = read(content);
  EXPECT_EQ(topics.topics, expected) << content;
  EXPECT_TRUE(topics.notes.empty()) << content;
}

const std::string kOpenTags =
    "<top>\n\n<num> Number: 301 \n<title> International  Organized\nCrime \n\n<desc> Description: \nIdentify\tR&D "
    "organizations.\n\n<narr> Narrative: \nA relevant document (1 < 2).\nVague ones not.\n\n</top>\n\n\n<top>\n<num> "
    "Number: "
    "302\n<title> Polio\n<desc>\nIs it?\n<narr>\nYes.\n</top>\n";

const std::vector<Topic> kOpenTopics = {topic("301", "International Organized Crime", "Identify R&D organizations.",
                                              "A relevant document (1 < 2). Vague ones not."),
                                        topic("302", "Polio", "Is it?", "Yes.")};

TEST(Topics, TrecSgmlWithOpenTagsIsRead) {
  expect_topics(kOpenTags, kOpenTopics);
}

TEST(Topics, WhatPeoplesFilesBringAlongChangesNothing) {
  std::string crlf;
  for (const char c : kOpenTags) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  std::string upper = kOpenTags;
  for (const char* const tag : {"top", "num", "title", "desc", "narr"})
    for (std::size_t at = 0; (at = upper.find(std::string(tag) + ">", at)) != std::string::npos; ++at)
      std::transform(tag, tag + std::string(tag).size(), upper.begin() + static_cast<long>(at), toupper);
  ASSERT_NE(upper.find("</TOP>"), std::string::npos);
  std::string unended = kOpenTags;
  for (std::size_t at = 0; (at = unended.find("</top>\n")) != std::string::npos;) unended.erase(at, 7);
  for (const std::string& content : {crlf, upper, unended, "\xEF\xBB\xBF" + kOpenTags, "\n \n" + kOpenTags,
                                     kOpenTags.substr(0, kOpenTags.size() - 1), "<!-- <top> -->\n" + kOpenTags,
                                     "<?xml version='1.0'?>\n<xml>\n" + kOpenTags + "</xml>"})
    expect_topics(content, kOpenTopics);
}

TEST(Topics, TheOldTagsBetweenTheFieldsArePassedOver) {
  expect_topics(
      "<top>\n<head> Tipster Topic Description\n<num> Number:  051\n<dom> Domain:  Economics\n<title> Topic:  Airbus\n"
      "<desc> Description:\n\nDocument will discuss.\n<smry> Summary:\nDocument.\n<narr> Narrative:\n\nA relevant "
      "one.\n"
      "<con> Concept(s):\n1. Airbus\n<fac> Factor(s):\n<nat> Nationality: U.S.\n</fac>\n<def> Definition(s):\n</top>",
      {topic("051", "Airbus", "Document will discuss.", "A relevant one.")});
}

TEST(Topics, ClosedTagsAndOtherTasksFieldsAreRead) {
  expect_topics(
      "<topics>\n<top lang='en'>\n<num>176</num>\n<title>\nYSR death\n</title> stray <desc>D.</desc><narr> "
      "Narrative\nN.\n</narr></top></topics>",
      {topic("176", "YSR death", "D.", "N.")});
  expect_topics("<top>\n<num> Number: MB01 </num>\n<query> think tweet </query>\n<querytime> Sat </querytime>\n</top>",
                {topic("MB01", "think tweet")});
  expect_topics("<top><num>1<title>a <b>bold</b> H<sub>2</sub>O<p>two<br/>three<query>other",
                {topic("1", "a bold H2O two three")});
}

TEST(Topics, ALabelGoesOnlyWhereItIsOne) {
  expect_topics("<top><num> number : 1<title>topic models<desc>Description of games\nin Scotland<narr>Narrative poems.",
                {topic("1", "topic models", "Description of games in Scotland", "Narrative poems.")});
  expect_topics("<top><num>Number: 2<title>Topic<desc>DESCRIPTION: d<narr>Narrative \r\n n",
                {topic("2", "Topic", "d", "n")});
}

TEST(Topics, XmlOfTheWebAndCovidTracksIsRead) {
  expect_topics(
      "<?xml version=\"1.0\"?>\n<!DOCTYPE webtrack2012 [\n<!ELEMENT topic (query)>\n]>\n<webtrack2012>\n<!-- <topic> "
      "-->\n"
      "<topic number=\"151\" type=\"faceted\">\n<query>403b</query>\n<description>\n What is\n a 403b "
      "plan?\n</description>\n"
      "<subtopic number=\"1\" type=\"inf\">What?</subtopic>\n</topic></webtrack2012>",
      {topic("151", "403b", "What is a 403b plan?")});
  expect_topics(
      "<topics task=\"COVID\">\r\n<topic number=\"01\"><query>q &amp; "
      "a</query><question>what</question><narrative>n</narrative></topic></topics>",
      {topic("01", "q & a", "what", "n")});
  expect_topics(
      "<topics><topic><number>1</number><title>t</title><description>d</description><answer>no</"
      "answer><narrative>Narrative <i>n</i></narrative></topic></topics>",
      {topic("1", "t", "d", "Narrative n")});
  expect_topics(
      "<topics><topic number=\"1\">\nA 19-year-old\nman.\n</topic><topic id=\"2\"><title>b</title></topic></topics>",
      {topic("1", "A 19-year-old man."), topic("2", "b")});
}

TEST(Topics, TheFirstTagWithTextCountsForAField) {
  expect_topics(
      "<topics><topic "
      "number=\"5\"><question>q</question><description/><query>b</query><title>a</title></topic></topics>",
      {topic("5", "a", "q")});
}

TEST(Topics, JsonLinesAreRead) {
  expect_topics(
      "\xEF\xBB\xBF{\"_id\": \"PLAIN-3\", \"text\": \" Breast  cancer\", \"metadata\": {\"url\": \"x\"}}\r\n\n"
      "{\"id\": 7, \"contents\": \"c\", \"field1\": \"f\"}\n"
      "{\"id\": \"a\", \"text\": \"t\", \"title\": \"no\", \"description\": \"d\", \"instruction\": \"i\"}\n"
      "{\"id\": \"b\", \"text\": \"t\", \"instruction_og\": \"og\", \"instruction_changed\": \"ch\", \"instruction\": "
      "null}",
      {topic("PLAIN-3", "Breast cancer"), topic("7", "c"), topic("a", "t", "d", "i"), topic("b", "t", "", "og")});
}

TEST(Topics, TabSeparatedLinesAreRead) {
  expect_topics("19335\tanthropological definition of environment\r\n\n2 \t caf\xE9\tau  lait",
                {topic("19335", "anthropological definition of environment"), topic("2", "caf\xE9 au lait")});
}

TEST(Topics, BytesOfOtherEncodingsPassThroughSgmlAndPackedFilesAreRead) {
  const TemporaryDir dir;
  const Topics topics = read_topics(dir.write_gzip("t.gz", "<top><num>1<title>caf\xE9 d\xC3\xA9j\xC3\xA0</top>"));
  EXPECT_EQ(topics.topics, std::vector{topic("1", "caf\xE9 d\xC3\xA9j\xC3\xA0")});
}

TEST(Topics, TopicsWithoutATitleAreCounted) {
  const TemporaryDir dir;
  const auto path = dir.write(
      "t",
      "<top>\n<num> Number: 886 </num>\n<docid>A</docid>\n<url>https://a.b/c/<url>\n</top>\n<top><num>2<title>x</top>");
  const Topics topics = read_topics(path);
  EXPECT_EQ(topics.topics, (std::vector{topic("886", ""), topic("2", "x")}));
  EXPECT_EQ(topics.notes, std::vector{path.string() + ": 1 topic has no title"});
  EXPECT_EQ(read("1\t\n2\t \n").notes.size(), 1u);
}

TEST(Topics, EveryFormatOfTheSameTopicsReadsTheSame) {
  std::string sgml, xml, json, tabs;
  std::vector<std::string> ids;
  for (int i = 1; i <= 40; ++i) {
    const std::string id = "q" + std::to_string(i),
                      title = "how  many " + std::string(i % 7 + 1, 'x') + std::to_string(i);
    sgml += "<top><num> Number: " + id + "\n<title> Topic: " + title + "\n</top>\n";
    xml += "<topic number=\"" + id + "\"><title>" + title + "</title></topic>\n";
    json += "{\"_id\": \"" + id + "\", \"text\": \"" + title + "\"}\n";
    tabs += id + "\t" + title + "\n";
  }
  const Topics first = read(sgml);
  EXPECT_EQ(first.topics.size(), 40u);
  EXPECT_EQ(first.topics[8], topic("q9", "how many xxx9"));
  for (const std::string& content : {"<topics>" + xml + "</topics>", json, tabs})
    EXPECT_EQ(read(content).topics, first.topics);
}

TEST(Topics, ATopicNeedsANumberOfItsOwn) {
  EXPECT_EQ(complaint("\n<top>\n<title> a\n</top>"), ":2: the topic has no number");
  EXPECT_EQ(complaint("<top>\n<num> Number:\n<title> a\n</top>"), ":1: the topic has no number");
}

TEST(Topics, AnIdIsGivenOnce) {
  EXPECT_EQ(complaint("<top>\n<num>1</top>\n<top><num> Number: 1\n</top>"), ":3: topic 1 is given twice");
  EXPECT_EQ(complaint("<topics>\n<topic number='1'/>\n<topic number='1'/></topics>"), ":3: topic 1 is given twice");
  EXPECT_EQ(complaint("1\ta\n1\tb\n"), ":2: topic 1 is given twice");
  EXPECT_EQ(complaint("{\"id\": \"1\", \"text\": \"\"}\n{\"id\": 1, \"text\": \"\"}\n"), ":2: topic 1 is given twice");
}

TEST(Topics, BrokenTopicsAreRefusedWithTheirLine) {
  EXPECT_EQ(complaint("<topics>\n<topic/>\n</topics>"), ":2: the topic has no number");
  EXPECT_EQ(complaint("<top>\n<num>1 2\n</top>"), ":1: the topic's number has white space in it: \"1 2\"");
  EXPECT_EQ(complaint("<top>\n<num>1\n<title>a\n<num>2\n<title>b"), ":4: the topic has a second <num>");
  EXPECT_EQ(complaint("<top>\n<num>1\n</top>\n<num>2\n<title>b</top>"), ":4: <num> stands outside a topic");
  EXPECT_EQ(complaint("<topic number='1'>\n<query/>\n<query/>\n</topic>"), ":3: the topic has a second <query>");
  EXPECT_EQ(complaint("<topics>\n<topic number='1'><query>R&D</query></topic></topics>"),
            ":2: not valid XML: not well-formed (invalid token)");
  EXPECT_EQ(complaint("<topics>\n<topic number='1'>\n</topics>"), ":3: not valid XML: mismatched tag");
  EXPECT_EQ(complaint("{\"id\": \"1\"}\n"), ":1: there is no \"text\"");
  EXPECT_EQ(complaint("{\"text\": \"1\"}\n"), ":1: there is no \"_id\" or \"id\"");
  EXPECT_NE(complaint("{\"id\": \"1\", \"text\": \"a\"}\n{\"id\": ").find(":2: not valid JSON"), std::string::npos);
  EXPECT_EQ(complaint("1\ta\n\t b\n"), ":2: the topic has no number");
  EXPECT_EQ(complaint("1\ta\n\n2 b\n"),
            ":3: neither TREC topics (<top> or <topic>), nor JSON lines, nor an id, a tab and a text");
}

TEST(Topics, AFileWithoutTopicsIsRefused) {
  EXPECT_EQ(complaint(""), ": there are no topics in it");
  EXPECT_EQ(complaint("\r\n \n"), ": there are no topics in it");
  EXPECT_EQ(complaint("<html>\n</html>"), ": there are no topics in it: neither <top> nor <topic>");
}

TEST(Topics, PipesAndMissingFilesAreRefused) {
  const TemporaryDir dir;
  const auto pipe = dir.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(complaint_of([&] { read_topics(pipe); }), pipe.string() + ": topics are read from a file, not a pipe");
  EXPECT_EQ(complaint_of([&] { read_topics("-"); }), "standard input: topics are read from a file, not a pipe");
  EXPECT_NE(complaint_of([&] { read_topics(dir.path() / "none"); }).find("none: cannot be read"), std::string::npos);
  EXPECT_NE(complaint_of([&] { read_topics(dir.path()); }).find("is a folder"), std::string::npos);
}

}  // namespace
}  // namespace heed::collection
