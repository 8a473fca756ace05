#include "serve/annotate_server.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "testing/testing.h"

namespace heed::serve {
namespace {

using heed::testing::TemporaryDir;
using httplib::Headers;

struct Work {
  Work() {
    dir.write("topics.jsonl", R"({"id":"1","query":"wind","instruction":"All of it."})"
                              "\n");
    dir.write("pool.jsonl", R"({"topic":"1","document":"a","grade":1,"source":"judged"})"
                            "\n");
    dir.write("documents.jsonl", R"({"id":"a","title":"A","text":"of a"})"
                                 "\n");
  }
  TemporaryDir dir;
};

/// A server that is asked by a client of its own.
struct Served : Work {
  explicit Served(const std::string& token = "") : server({.folder = dir.path(), .token = token}) { server.start(); }
  AnnotateServer server;

  int get(const std::string& path, const Headers& headers = {}) {
    httplib::Client client("127.0.0.1", server.port());
    answer = client.Get(path, headers);
    return answer ? answer->status : 0;
  }
  int post(const std::string& body, const Headers& headers = {}, const char* type = "application/json") {
    httplib::Client client("127.0.0.1", server.port());
    answer = client.Post("/api/annotator", headers, body, type);
    return answer ? answer->status : 0;
  }
  std::string own(const char* scheme = "http://") { return scheme + ("127.0.0.1:" + std::to_string(server.port())); }
  httplib::Result answer{nullptr, httplib::Error::Unknown};
};

const std::string kAnn = R"({"annotator":"ann"})";

/// What a server answers to bytes that no client of good manners sends.
std::string answer_to(int port, const std::string& request) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      write(connection, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
    char buffer[4096];
    for (ssize_t size = 0; (size = read(connection, buffer, sizeof buffer)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(size));
  }
  close(connection);
  return answer;
}

TEST(AnnotateServer, ServesThePageAndNothingElseOfTheDisk) {
  Served served;
  EXPECT_EQ(served.get("/"), 200);
  EXPECT_NE(served.answer->body.find("<title>heed annotate</title>"), std::string::npos);
  EXPECT_NE(served.answer->get_header_value("Content-Security-Policy").find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(served.answer->get_header_value("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(served.get("/annotate.css"), 200);
  EXPECT_EQ(served.get("/annotate.js"), 200);
  EXPECT_EQ(served.answer->get_header_value("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(served.get("/annotations.db"), 404);
  EXPECT_EQ(served.get("/../topics.jsonl"), 404);
  EXPECT_EQ(served.get("/api/state"), 200);
  EXPECT_EQ(served.server.url(), served.own() + "/");
}

TEST(AnnotateServer, RefusesAnotherHostsName) {
  Served served;
  const std::string port = std::to_string(served.server.port());
  EXPECT_EQ(served.get("/", {{"Host", "evil.example:" + port}}), 403);
  EXPECT_EQ(served.get("/", {{"Host", "127.0.0.1.evil.example:" + port}}), 403);
  EXPECT_EQ(served.get("/", {{"Host", "127.0.0.1"}}), 403);
  EXPECT_EQ(served.get("/", {{"Host", "127.0.0.1:1"}}), 403);
  EXPECT_EQ(served.get("/", {{"Host", "LocalHost:" + port}}), 200);
}

TEST(AnnotateServer, RefusesWhatAnotherSitesPageSends) {
  Served served;
  EXPECT_EQ(served.post(kAnn, {{"Origin", served.own()}}), 200);
  EXPECT_EQ(served.post(kAnn), 200) << "no browser";
  EXPECT_EQ(served.post(kAnn, {{"Origin", "http://evil.example"}}), 403);
  EXPECT_EQ(served.post(kAnn, {{"Origin", "null"}}), 403);
  EXPECT_EQ(served.post(kAnn, {{"Origin", served.own("https://")}}), 403);
  EXPECT_EQ(served.post(kAnn, {{"Sec-Fetch-Site", "cross-site"}}), 403);
  EXPECT_EQ(served.post(kAnn, {{"Sec-Fetch-Site", "same-site"}}), 403);
  for (const char* const type : {"text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"})
    EXPECT_EQ(served.post(kAnn, {}, type), 415) << type;
  EXPECT_EQ(served.post(kAnn, {}, "Application/JSON; charset=utf-8"), 200);
}

TEST(AnnotateServer, LongAndBrokenRequestsAreRefused) {
  Served served;
  EXPECT_EQ(served.post(R"({"annotator":")" + std::string(300'000, 'x') + "\"}"), 413);
  EXPECT_EQ(served.post("{"), 400);
  EXPECT_NE(served.answer->body.find("not valid JSON"), std::string::npos);
  EXPECT_EQ(served.get("/" + std::string(100'000, 'x')), 414);
  EXPECT_EQ(served.get("/api/state"), 200) << "it goes on";
}

TEST(AnnotateServer, ABodyThatCouldGrowIsRefusedBeforeItIsRead) {
  Served served;
  const std::string head =
      "POST /api/annotator HTTP/1.1\r\nHost: " + served.own().substr(7) + "\r\nContent-Type: application/json\r\n";
  const auto answered = [&](const std::string& rest) { return answer_to(served.server.port(), head + rest); };
  for (const char* const coding : {"chunked", "gzip, chunked", "identity"})
    EXPECT_EQ(answered("Transfer-Encoding: " + std::string(coding) + "\r\n\r\n").substr(0, 12), "HTTP/1.1 411")
        << coding;
  EXPECT_NE(answered("\r\n").find("\"the request does not say how long its body is\""), std::string::npos);
  EXPECT_EQ(answered("Content-Length: 102400\r\nContent-Encoding: gzip\r\n\r\n").substr(0, 12), "HTTP/1.1 415");
  EXPECT_EQ(answered("Content-Length: 99999999999\r\n\r\n").substr(0, 12), "HTTP/1.1 413");
  EXPECT_EQ(answered("Content-Length: 99999999999999999999\r\n\r\n").substr(0, 12), "HTTP/1.1 413");
  for (const char* const length : {"-1", "x", "1\r\nContent-Length: 2"})
    EXPECT_EQ(answered("Content-Length: " + std::string(length) + "\r\n\r\n").substr(0, 12), "HTTP/1.1 400") << length;
  EXPECT_EQ(answered("Content-Length: 15\r\n\r\n{\"annotator\":1}").substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(served.post("--x--", {}, "multipart/form-data; boundary=x"), 415);
  EXPECT_EQ(served.post(kAnn), 200) << "it goes on";
}

TEST(AnnotateServer, OtherMethodsAreRefused) {
  Served served;
  httplib::Client client("127.0.0.1", served.server.port());
  EXPECT_EQ(client.Put("/api/annotator", kAnn, "application/json")->status, 405);
  EXPECT_EQ(client.Delete("/api/annotator")->status, 405);
}

TEST(AnnotateServer, AConnectionCarriesOneRequest) {
  Served served;
  EXPECT_EQ(served.get("/api/state"), 200);
  EXPECT_EQ(served.answer->get_header_value("Connection"), "close");
}

TEST(AnnotateServer, ATokenIsAskedAndBecomesACookie) {
  const std::string token(64, 'a');
  Served served(token);
  EXPECT_EQ(served.server.url(), served.own() + "/?token=" + token);
  for (const char* const path : {"/", "/annotate.js", "/api/state", "/?token=wrong", "/?token="})
    EXPECT_EQ(served.get(path), 401) << path;
  EXPECT_EQ(served.post(kAnn), 401);
  EXPECT_EQ(served.get("/?token=" + token), 200);
  EXPECT_EQ(served.answer->body.find(token), std::string::npos);
  EXPECT_NE(served.answer->body.find("url=/\""), std::string::npos) << "goes on to the address without it";
  const std::string cookie = served.answer->get_header_value("Set-Cookie");
  EXPECT_NE(cookie.find("; HttpOnly; SameSite=Strict"), std::string::npos);
  const std::string pair = cookie.substr(0, cookie.find(';'));
  EXPECT_EQ(served.get("/", {{"Cookie", pair}}), 200);
  EXPECT_EQ(served.get("/api/state", {{"Cookie", "other=1; " + pair + "; more=2"}}), 200);
  EXPECT_EQ(served.get("/", {{"Cookie", pair + "b"}}), 401);
  EXPECT_EQ(served.get("/", {{"Cookie", "x" + pair}}), 401);
  EXPECT_EQ(served.post(kAnn, {{"Authorization", "Bearer " + token}}), 200);
  EXPECT_EQ(served.post(kAnn, {{"Authorization", "Bearer x"}}), 401);
}

TEST(AnnotateServer, APortThatIsTakenIsSaid) {
  const Served served;
  const Work work;
  EXPECT_THROW(AnnotateServer({.folder = work.dir.path(), .port = served.server.port()}), base::Unavailable);
}

TEST(AnnotateServer, KnowsWhatOnlyThisMachineReaches) {
  for (const char* const host : {"127.0.0.1", "127.8.0.1", "localhost", "::1"}) EXPECT_TRUE(is_loopback(host)) << host;
  for (const char* const host : {"0.0.0.0", "::", "192.168.1.2", "128.0.0.1", "127.0.0.1.evil.example", "", "127"})
    EXPECT_FALSE(is_loopback(host)) << host;
  const Work work;
  EXPECT_THROW(AnnotateServer({.folder = work.dir.path(), .host = "0.0.0.0"}), base::Bug) << "not without a token";
}

TEST(AnnotateServer, AnyNameMayLeadToAServerForAllWhoHaveTheToken) {
  const Work work;
  const std::string token(64, 'a');
  AnnotateServer server({.folder = work.dir.path(), .host = "0.0.0.0", .token = token});
  server.start();
  httplib::Client client("127.0.0.1", server.port());
  EXPECT_EQ(client.Get("/", Headers{{"Host", "my.machine:1"}})->status, 401);
  EXPECT_EQ(client.Get("/", Headers{{"Host", "my.machine:1"}, {"Authorization", "Bearer " + token}})->status, 200);
}

}  // namespace
}  // namespace heed::serve
