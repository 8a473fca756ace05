#include <atomic>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "cli/program.h"
#include "testing/server.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kKey = "sk-very-secret-4711";

std::string demo() {
  return (source_dir() / "data/demo").string();
}

/// A service that answers as several do, and can be made to fail after so many requests.
struct Service {
  std::atomic<long> left{1'000'000};  ///< requests that are answered well
  ServedReply trouble{.status = 500, .body = R"({"error":{"message":"on fire"}})"};
  std::mutex lock;
  std::multiset<std::string> bought;  ///< texts, or "query / document", that were answered
  std::string key;                    ///< that is wanted, where it is not empty
  TestServer server{[this](const ServedRequest& request) { return reply(request); }};

  ServedReply reply(const ServedRequest& request) {
    if (--left < 0) return trouble;
    if (!key.empty() &&
        (!request.headers.contains("authorization") || request.headers.at("authorization") != "Bearer " + key))
      return {.status = 401, .body = json{{"error", {{"message", "wrong key: " + key}}}}.dump()};
    return {.body = answer(json::parse(request.body)).dump()};
  }

  void buy(const std::string& what) {
    const std::lock_guard guard(lock);
    bought.insert(what);
  }

  static double number(const std::string& text) { return static_cast<double>(std::hash<std::string>()(text) % 1000); }

  json answer(const json& body) {
    json list = json::array();
    if (body.contains("input")) {
      for (const std::string text : body["input"]) {
        buy(text);
        list.push_back({{"index", list.size()}, {"embedding", {1 + number(text), number(text + "x")}}});
      }
      return {{"data", list}};
    }
    if (body.contains("documents")) {
      for (const std::string text : body["documents"]) {
        buy(body["query"].get<std::string>() + " / " + text);
        list.push_back({{"index", list.size()}, {"relevance_score", number(text)}});
      }
      return {{"results", list}};
    }
    const std::string prompt = body.contains("prompt") ? body["prompt"] : body["messages"][0]["content"];
    buy(prompt);
    return {{"choices", {{{"logprobs", {{"top_logprobs", {{{"true", -number(prompt)}, {"false", -1}}}}}}}}}};
  }
};

std::vector<std::string> bench(const std::vector<std::string>& model, const std::string& out) {
  std::vector<std::string> words = {"bench",  "--data", "demo=" + demo(), "--out", out,
                                    "--arms", "og",     "--attempts",     "1"};
  words.insert(words.end(), model.begin(), model.end());
  return words;
}

/// That the key is in nothing that the program wrote.
void expect_no_key(const Outcome& outcome, const fs::path& folder) {
  EXPECT_EQ(outcome.out.find(kKey), std::string::npos);
  EXPECT_EQ(outcome.err.find(kKey), std::string::npos);
  for (const std::string& file : files_below(folder))
    EXPECT_EQ(content_of(folder / file).find(kKey), std::string::npos) << file;
}

TEST(Remote, WhatWasBoughtIsKeptWhenALaterRequestFails) {
  struct Case {
    std::vector<std::string> model;
    long fails_after;
  };
  const TemporaryDir dir;
  const auto recipe = dir.write("r.json", R"({"kind":"remote","api":"openai-completions","prompt":"{need}: {text}"})");
  for (const Case& c : {Case{{"--model", "m/1", "--api", "openai-embeddings", "--batch", "20"}, 6},
                        Case{{"--model", "m/1", "--api", "jina-rerank", "--batch", "25"}, 20},
                        Case{{"--model", "m/1", "--recipe-file", recipe.string()}, 500}}) {
    Service service;
    service.key = kKey;
    service.left = c.fails_after;
    std::vector<std::string> model = c.model;
    for (const std::string& word : {std::string("--url"), service.server.url(), std::string("--key-env"),
                                    std::string("MY_KEY"), std::string("--concurrency"), std::string("3")})
      model.push_back(word);
    const std::string out = (dir.path() / c.model.back()).string() + ".out";
    const Surroundings with_key{.environment = {{"MY_KEY", kKey}}};
    const Outcome failed = heed(bench(model, out), with_key);
    EXPECT_TRUE(refused(failed, 69, "on fire"));
    expect_no_key(failed, out);
    const std::size_t first = service.bought.size();
    EXPECT_GT(first, 0u);

    service.left = 1'000'000;
    const Outcome whole = heed(bench(model, out), with_key);
    EXPECT_TRUE(succeeded(whole)) << whole.err;
    expect_no_key(whole, out);
    EXPECT_GT(service.bought.size(), first);
    const std::set<std::string> distinct(service.bought.begin(), service.bought.end());
    EXPECT_EQ(service.bought.size(), distinct.size()) << "something was bought twice";
    EXPECT_LE(service.server.most_at_once(), 3);
    EXPECT_NE(content_of(fs::path(out) / "runs" / "demo.og.run").find(" m_1\n"), std::string::npos);

    const std::size_t requests = service.server.requests().size();
    EXPECT_TRUE(succeeded(heed(bench(model, out), with_key)));
    EXPECT_EQ(service.server.requests().size(), requests) << "a third run has nothing to ask";
  }
}

TEST(Remote, ANameWithBlanksIsOneFieldOfARun) {
  const TemporaryDir dir;
  const Service service;
  const auto recipe = dir.write("r.json", R"({"kind":"remote","api":"openai-embeddings","model":"m"})").string();
  for (const auto& [model, name] :
       {std::pair<std::vector<std::string>, std::string>({"--model", "OpenAI v3 Large"}, "OpenAI_v3_Large"),
        {{"--model", "my own\tone", "--recipe-file", recipe}, "my_own_one"}}) {
    const std::string out = (dir.path() / name).string();
    auto words = bench(model, out);
    words.insert(words.end(), {"--url", service.server.url()});
    ASSERT_TRUE(succeeded(heed(words)));
    std::ifstream run(fs::path(out) / "runs/demo.og.run");
    std::string line;
    int lines = 0;
    for (; std::getline(run, line); ++lines) {
      std::istringstream fields(line);
      const std::vector<std::string> all{std::istream_iterator<std::string>(fields), {}};
      ASSERT_EQ(all.size(), 6u) << line;
      EXPECT_EQ(all[5], name);
    }
    EXPECT_GT(lines, 0);
  }
}

TEST(Remote, AServiceThatFailsEndsWith69AndARefusalWith65InOneLine) {
  struct Case {
    ServedReply reply;
    int code;
    std::string part;
  };
  const TemporaryDir dir;
  int number = 0;
  for (const Case& c : {Case{{.status = 500}, 69, "HTTP 500"},
                        Case{{.status = 429, .headers = {{"Retry-After", "9999"}}}, 69, "HTTP 429"},
                        Case{{.body = "<html>hello</html>", .type = "text/html"}, 69, "text/html"},
                        Case{{.body = "{}"}, 69, "makes no sense"}, Case{{.body = "[1,2]"}, 69, "makes no sense"},
                        Case{{.body = R"({"results":[]})"}, 69, "0 elements for"},
                        Case{{.body = "{\"results\":[", .cut_after = 5}, 69, ""},
                        Case{{.body = "{}", .delay = std::chrono::milliseconds(2500)}, 69, "no answer came in 1 s"},
                        Case{{.status = 401, .body = R"({"message":"bad key"})"}, 65, "MY_KEY"},
                        Case{{.status = 404, .body = R"({"detail":"no such model"})"}, 65, "no such model"},
                        Case{{.status = 400, .body = R"({"message":"maximum context length is 5"})"},
                             65,
                             "maximum context length is 5"}}) {
    Service service;
    service.left = 0;
    service.trouble = c.reply;
    const std::string out = (dir.path() / std::to_string(number++)).string();
    const Outcome outcome = heed(bench({"--model", "m", "--api", "cohere-rerank", "--url", service.server.url(),
                                        "--key-env", "MY_KEY", "--timeout", "1"},
                                       out),
                                 {.environment = {{"MY_KEY", kKey}}});
    EXPECT_TRUE(refused(outcome, c.code, c.part));
    expect_no_key(outcome, out);
  }
  EXPECT_TRUE(
      refused(heed(bench({"--model", "m", "--api", "tei-rerank", "--url", unreachable_url()}, dir.path() / "x")), 69,
              "the connection is refused"));
}

TEST(Remote, WhatIsWrongIsSaidBeforeAnythingIsSent) {
  const TemporaryDir dir;
  const auto pairs = dir.write("pairs.jsonl", "{\"query\":\"a\",\"text\":\"b\"}\n").string();
  const auto bad_recipe = dir.write("bad.json", R"({"kind":"remote","api":"tei-rerank","dimensions":3})").string();
  Service service;
  const std::string url = service.server.url();
  const auto score = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"score", "--pairs", pairs});
    return heed(words, {.environment = {{"OPENAI_API_KEY", ""}, {"EMPTY", " "}}});
  };
  EXPECT_TRUE(refused(score({"--model", "OpenAI v3 Large"}), 65, "OPENAI_API_KEY"));
  EXPECT_TRUE(
      refused(score({"--model", "m", "--api", "jina-rerank", "--url", url, "--key-env", "EMPTY"}), 65, "EMPTY"));
  EXPECT_TRUE(refused(score({"--model", "m", "--api", "nothing"}), 64, "known: openai-embeddings"));
  EXPECT_TRUE(refused(score({"--model", "m", "--api", "tei-rerank"}), 64, "--url"));
  EXPECT_TRUE(refused(score({"--model", "m", "--api", "tei-rerank", "--url", "gpu:80"}), 65, "no url"));
  EXPECT_TRUE(refused(score({"--model", "m", "--api", "openai-chat", "--url", url, "--batch", "2"}), 65, "at most 1"));
  EXPECT_TRUE(refused(score({"--model", "m", "--api", "openai-completions", "--url", url}), 65, "--preset"));
  EXPECT_TRUE(
      refused(score({"--model", "m", "--api", "tei-rerank", "--url", url, "--dtype", "float32"}), 64, "--dtype"));
  EXPECT_TRUE(refused(score({"--model", "m", "--recipe-file", bad_recipe, "--url", url}), 65, "bad.json"));
  EXPECT_TRUE(refused(score({"--model", "E5-base-v2", "--url", url}), 64, "--url belongs to a model behind an API"));
  EXPECT_TRUE(refused(
      heed({"encode", "--model", "m", "--api", "jina-rerank", "--url", url, "--texts", pairs, "--as", "document"}), 65,
      "only a model that embeds"));
  EXPECT_TRUE(service.server.requests().empty());
}

TEST(Remote, PairsAreScoredAndTextsEncodedInOrder) {
  const TemporaryDir dir;
  std::string lines;
  for (int i = 0; i < 600; ++i)
    lines += json{{"query", "q" + std::to_string(i / 7)}, {"text", "text " + std::to_string(i)}}.dump() + "\n";
  const auto file = dir.write("pairs.jsonl", lines).string();
  Service service;
  const std::string url = service.server.url();
  const Outcome scored = heed({"score", "--model", "m", "--api", "jina-rerank", "--url", url, "--pairs", file});
  ASSERT_TRUE(succeeded(scored)) << scored.err;
  std::string expected;
  for (int i = 0; i < 600; ++i) {
    const auto number = static_cast<long>(Service::number("text " + std::to_string(i)));
    expected += "{\"score\":" + std::to_string(number) + "}\n";
  }
  EXPECT_EQ(scored.out, expected);
  EXPECT_LE(service.server.most_at_once(), 4);
  EXPECT_LT(service.server.requests().size(), 100u);  // one for each query, but where a block of 256 ends

  const Outcome encoded =
      heed({"encode", "--model", "m", "--api", "openai-embeddings", "--url", url, "--texts", file, "--as", "document"});
  ASSERT_TRUE(succeeded(encoded)) << encoded.err;
  EXPECT_EQ(std::ranges::count(encoded.out, '\n'), 600);
  const json first = json::parse(encoded.out.substr(0, encoded.out.find('\n')));
  EXPECT_EQ(first, (json{{"embedding", {1 + Service::number("text 0"), Service::number("text 0x")}}}));
}

TEST(Remote, ATextThatComesAgainIsEncodedOnce) {
  const TemporaryDir dir;
  std::string lines;
  for (int i = 0; i < 600; ++i) lines += json{{"text", "text " + std::to_string(i % 290)}}.dump() + "\n";
  const auto file = dir.write("texts.jsonl", lines).string();
  Service service;
  const Outcome encoded = heed({"encode", "--model", "m", "--api", "openai-embeddings", "--url", service.server.url(),
                                "--texts", file, "--as", "document", "--concurrency", "1"});
  ASSERT_TRUE(succeeded(encoded)) << encoded.err;
  EXPECT_EQ(service.bought.size(), 290u);
  std::istringstream out(encoded.out);
  std::string line;
  int i = 0;
  for (; std::getline(out, line); ++i)
    EXPECT_EQ(json::parse(line)["embedding"][0], 1 + Service::number("text " + std::to_string(i % 290))) << i;
  EXPECT_EQ(i, 600);
}

TEST(Remote, ModelsAndApisAreListed) {
  const Outcome models = heed({"models"});
  EXPECT_NE(models.out.find("OpenAI v3 Large"), std::string::npos);
  const json one = json_of(heed({"models", "google gecko", "--format", "json"}));
  EXPECT_EQ(one["recipe"]["query_format"], "{instruction} {query}");
  const Outcome help = heed({"help", "api"});
  for (const char* const part : {"openai-embeddings", "vllm-score", "OPENAI_API_KEY", "--key-env", "Retry-After"})
    EXPECT_NE(help.out.find(part), std::string::npos) << part;
}

// heed shorten

ServedReply chat(const std::string& content) {
  return {.body = json{{"choices", {{{"message", {{"role", "assistant"}, {"content", content}}}}}}}.dump()};
}

bool asks_for_keywords(const ServedRequest& request) {
  return request.body.find("Keywords (either one or two") != std::string::npos;
}

std::vector<std::string> shorten(const std::string& url, const std::string& out, const std::string& topics = demo()) {
  return {"shorten", "--model", "gpt", "--topics", topics, "--out", out, "--url", url, "--attempts", "1"};
}

TEST(Shorten, AFollowIrFolderGetsItsQueriesAnew) {
  const TemporaryDir dir;
  const TestServer server([](const ServedRequest& request) {
    return chat(asks_for_keywords(request) ? "```json\n[\"news\", \"trains\"]\n```"
                                           : "**Abstract Command:** \"Find it.\"");
  });
  const std::string out = (dir.path() / "queries.jsonl").string();
  const Outcome outcome = heed(shorten(server.url(), out));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(server.requests().size(), 40u);
  std::ifstream before(demo() + "/queries.jsonl"), after(out);
  std::string old_line, line;
  int lines = 0;
  while (std::getline(after, line) && std::getline(before, old_line)) {
    json expected = json::parse(old_line);
    expected["keywords"] = "news trains";
    expected["short_query"] = "Find it.";
    EXPECT_EQ(json::parse(line), expected);
    ++lines;
  }
  EXPECT_EQ(lines, 20);
  const json asked = json::parse(server.requests()[0].body);
  EXPECT_EQ(asked["model"], "gpt");
  EXPECT_EQ(asked["temperature"], 0);
}

TEST(Shorten, ATopicsFileBecomesJsonLines) {
  const TemporaryDir dir;
  const auto topics =
      dir.write("t.txt", "<top>\n<num> Number: 301\n<title> crime\n<narr> Narrative:\nGangs count.\n</top>\n");
  const TestServer server(
      [](const ServedRequest& request) { return chat(asks_for_keywords(request) ? "Keywords: gangs" : "Find it."); });
  const std::string out = (dir.path() / "out.jsonl").string();
  EXPECT_EQ(heed(shorten(server.url(), out, topics.string())).code, 0);
  EXPECT_EQ(json::parse(content_of(out)), (json{{"_id", "301"},
                                                {"query", "crime"},
                                                {"instruction", "Gangs count."},
                                                {"short", "Find it."},
                                                {"keywords", "gangs"}}));
  const Outcome dry = heed({"shorten", "--topics", topics.string(), "--dry-run"});
  EXPECT_TRUE(succeeded(dry));
  EXPECT_NE(dry.out.find("Original Instruction: Gangs count.\n"), std::string::npos);
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST(Shorten, ARunThatWasCutOffAsksNothingTwice) {
  const TemporaryDir dir;
  std::atomic<int> left = 13;
  const TestServer server([&](const ServedRequest& request) {
    if (--left < 0) return ServedReply{.status = 503, .body = R"({"error":{"message":"gone to lunch"}})"};
    return chat(asks_for_keywords(request) ? "[\"news\"]" : "Find it.");
  });
  const std::string out = (dir.path() / "queries.jsonl").string();
  EXPECT_TRUE(refused(heed(shorten(server.url(), out)), 69, "gone to lunch"));
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(server.requests().size(), 14u);
  std::ofstream(out + ".log.jsonl", std::ios::app) << "{\"id\":\"Q07\",\"st";  // as a kill leaves it
  left = 1000;
  EXPECT_EQ(heed(shorten(server.url(), out)).code, 0);
  EXPECT_EQ(server.requests().size(), 14u + 27u);
  EXPECT_TRUE(fs::exists(out));
}

TEST(Shorten, AnswersThatCannotBeUsedAreAskedForAgainAndThenGivenUp) {
  const TemporaryDir dir;
  const TestServer server([](const ServedRequest&) { return chat("I'm sorry, but I can't help with that."); });
  const std::string out = (dir.path() / "queries.jsonl").string();
  EXPECT_TRUE(refused(heed(shorten(server.url(), out)), 69, "no answer about its short can be used (asked 3 times)"));
  ASSERT_EQ(server.requests().size(), 3u);
  EXPECT_GT(json::parse(server.requests()[1].body)["temperature"], 0);
  for (const ServedRequest& request : server.requests()) EXPECT_FALSE(json::parse(request.body).contains("seed"));
  EXPECT_FALSE(fs::exists(out));
  auto words = shorten(server.url(), out);
  words.insert(words.end(), {"--seed", "7"});
  EXPECT_EQ(heed(words).code, 69);
  ASSERT_EQ(server.requests().size(), 6u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(json::parse(server.requests()[3 + i].body)["seed"], 7 + i);
}

TEST(Shorten, AnswersCountForTheSettingsAndTheAddressThatTheyWereAskedWith) {
  const TemporaryDir dir;
  const TestServer server([](const ServedRequest& request) {
    const bool is_cut = json::parse(request.body)["max_tokens"] == 16;
    return chat(is_cut ? "" : asks_for_keywords(request) ? "[\"news\"]" : "Find it.");
  });
  const std::string out = (dir.path() / "queries.jsonl").string();
  auto words = shorten(server.url() + "/one/v1/chat/completions?key=secret", out);
  words.insert(words.end(), {"--max-tokens", "16"});
  EXPECT_EQ(heed(words).code, 69);
  EXPECT_EQ(server.requests().size(), 3u);
  words.back() = "4000";
  EXPECT_EQ(heed(words).code, 0);
  EXPECT_EQ(server.requests().size(), 3u + 40u);
  EXPECT_EQ(heed(words).code, 0);
  EXPECT_EQ(server.requests().size(), 3u + 40u);
  std::ranges::replace(words, server.url() + "/one/v1/chat/completions?key=secret",
                       server.url() + "/two/v1/chat/completions?key=secret");
  EXPECT_EQ(heed(words).code, 0);
  EXPECT_EQ(server.requests().size(), 3u + 80u);
  EXPECT_EQ(content_of(out + ".log.jsonl").find("secret"), std::string::npos);
}

TEST(Shorten, WhatIsWrongIsSaidInOneLine) {
  const TemporaryDir dir;
  const std::string out = (dir.path() / "o").string();
  const auto bare = dir.write("bare.tsv", "1\ttrains\n").string();
  EXPECT_TRUE(refused(heed(shorten(unreachable_url(), out)), 69, "refused"));
  EXPECT_TRUE(refused(heed(shorten("http://127.0.0.1:1", out, bare)), 65, "topic 1 has no instruction"));
  EXPECT_TRUE(refused(heed({"shorten", "--topics", demo(), "--model", "m"}), 64, "--out"));
  EXPECT_TRUE(refused(heed({"shorten", "--topics", demo(), "--out", out}), 64, "--model"));
  EXPECT_TRUE(refused(
      heed({"shorten", "--topics", demo(), "--model", "m", "--out", out}, {.environment = {{"OPENAI_API_KEY", ""}}}),
      65, "OPENAI_API_KEY"));
  for (const ServedReply& reply : {ServedReply{.body = "<html>", .type = "text/html"}, ServedReply{.body = "{}"},
                                   ServedReply{.delay = std::chrono::milliseconds(2500)}}) {
    const TestServer server([&](const ServedRequest&) { return reply; });
    auto words = shorten(server.url(), out);
    words.insert(words.end(), {"--timeout", "1"});
    EXPECT_TRUE(refused(heed(words), 69));
  }
  EXPECT_FALSE(fs::exists(out));
}

}  // namespace
}  // namespace heed::testing
