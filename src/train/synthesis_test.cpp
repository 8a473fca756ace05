#include "train/synthesis.h"

#include <atomic>

#include <gtest/gtest.h>

#include "base/error.h"
#include "testing/testing.h"

namespace heed::train {
namespace {

using net::ChatAnswer;
using net::ChatQuestion;
using testing::TemporaryDir;

std::string good_answer() {
  std::string text;
  for (int i = 0; i < 25; ++i) text += " word";
  return "Relevant Document 1: yes" + text + "\nIrrelevant Document 1: no" + text;
}

std::vector<SourcedTopic> some_topics(int count) {
  std::vector<SourcedTopic> topics;
  for (int i = 0; i < count; ++i) topics.push_back({"f---" + std::to_string(i), "title " + std::to_string(i), "", "n"});
  return topics;
}

TEST(Synthesis, OneTopicsFailureIsNoOthers) {
  const TemporaryDir dir;
  net::AnswerLog log(dir.path() / "log.jsonl", "m");
  const auto topics = some_topics(5);
  const net::AskChat ask = [](const ChatQuestion& question) -> ChatAnswer {
    const auto is_about = [&](const char* title) { return question.prompt.find(title) != std::string::npos; };
    if (is_about("title 1")) throw base::Unavailable("gone");
    if (is_about("title 2")) throw base::BadInput("not this");
    if (is_about("title 3")) return {"garbage"};
    if (is_about("title 4") && question.tried < 2) return {"garbage"};
    return {good_answer()};
  };
  const auto results = synthesize(topics, {.concurrency = 2}, log, ask);
  ASSERT_EQ(results.size(), 5u);
  using enum SynthesisEnd;
  const SynthesisEnd ends[] = {kDone, kFailed, kRefused, kUnusable, kDone};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(results[i].end, ends[i]) << i;
  EXPECT_EQ(results[3].asked, 3);
  EXPECT_EQ(results[4].asked, 3);
  EXPECT_EQ(results[1].why, "gone");
  const auto rows = rows_of(topics[4], results[4], "m");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].id, "f---4#1");
  EXPECT_TRUE(rows[0].is_relevant);
  EXPECT_EQ(rows[1].id, "f---4#2");
  EXPECT_FALSE(rows[1].is_relevant);
  EXPECT_TRUE(rows_of(topics[1], results[1], "m").empty());
  const auto report = synthesis_report({.chosen = topics, .dropped = {{"x", "t", DropReason::kLeftOut}}}, results);
  EXPECT_EQ(report["topics"], 6);
  EXPECT_EQ(report["dropped"]["left out"], 1);
  EXPECT_EQ(report["ends"]["done"], 2);
  EXPECT_EQ(report["rows"], (format::Json{{"relevant", 2}, {"irrelevant", 2}}));
  EXPECT_EQ(report["not_done"].size(), 3u);
}

TEST(Synthesis, AServiceThatIsGoneIsNotAskedForever) {
  const TemporaryDir dir;
  net::AnswerLog log(dir.path() / "log.jsonl", "m");
  std::atomic<int> asked = 0;
  const net::AskChat ask = [&](const ChatQuestion&) -> ChatAnswer {
    ++asked;
    throw base::Unavailable("gone");
  };
  const auto results = synthesize(some_topics(100), {}, log, ask);
  EXPECT_EQ(asked, kMostFailuresInARow);
  EXPECT_EQ(results.back().end, SynthesisEnd::kNotAsked);
}

TEST(Synthesis, AsksNothingTwiceAndUsesWhatIsThereOfAServiceThatIsGone) {
  const TemporaryDir dir;
  const auto topics = some_topics(20);
  std::atomic<int> asked = 0;
  const net::AskChat ask = [&](const ChatQuestion&) -> ChatAnswer {
    if (++asked > 15) throw base::Unavailable("gone");
    return {good_answer()};
  };
  {
    net::AnswerLog log(dir.path() / "log.jsonl", "m");
    synthesize(topics, {}, log, ask);
  }
  net::AnswerLog log(dir.path() / "log.jsonl", "m");
  asked = 0;
  const auto results = synthesize(topics, {}, log, ask);
  EXPECT_EQ(asked, 5);
  for (const auto& result : results) EXPECT_EQ(result.end, SynthesisEnd::kDone);
}

TEST(Synthesis, ThatAnAnswerWasCutIsInTheLog) {
  const TemporaryDir dir;
  const net::AskChat ask = [](const ChatQuestion&) -> ChatAnswer {
    return {good_answer() + "\nIrrelevant Document 2: maybe this one is", true};
  };
  for (int i = 0; i < 2; ++i) {
    net::AnswerLog log(dir.path() / "log.jsonl", "m");
    const auto results = synthesize(some_topics(1), {}, log, ask);
    EXPECT_TRUE(results[0].documents.notes.front().starts_with("the answer was cut")) << i;
  }
}

}  // namespace
}  // namespace heed::train
