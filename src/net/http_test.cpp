#include "net/http.h"

#include <atomic>

#include <gtest/gtest.h>

#include "testing/server.h"
#include "testing/testing.h"

namespace heed::net {
namespace {

using heed::testing::complaint_of;
using heed::testing::RawServer;
using heed::testing::ServedReply;
using heed::testing::ServedRequest;
using heed::testing::TestServer;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A client that waits for nothing, and what it would have waited.
struct Impatient {
  std::vector<milliseconds> pauses;
  std::vector<std::string> notices;
  Client client;

  explicit Impatient(Patience patience = {.attempts = 3, .connect = seconds(2), .silence = seconds(1)})
      : client(patience, {.notice = [this](const std::string& text) { notices.push_back(text); },
                          .sleep = [this](milliseconds pause) { pauses.push_back(pause); },
                          .jitter = [] { return 0.5; }}) {}
};

std::string unavailable_because(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Unavailable& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was unavailable";
  return "";
}

TEST(Http, AnAnswerComesWithItsStatusHeadersAndBody) {
  const TestServer server([](const ServedRequest& request) {
    return ServedReply{
        .status = 201, .body = request.method + " " + request.path + " " + request.body, .headers = {{"X-One", "1"}}};
  });
  const Response response = Impatient().client.send(
      {.url = server.url() + "/a/b?c=d", .method = "POST", .headers = {{"X-Mine", "me"}}, .body = "text"});
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "POST /a/b text");
  EXPECT_EQ(response.header("x-ONE"), "1");
  EXPECT_EQ(response.header("absent"), std::nullopt);
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(server.requests()[0].headers.at("x-mine"), "me");
  EXPECT_EQ(server.requests()[0].query.at("c"), "d");
  EXPECT_TRUE(server.requests()[0].headers.at("user-agent").starts_with("heed/"));
}

TEST(Http, WhatMayPassIsAskedForAgainAndTheRestIsNot) {
  for (const int status : {408, 425, 429, 500, 502, 503, 504}) {
    std::atomic<int> asked = 0;
    const TestServer server([&](const ServedRequest&) { return ServedReply{.status = ++asked < 3 ? status : 200}; });
    Impatient impatient;
    EXPECT_EQ(impatient.client.send({.url = server.url()}).status, 200) << status;
    EXPECT_EQ(asked, 3);
    EXPECT_EQ(impatient.pauses, (std::vector{milliseconds(750), milliseconds(1500)}));  // doubled, jittered
    ASSERT_EQ(impatient.notices.size(), 2u);
    EXPECT_NE(impatient.notices[0].find(std::to_string(status)), std::string::npos);
  }
  for (const int status : {200, 204, 400, 401, 404, 501}) {
    std::atomic<int> asked = 0;
    const TestServer server([&](const ServedRequest&) { return ++asked, ServedReply{.status = status}; });
    EXPECT_EQ(Impatient().client.send({.url = server.url()}).status, status);
    EXPECT_EQ(asked, 1) << status;
  }
}

TEST(Http, TheServerSaysHowLongToWait) {
  std::atomic<int> asked = 0;
  const TestServer server([&](const ServedRequest&) {
    return ++asked == 1 ? ServedReply{.status = 429, .headers = {{"Retry-After", "7"}}} : ServedReply{};
  });
  Impatient impatient;
  impatient.client.send({.url = server.url()});
  EXPECT_EQ(impatient.pauses, std::vector{milliseconds(7000)});

  const TestServer greedy([](const ServedRequest&) {
    return ServedReply{.status = 429, .headers = {{"Retry-After", "86400"}}};
  });
  EXPECT_NE(unavailable_because([&] { impatient.client.send({.url = greedy.url()}); }).find("asks to wait 86400 s"),
            std::string::npos);
  const TestServer odd([](const ServedRequest&) {
    return ServedReply{.status = 429, .headers = {{"Retry-After", "soon"}}};
  });
  EXPECT_NE(unavailable_because([&] { impatient.client.send({.url = odd.url()}); }).find("tried 3 times"),
            std::string::npos);
}

TEST(Http, AServerThatFailsForeverIsUnavailableInItsOwnWords) {
  const TestServer server([](const ServedRequest&) {
    return ServedReply{.status = 503, .body = R"({"error":{"message":"over\ncapacity"}})"};
  });
  const std::string message = unavailable_because([&] { Impatient().client.send({.url = server.url()}); });
  EXPECT_EQ(message, server.url() + ": is busy or failing (HTTP 503): over capacity (tried 3 times)");
}

TEST(Http, NoAnswerIsUnavailable) {
  const auto reason = [](const std::string& url) {
    return unavailable_because([&] { Impatient().client.send({.url = url}); });
  };
  EXPECT_NE(reason(heed::testing::unreachable_url()).find("the connection is refused"), std::string::npos);
  EXPECT_NE(reason("http://no-such-host.invalid/").find("there is no such host"), std::string::npos);
  EXPECT_NE(reason(RawServer("SSH-2.0-OpenSSH\r\n").url()).find("no HTTP"), std::string::npos);
  EXPECT_NE(reason(RawServer("").url()).find("without an answer"), std::string::npos);
  const TestServer cut(
      [](const ServedRequest&) { return ServedReply{.body = std::string(1000, 'x'), .cut_after = 100}; });
  EXPECT_NE(reason(cut.url()).find("was cut"), std::string::npos);
  const TestServer silent([](const ServedRequest&) { return ServedReply{.delay = milliseconds(2500)}; });
  EXPECT_NE(unavailable_because([&] {
              Impatient({.attempts = 1, .silence = seconds(1)}).client.send({.url = silent.url()});
            }).find("no answer came in 1 s"),
            std::string::npos);
}

TEST(Http, AnAddressWhereNobodyEverAnsweredIsNotAskedAgain) {
  Impatient impatient;
  EXPECT_NE(unavailable_because([&] {
              impatient.client.send({.url = heed::testing::unreachable_url()});
            }).find("the connection is refused"),
            std::string::npos);
  EXPECT_TRUE(impatient.pauses.empty());
  std::string url;
  {
    const TestServer server([](const ServedRequest&) { return ServedReply{}; });
    url = server.url();
    impatient.client.send({.url = url});
  }  // it answered, and is gone: it may come back
  EXPECT_NE(unavailable_because([&] { impatient.client.send({.url = url}); }).find("(tried 3 times)"),
            std::string::npos);
  EXPECT_EQ(impatient.pauses.size(), 2u);
}

TEST(Http, AnEndlessAnswerIsGivenUp) {
  const TestServer server([](const ServedRequest&) { return ServedReply{.body = std::string(3 << 20, 'x')}; });
  EXPECT_NE(unavailable_because([&] {
              Impatient({.attempts = 1, .largest_body = std::size_t{2} << 20}).client.send({.url = server.url()});
            }).find("larger than 2 MiB"),
            std::string::npos);
}

TEST(Http, AnAnswerThatIsTooLargeIsNotAskedForAgain) {
  const TestServer server([](const ServedRequest&) { return ServedReply{.body = std::string(3 << 20, 'x')}; });
  Impatient impatient({.attempts = 3, .largest_body = std::size_t{2} << 20});
  EXPECT_EQ(unavailable_because([&] { impatient.client.send({.url = server.url()}); }),
            server.url() + ": its answer is larger than 2 MiB");
  EXPECT_EQ(server.requests().size(), 1u);  // each would be paid for
}

TEST(Http, AKeyDoesNotFollowToAnotherHost) {
  const TestServer other([](const ServedRequest&) { return ServedReply{.body = "there"}; });
  const TestServer server([&](const ServedRequest&) {
    return ServedReply{.status = 302, .headers = {{"Location", other.url() + "/file"}}};
  });
  const Response followed =
      Impatient().client.send({.url = server.url(), .secret = Header{"Authorization", "Bearer sk-1"}});
  EXPECT_EQ(followed.body, "there");
  EXPECT_EQ(followed.url, other.url() + "/file");
  EXPECT_EQ(server.requests().at(0).headers.at("authorization"), "Bearer sk-1");
  EXPECT_FALSE(other.requests().at(0).headers.contains("authorization"));
  // Any other header would follow, so that the redirection is not obeyed.
  EXPECT_EQ(Impatient().client.send({.url = server.url(), .secret = Header{"x-goog-api-key", "k"}}).status, 302);
  EXPECT_EQ(other.requests().size(), 1u);
}

TEST(Http, RedirectionsWithoutEndAreUnavailable) {
  const TestServer server([](const ServedRequest&) {
    return ServedReply{.status = 302, .headers = {{"Location", "/"}}};
  });
  EXPECT_NE(unavailable_because([&] { Impatient().client.send({.url = server.url()}); }).find("redirects"),
            std::string::npos);
}

TEST(Http, ABodyGoesToTheSinkInOrderAndWhatTheSinkThrowsComesThrough) {
  const std::string body = std::string(300000, 'a') + "end";
  const TestServer server([&](const ServedRequest&) { return ServedReply{.body = body, .takes_ranges = true}; });
  Impatient impatient;
  std::string got;
  int started = 0;
  impatient.client.attempt(
      {.url = server.url(), .headers = {{"Range", "bytes=5-"}}},
      [&](const Response& response) {
        ++started;
        EXPECT_EQ(response.status, 206);
        EXPECT_EQ(response.header("content-range"), "bytes 5-300002/300003");
      },
      [&](std::string_view piece) { got += piece; });
  EXPECT_EQ(got, body.substr(5));
  EXPECT_EQ(started, 1);
  EXPECT_EQ(complaint_of([&] {
              impatient.client.attempt({.url = server.url()}, {},
                                       [](std::string_view) { throw base::BadInput("full"); });
            }),
            "full");
}

TEST(Http, WhatIsRefusedIsSaidInOneLineWithoutTheKey) {
  const Request request{.url = "https://user:pass@api.example/v1/x?key=1",
                        .secret = Header{"Authorization", "Bearer sk-abc"}};
  const auto refusal = [&](int status, const std::string& body) {
    return complaint_of([&] { require_success(request, {.status = status, .body = body}, "is MY_KEY right?"); });
  };
  EXPECT_EQ(refusal(401, R"({"error":{"message":"Incorrect key: sk-abc"}})"),
            "https://api.example/v1/x: the key is refused (HTTP 401): Incorrect key: ***; is MY_KEY right?");
  EXPECT_EQ(refusal(404, R"({"detail":[{"msg":"no\tmodel"}]})"),
            "https://api.example/v1/x: is not there (HTTP 404): no model");
  EXPECT_EQ(refusal(400, "plain words"), "https://api.example/v1/x: the request is refused (HTTP 400): plain words");
  EXPECT_EQ(complaint_of([&] {
              require_success(request, {.status = 302, .headers = {{"Location", "http://other/?key=sk-abc"}}});
            }),
            "https://api.example/v1/x: is elsewhere, at http://other/?key=*** (HTTP 302)");
  EXPECT_LT(refusal(400, std::string(100000, 'x')).size(), 500u);
  EXPECT_NE(unavailable_because([&] { require_success(request, {.status = 501}); }).find("501"), std::string::npos);
  require_success(request, {.status = 204});
}

TEST(Http, AHostileRefusalDoesNotExhaustTheStack) {
  const Request request{.url = "https://api.example/v1/x"};
  for (const std::string& begin : {std::string("["), std::string(R"({"error":)")}) {
    std::string body;
    for (int i = 0; i < 1'000'000; ++i) body += begin;
    body += "1" + std::string(1'000'000, begin == "[" ? ']' : '}');
    const std::string message = complaint_of([&] { require_success(request, {.status = 400, .body = body}); });
    EXPECT_EQ(message.rfind("https://api.example/v1/x: the request is refused (HTTP 400): " + begin, 0), 0u);
    EXPECT_LT(message.size(), 500u);
  }
  EXPECT_EQ(complaint_of([&] { require_success(request, {.status = 400, .body = R"([[{"detail":"\"[[{"}]])"}); }),
            "https://api.example/v1/x: the request is refused (HTTP 400): \"[[{");
}

TEST(Http, AnAddressThatIsNoneIsBadInput) {
  for (const char* const url : {"", "ftp://host/", "file:///etc/passwd", "host/path", "http://", "https:///x"})
    EXPECT_NE(complaint_of([&] { Impatient().client.send({.url = url}); }), "") << url;
  EXPECT_EQ(origin_of("https://u:p@host:8/a?b"), "https://host:8");
  for (const char* const url : {"ftp://user:secret@host/x?key=secret", "user:secret@host/x#secret",
                                "https:/user:secret@host", "https://?secret", "http://user:secret@/x",
                                "http://user:sec/ret?secret@host", "http://user:sec/secret@host:80/"})
    EXPECT_EQ(complaint_of([&] { Impatient().client.attempt({.url = url}); }).find("secret"), std::string::npos) << url;
  EXPECT_EQ(complaint_of([] { origin_of("ftp://u:p@host/x?key=1"); }),
            "\"ftp://***@host/x\" is no url of http or https");
  EXPECT_NE(complaint_of([&] {
              Impatient().client.send({.url = "http://127.0.0.1:1/", .headers = {{"A", "b\r\nC: d"}}});
            }).find("line break"),
            std::string::npos);
}

}  // namespace
}  // namespace heed::net
