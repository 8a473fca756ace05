#include "net/chat.h"

#include <gtest/gtest.h>

#include "testing/server.h"
#include "testing/testing.h"

namespace heed::net {
namespace {

using format::Json;
using heed::testing::ServedReply;
using heed::testing::ServedRequest;
using heed::testing::TestServer;

Chat chat_with(const std::string& url) {
  ChatSettings settings;
  settings.service.url = url;
  settings.model = "gpt";
  settings.max_tokens = 50;
  settings.seed = 7;
  return Chat(settings);
}

TEST(Chat, AMessageIsSentWithItsSettingsAndTheTextComesBack) {
  const TestServer server([](const ServedRequest&) {
    return ServedReply{.body = R"({"choices":[{"index":0,"message":{"role":"assistant","content":"Hi.\n"}}]})"};
  });
  EXPECT_EQ(chat_with(server.url()).ask("Say \"hi\".").text, "Hi.\n");
  EXPECT_EQ(server.requests().at(0).path, "/v1/chat/completions");
  EXPECT_EQ(Json::parse(server.requests().at(0).body), Json::parse(R"({
    "model":"gpt","messages":[{"role":"user","content":"Say \"hi\"."}],"temperature":0.0,"max_tokens":50,"seed":7})"));
  chat_with(server.url()).ask("Again.", {.temperature = 0.5, .seed = 9});
  EXPECT_EQ(Json::parse(server.requests().at(1).body)["temperature"], 0.5);
  EXPECT_EQ(Json::parse(server.requests().at(1).body)["seed"], 9);
}

TEST(Chat, AnAnswerWithoutATextIsUnavailable) {
  for (const char* const body :
       {"{}", R"({"choices":[]})", R"({"choices":[{"message":{"content":null}}]})", R"({"choices":[{"text":"a"}]})"}) {
    const TestServer server([&](const ServedRequest&) { return ServedReply{.body = body}; });
    EXPECT_THROW(chat_with(server.url()).ask("?"), base::Unavailable) << body;
  }
}

TEST(Chat, SaysWhenAnAnswerWasCut) {
  for (const auto& [reason, is_cut] : {std::pair(R"("length")", true), {R"("stop")", false}, {"null", false}}) {
    const testing::TestServer server([&](const testing::ServedRequest&) {
      return testing::ServedReply{.body = R"({"choices":[{"message":{"content":"So"},"finish_reason":)" +
                                          std::string(reason) + "}]}"};
    });
    const ChatAnswer answer = chat_with(server.url()).ask("?");
    EXPECT_EQ(answer.text, "So");
    EXPECT_EQ(answer.is_cut, is_cut) << reason;
  }
}

}  // namespace
}  // namespace heed::net
