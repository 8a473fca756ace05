#include "net/answer_log.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.h"
#include "testing/testing.h"

namespace heed::net {
namespace {

using heed::testing::complaint_of;
using heed::testing::TemporaryDir;

TEST(AnswerLog, TwoThreadsWithOneQuestionAskItOnceAndHaveOneAnswer) {
  const TemporaryDir dir;
  AnswerLog log(dir.path() / "log.jsonl", "gpt");
  std::atomic<int> asked = 0;
  const AskChat ask = [&](const ChatQuestion&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return ChatAnswer{"answer " + std::to_string(++asked)};
  };
  std::vector<std::string> answers(4);
  {
    std::vector<std::jthread> threads;
    for (std::string& answer : answers)
      threads.emplace_back([&] { answer = log.answer({"a question", 0}, {{"id", "q1"}, {"step", "short"}}, ask); });
  }
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(answers, std::vector<std::string>(4, "answer 1"));
}

TEST(AnswerLog, AQuestionThatFailedIsAskedByTheThreadThatWaits) {
  const TemporaryDir dir;
  AnswerLog log(dir.path() / "log.jsonl", "gpt");
  std::atomic<int> asked = 0, failed = 0, answered = 0;
  const AskChat ask = [&](const ChatQuestion&) -> ChatAnswer {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (++asked == 1) throw base::Unavailable("gone");
    return {"Find it."};
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([&] {
        try {
          log.answer({"a question", 0}, {{"id", "q1"}, {"step", "short"}}, ask);
          ++answered;
        } catch (const base::Unavailable&) {
          ++failed;
        }
      });
  }
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(answered, 2);
}

TEST(AnswerLog, IsOfOneProcessAndLosesNothing) {
  const TemporaryDir dir;
  const auto path = dir.path() / "log.jsonl";
  {
    AnswerLog log(path, "gpt");
    EXPECT_EQ(complaint_of([&] { AnswerLog(path, "gpt"); }), path.string() + ": another process writes it");
    log.answer({"a question", 0}, {{"id", "q1"}}, [](const ChatQuestion&) { return ChatAnswer("an answer"); });
  }
  AnswerLog again(path, "gpt");
  EXPECT_EQ(again.answer({"a question", 0}, {}, [](const ChatQuestion&) { return ChatAnswer("another"); }),
            "an answer");
  EXPECT_EQ(complaint_of([] { AnswerLog("/dev/full", "gpt"); }), "/dev/full: is no file that a log could grow in");
}

}  // namespace
}  // namespace heed::net
