#include "retrieve/short_instructions.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "testing/testing.h"

namespace heed::retrieve {
namespace {

using heed::testing::complaint_of;
using heed::testing::content_of;
using heed::testing::TemporaryDir;
using net::AnswerLog;
using net::AskChat;
using net::ChatQuestion;
using Keywords = std::vector<std::string>;

TEST(ShortInstructions, ThePromptsAreThePapersAroundTheInstruction) {
  const std::string prompt = short_prompt(" About trains.\n");
  EXPECT_TRUE(
      prompt.starts_with("I have instructions that are specific to a question, but I need your help abstracting "
                         "them to a general task format"));
  EXPECT_TRUE(
      prompt.ends_with("## Your turn\nOriginal Instruction: About trains.\nAbstract Command (remember to use "
                       "the word \"question\"):"));
  const std::string keywords = keywords_prompt("About trains.");
  EXPECT_TRUE(keywords.starts_with("I have instructions that are specific to a style of retrieval, "));
  EXPECT_TRUE(
      keywords.ends_with("## Your turn\nInstruction: About trains.\nKeywords (either one or two keywords, that "
                         "are not \"documents\", \"questions\", \"answer\", or \"articles\"):"));
  for (const std::string& text : {prompt, keywords}) {
    EXPECT_EQ(text.find("FILL_TEXT_HERE"), std::string::npos);
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
    EXPECT_NE(text.find("### Example 4:\n"), std::string::npos);
  }
}

TEST(ShortInstructions, AnInstructionIsNotReadAsAPlace) {
  EXPECT_NE(short_prompt("FILL_TEXT_HERE twice").find("Original Instruction: FILL_TEXT_HERE twice\n"),
            std::string::npos);
}

TEST(ShortInstructions, ACommandIsFoundInWhatModelsAnswer) {
  const std::string command = "Find a news article that answers this question.";
  for (const std::string& answer :
       {command, " " + command + "\n", "\"" + command + "\"", "Abstract Command: " + command,
        "**Abstract Command:** " + command, "**Abstract Command**: \"" + command + "\"",
        "abstract command:\n" + command, "Abstract Command (remember to use the word \"question\"): " + command,
        "```\n" + command + "\n```", "```text\nAbstract Command: " + command + "\n```",
        "Sure! Here is the abstract command:\n\n" + command, "1. " + command, "- \u201C" + command + "\u201D",
        command + "\n\nI hope that helps!"})
    EXPECT_EQ(short_in(answer), command) << answer;
}

TEST(ShortInstructions, WhatIsNoCommandIsNone) {
  std::string endless;
  for (int i = 0; i < 61; ++i) endless += "word ";
  for (const std::string& answer : {std::string(), std::string(" \n"), std::string("```\n```"),
                                    std::string("I'm sorry, but I can't help with that."),
                                    std::string("Abstract Command:"), std::string("\"\""), endless})
    EXPECT_EQ(short_in(answer), std::nullopt) << answer;
}

TEST(ShortInstructions, KeywordsAreFoundInWhatModelsAnswer) {
  const Keywords both = {"news", "night trains"};
  for (const char* const answer :
       {R"(["news", "night trains"])", R"(Keywords: ["news", "night trains"])", "['news', 'night trains']",
        "```json\n[\"news\", \"night trains\"]\n```", "[news, night trains]", "[\"news\", \"night trains\",]",
        R"({"keywords": ["news", "night trains"]})", "Keywords: news, night trains", "news, night trains.",
        "**Keywords:** \"news\", \"night trains\"", "1. news\n2. night trains", "Keywords:\n- \"news\"\n- night trains",
        "Sure, here they are:\n* news\n* night trains", "[\u201Cnews\u201D, \u201Cnight trains\u201D]",
        "[\"news\", \"night trains\"]\n\nThese are the keywords that matter [most].", "[\"news\",\n \"night trains\"]",
        "[\"news\", \"night trains\", \"news\"]"})
    EXPECT_EQ(keywords_in(answer), both) << answer;
  EXPECT_EQ(keywords_in("[\"PubMed\"]"), Keywords{"PubMed"});
  EXPECT_EQ(keywords_in("PubMed"), Keywords{"PubMed"});
}

TEST(ShortInstructions, WhatIsNoKeywordsIsNone) {
  for (const char* const answer : {"", "[]", "[\"\"]", "[1, 2]", "I'm sorry, I can't.",
                                   "The relevant words of this instruction would be about news.",
                                   "[\"one two three four five six\"]", "a, b, c, d, e, f, g, h, i, j, k"})
    EXPECT_EQ(keywords_in(answer), std::nullopt) << answer;
}

TEST(ShortInstructions, RandomAnswersNeverDoHarm) {
  base::Random random(1);
  const std::string good = "Keywords (one):\n```json\n[\"news\", 'a', \u201Cb\u201D]\n```\n1. **x**: y, (z";
  for (int i = 0; i < 3000; ++i) {
    std::string answer = good;
    for (int k = 0; k < 4; ++k) answer = heed::testing::mutated(answer, random);
    answer.resize(answer.size() * static_cast<std::size_t>(i % 10 + 1) / 10);
    if (const auto keywords = keywords_in(answer)) {
      EXPECT_FALSE(keywords->empty());
    }
    if (const auto command = short_in(answer)) {
      EXPECT_FALSE(command->empty());
    }
  }
}

/// A chat that counts what it is asked, and answers by script.
struct Chat {
  std::vector<ChatQuestion> asked;
  std::vector<std::string> answers;
  AskChat ask = [this](const ChatQuestion& question) {
    asked.push_back(question);
    if (asked.size() > answers.size()) throw base::Unavailable("gone");
    return net::ChatAnswer{answers[asked.size() - 1]};
  };
};

TEST(Shorten, KeywordsComeFromTheFullInstructionOrTheShortOne) {
  for (const KeywordsFrom from : {KeywordsFrom::kFull, KeywordsFrom::kShort}) {
    const TemporaryDir dir;
    AnswerLog log(dir.path() / "log.jsonl", "gpt");
    Chat chat{.asked = {}, .answers = {"Find it.", "[\"a\", \"b\"]"}};
    const auto result = shorten("q1", "Long.", {.keywords_from = from}, log, chat.ask);
    EXPECT_EQ(result.short_instruction, "Find it.");
    EXPECT_EQ(result.keywords_text(), "a b");
    ASSERT_EQ(chat.asked.size(), 2u);
    EXPECT_EQ(chat.asked[0].prompt, short_prompt("Long."));
    EXPECT_EQ(chat.asked[1].prompt, keywords_prompt(from == KeywordsFrom::kFull ? "Long." : "Find it."));
  }
}

TEST(Shorten, AnAnswerThatCannotBeUsedIsAskedForAgain) {
  const TemporaryDir dir;
  AnswerLog log(dir.path() / "log.jsonl", "gpt");
  Chat chat{.asked = {}, .answers = {"", "Find it.", "no idea what you would like me to say", "[\"a\"]"}};
  EXPECT_EQ(shorten("q1", "Long.", {}, log, chat.ask).keywords_text(), "a");
  ASSERT_EQ(chat.asked.size(), 4u);
  EXPECT_EQ(chat.asked[0].tried, 0);
  EXPECT_EQ(chat.asked[1].tried, 1);
  EXPECT_EQ(chat.asked[3].tried, 1);
  Chat stubborn{.asked = {}, .answers = {"", "", "", ""}};
  try {
    shorten("q2", "Other.", {}, log, stubborn.ask);
    FAIL();
  } catch (const base::Unavailable& error) {
    EXPECT_NE(std::string(error.what()).find("topic q2: no answer about its short can be used (asked 3 times)"),
              std::string::npos)
        << error.what();
  }
}

TEST(Shorten, NothingIsAskedTwice) {
  const TemporaryDir dir;
  const auto path = dir.path() / "deep" / "log.jsonl";
  Chat first{.asked = {}, .answers = {"Find it."}};
  {
    AnswerLog log(path, "gpt");
    EXPECT_THROW(shorten("q1", "Long.", {}, log, first.ask), base::Unavailable);  // it goes away after one answer
  }
  Chat second{.asked = {}, .answers = {"[\"a\"]"}};
  {
    AnswerLog log(path, "gpt");
    EXPECT_EQ(shorten("q1", "Long.", {}, log, second.ask).short_instruction, "Find it.");
    EXPECT_EQ(log.reused(), 1);
  }
  Chat third;
  {
    AnswerLog log(path, "gpt");
    EXPECT_EQ(shorten("q1", "Long.", {}, log, third.ask).keywords_text(), "a");
    EXPECT_TRUE(third.asked.empty());
  }
  Chat other;
  AnswerLog of_another(path, "claude");
  EXPECT_THROW(shorten("q1", "Long.", {}, of_another, other.ask), base::Unavailable);
}

TEST(Shorten, ALineThatWasCutIsAskedForAgainAndAnotherFileIsRefused) {
  const TemporaryDir dir;
  const auto path = dir.path() / "log.jsonl";
  {
    AnswerLog log(path, "gpt");
    Chat chat{.asked = {}, .answers = {"Find it.", "[\"a\"]"}};
    shorten("q1", "Long.", {}, log, chat.ask);
  }
  const std::string whole = content_of(path);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    dir.write("log.jsonl", whole.substr(0, size));
    Chat chat{.asked = {}, .answers = {"[\"a\"]"}};
    if (size < whole.find('\n')) chat.answers = {"Find it.", "[\"a\"]"};
    if (size + 1 == whole.size()) chat.answers.clear();  // all is there but the line's end
    AnswerLog log(path, "gpt");
    EXPECT_EQ(shorten("q1", "Long.", {}, log, chat.ask).keywords_text(), "a");
    EXPECT_EQ(chat.asked.size(), chat.answers.size());
    EXPECT_EQ(content_of(path), whole);
  }
  const auto foreign = dir.write("foreign.jsonl", "{\"_id\":\"q1\"}\n");
  EXPECT_NE(complaint_of([&] { AnswerLog(foreign, "gpt"); }).find("foreign.jsonl:1"), std::string::npos);
  EXPECT_EQ(content_of(foreign), "{\"_id\":\"q1\"}\n");
}

}  // namespace
}  // namespace heed::retrieve
