#include "net/json_service.h"

#include <atomic>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "testing/server.h"
#include "testing/testing.h"

namespace heed::net {
namespace {

using format::Json;
using heed::testing::complaint_of;
using heed::testing::ServedReply;
using heed::testing::ServedRequest;
using heed::testing::TestServer;
using std::chrono::milliseconds;
using std::chrono::seconds;

ServiceSettings impatient(const std::string& url) {
  ServiceSettings settings;
  settings.url = url;
  settings.key = Header{"Authorization", "Bearer sk-secret"};
  settings.key_hint = "is MY_KEY right?";
  settings.patience = {.attempts = 3, .connect = seconds(2), .silence = seconds(1)};
  settings.hooks.sleep = [](milliseconds) {};
  return settings;
}

Json whole(const Json& answer) {
  return answer;
}

std::string unavailable_because(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Unavailable& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was unavailable";
  return "";
}

TEST(JsonService, ABodyIsPostedWithTheKeyAndTheAnswerRead) {
  const TestServer server([](const ServedRequest& request) { return ServedReply{.body = "[" + request.body + "]"}; });
  const JsonService service(impatient(server.url() + "/v1/x"));
  EXPECT_EQ(service.ask({{"a", 1}}, whole), Json::parse(R"([{"a":1}])"));
  const ServedRequest request = server.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/v1/x");
  EXPECT_EQ(request.headers.at("authorization"), "Bearer sk-secret");
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
}

TEST(JsonService, AnAnswerThatIsNoJsonOrNonsenseIsUnavailable) {
  for (const char* const body : {"<html>Welcome</html>", "", "{\"a\":", "nan", "{\"a\":NaN}"}) {
    const TestServer server([&](const ServedRequest&) { return ServedReply{.body = body, .type = "text/html"}; });
    const JsonService service(impatient(server.url() + "/v1/x?key=sk-query"));
    const std::string message = unavailable_because([&] { service.ask(Json::object(), whole); });
    EXPECT_EQ(message, server.url() + "/v1/x: answered what makes no sense: it is no JSON, but calls itself text/html")
        << body;
    EXPECT_EQ(server.requests().size(), 1u);
  }
  const TestServer server([&](const ServedRequest&) { return ServedReply{.body = "{}"}; });
  const JsonService service(impatient(server.url()));
  EXPECT_EQ(unavailable_because(
                [&] { service.ask(Json::object(), [](const Json& answer) { return member_of(answer, "data"); }); }),
            server.url() + ": answered what makes no sense: there is no \"data\"");
}

TEST(JsonService, AnAnswerThatIsNestedWithoutEndIsUnavailable) {
  constexpr std::size_t kLevels = 1'000'000;
  const auto answer = [](const std::string& body) {
    const TestServer server([&](const ServedRequest&) { return ServedReply{.body = body}; });
    const JsonService service(impatient(server.url()));
    return unavailable_because([&] { service.ask(Json::object(), whole); });
  };
  EXPECT_NE(answer(std::string(kLevels, '[') + std::string(kLevels, ']')).find("nested"), std::string::npos);
  EXPECT_NE(answer(R"({"data":)" + std::string(kLevels, '[')).find("nested"), std::string::npos);
  // Many lists beside each other, and brackets in a text, are no depth.
  std::string wide = R"(["\"[)" + std::string(kLevels, '[') + '"';
  for (int i = 0; i < 1000; ++i) wide += ",[{}]";
  const TestServer server([&](const ServedRequest&) { return ServedReply{.body = wide + "]"}; });
  EXPECT_EQ(JsonService(impatient(server.url())).ask(Json::object(), whole).size(), 1001u);
}

TEST(JsonService, WhatIsTooLargeIsToldApart) {
  struct Case {
    int status;
    const char* body;
    bool is_too_large;
  };
  for (const Case& c :
       {Case{413, "", true}, Case{400, R"({"error":{"message":"maximum context length is 8192"}})", true},
        Case{422, R"({"error":"batch size 33 > maximum allowed batch size 32"})", true},
        Case{500, R"({"error":{"message":"input is too large to process"}})", true},
        Case{400, R"({"error":{"message":"unknown model"}})", false}}) {
    const TestServer server([&](const ServedRequest&) { return ServedReply{.status = c.status, .body = c.body}; });
    const JsonService service(impatient(server.url()));
    if (c.is_too_large)
      EXPECT_THROW(service.ask(Json::object(), whole), TooLarge) << c.body;
    else
      EXPECT_THROW(
          try { service.ask(Json::object(), whole); } catch (const TooLarge&) { FAIL() << c.body; }, base::BadInput);
    EXPECT_EQ(server.requests().size(), 1u) << c.body;  // asking again would not help
  }
}

TEST(JsonService, ARefusedKeyIsNamedByItsVariableAndNotShown) {
  const TestServer server([&](const ServedRequest&) {
    return ServedReply{.status = 401, .body = R"({"error":{"message":"Incorrect API key provided: sk-secret"}})"};
  });
  const JsonService service(impatient(server.url()));
  const std::string message = complaint_of([&] { service.ask(Json::object(), whole); });
  EXPECT_NE(message.find("is MY_KEY right?"), std::string::npos) << message;
  EXPECT_EQ(message.find("sk-secret"), std::string::npos) << message;
}

TEST(JsonService, NoMoreRequestsAreUnderWayThanAllowed) {
  const TestServer server([](const ServedRequest&) { return ServedReply{.body = "{}", .delay = milliseconds(20)}; });
  ServiceSettings settings = impatient(server.url());
  settings.concurrency = 3;
  const JsonService service(settings);
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 3; ++k) service.ask(Json::object(), whole);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server.requests().size(), 30u);
  EXPECT_LE(server.most_at_once(), 3);
  EXPECT_GE(server.most_at_once(), 2);
}

TEST(JsonService, AllWaitWhereOneIsAskedToWait) {
  std::atomic<int> asked = 0;
  const TestServer server([&](const ServedRequest&) {
    return ++asked == 1 ? ServedReply{.status = 429, .headers = {{"Retry-After", "60"}}} : ServedReply{.body = "{}"};
  });
  ServiceSettings settings = impatient(server.url());
  std::vector<milliseconds> pauses;
  settings.hooks.sleep = [&](milliseconds pause) { pauses.push_back(pause); };
  const JsonService service(settings);
  service.ask(Json::object(), whole);
  service.ask(Json::object(), whole);  // the minute has not passed, as nobody slept
  ASSERT_EQ(pauses.size(), 2u);
  EXPECT_EQ(pauses[0], seconds(60));
  EXPECT_GT(pauses[1], seconds(30));
  EXPECT_EQ(asked, 3);
}

/// A service that asks to wait as long as told, once.
struct Waiting {
  std::atomic<int> ask_to_wait = 0;  // seconds; 0: it answers
  TestServer server{[this](const ServedRequest&) {
    const int wait = ask_to_wait.exchange(0);
    return wait > 0 ? ServedReply{.status = 429, .headers = {{"Retry-After", std::to_string(wait)}}}
                    : ServedReply{.body = "{}"};
  }};
};

TEST(JsonService, WhoWaitsWhileTheOthersAreAskedToWaitLongerWaitsOn) {
  for (const bool is_retry : {false, true}) {
    Waiting waiting;
    ServiceSettings settings = impatient(waiting.server.url());
    settings.concurrency = 2;
    std::unique_ptr<JsonService> service;
    std::vector<milliseconds> pauses;
    bool is_armed = is_retry;
    settings.hooks.sleep = [&](milliseconds pause) {
      if (std::exchange(is_armed, false)) {  // while this one sleeps, another comes and is asked to wait longer
        waiting.ask_to_wait = 200;
        service->ask(Json::object(), whole);
        pauses.clear();
        return;
      }
      pauses.push_back(pause);
    };
    service = std::make_unique<JsonService>(settings);
    waiting.ask_to_wait = 60;
    service->ask(Json::object(), whole);
    if (!is_retry) {
      is_armed = true;
      service->ask(Json::object(), whole);  // it sleeps before it sends at all
    }
    ASSERT_EQ(pauses.size(), 1u) << is_retry;
    EXPECT_GT(pauses[0], seconds(100));
  }
}

TEST(JsonService, WhoIsInterruptedWhileWaitingGivesItsPlaceToTheOthers) {
  Waiting waiting;
  ServiceSettings settings = impatient(waiting.server.url());
  bool is_interrupted = true;
  settings.hooks.sleep = [&](milliseconds) {
    if (is_interrupted) throw std::runtime_error("interrupted");
  };
  const JsonService service(settings);
  waiting.ask_to_wait = 60;
  EXPECT_THROW(service.ask(Json::object(), whole), std::runtime_error);
  EXPECT_THROW(service.ask(Json::object(), whole), std::runtime_error);  // before it is sent
  is_interrupted = false;
  EXPECT_EQ(service.ask(Json::object(), whole), Json::object());
  EXPECT_EQ(waiting.server.requests().size(), 2u);
}

TEST(Endpoint, IsTheHostTheHostWithItsVersionOrTheWhole) {
  for (const char* const url :
       {"http://h:80", "http://h:80/", "http://h:80/v1", "http://h:80/v1/", "http://h:80/v1/embeddings"})
    EXPECT_EQ(endpoint(url, "/v1/embeddings"), "http://h:80/v1/embeddings") << url;
  EXPECT_EQ(endpoint("http://h/api/v1", "/v1/rerank"), "http://h/api/v1/rerank");
  EXPECT_EQ(endpoint("http://h/v1/rerank", "/rerank"), "http://h/v1/rerank");
  EXPECT_EQ(endpoint("http://h/openai/embeddings", "/v1/embeddings"), "http://h/openai/embeddings");
  EXPECT_EQ(endpoint("https://h/d/x?api-version=1", "/v1/embeddings"), "https://h/d/x?api-version=1");
  EXPECT_EQ(endpoint("https://h/v1/projects/p", "/publishers/google/models/m:predict"),
            "https://h/v1/projects/p/publishers/google/models/m:predict");
}

TEST(Endpoint, ThisMachineIsKnown) {
  for (const char* const url : {"http://localhost:1/x", "http://127.0.0.1", "https://LOCALHOST", "http://[::1]:8/"})
    EXPECT_TRUE(is_local(url)) << url;
  for (const char* const url : {"http://localhost.example.org", "https://api.openai.com", "http://10.0.0.1"})
    EXPECT_FALSE(is_local(url)) << url;
}

}  // namespace
}  // namespace heed::net
