#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <nlohmann/json.hpp>

#include "cli/program.h"
#include "testing/server.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += " word" + std::to_string(i);
  return text;
}

ServedReply chat(const std::string& content, const char* finish_reason = "stop") {
  return {.body =
              json{{"choices",
                    {{{"message", {{"role", "assistant"}, {"content", content}}}, {"finish_reason", finish_reason}}}}}
                  .dump()};
}

std::string good_answer(const std::string& about) {
  std::string text;
  for (const char* const kind : {"Relevant", "Irrelevant"})
    for (const char* const number : {"1", "2", "3"})
      text += std::string(kind) + " Document " + number + ": " + kind + number + " " + about + words(25) + "\n\n";
  return text;
}

std::string title_in(const ServedRequest& request) {
  const std::string prompt = json::parse(request.body)["messages"][0]["content"];
  const std::size_t begin = prompt.find("Search: ") + 8;
  return prompt.substr(begin, prompt.find('\n', begin) - begin);
}

fs::path topics_file(const TemporaryDir& dir, int count) {
  std::string text;
  for (int i = 1; i <= count; ++i)
    text += "<top>\n<num> Number: " + std::to_string(i) + "\n<title> title " + std::to_string(i) +
            "\n<desc> d\n<narr> Narrative:\nWhat counts as number " + std::to_string(i) + ".\n</top>\n";
  return dir.write("topics.txt", text);
}

std::vector<std::string> synth(const std::string& url, const fs::path& topics, const std::string& out) {
  return {"synth", "--model", "gpt", "--topics", topics.string(), "--out", out, "--url", url, "--attempts", "1"};
}

std::vector<json> rows_in(const fs::path& path) {
  std::vector<json> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) rows.push_back(json::parse(line));
  return rows;
}

TEST(Synth, MakesRowsOfTopics) {
  const TemporaryDir dir;
  const TestServer server([](const ServedRequest& request) { return chat(good_answer(title_in(request))); });
  const std::string out = (dir.path() / "rows.jsonl").string();
  const Outcome outcome = heed(synth(server.url(), topics_file(dir, 3), out));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto rows = rows_in(out);
  ASSERT_EQ(rows.size(), 18u);
  EXPECT_EQ(rows[0]["id"], "topics.txt---1#1");
  EXPECT_EQ(rows[0]["query"], "title 1");
  EXPECT_EQ(rows[0]["instruction"], "What counts as number 1.");
  EXPECT_EQ(rows[0]["label"], "true");
  EXPECT_EQ(rows[0]["source"], "gpt");
  EXPECT_EQ(rows[5]["label"], "false");
  EXPECT_TRUE(rows[5]["text"].get<std::string>().starts_with("Irrelevant3 title 1 word0"));
  const json asked = json::parse(server.requests()[0].body);
  EXPECT_EQ(asked["temperature"], 0);
  EXPECT_EQ(asked["max_tokens"], 4096);
  EXPECT_EQ(json::parse(std::ifstream(out + ".report.json"))["ends"]["done"], 3);
}

TEST(Synth, WhoStopsItLosesNoAnswerAndAsksNothingTwice) {
  const TemporaryDir dir;
  std::mutex lock;
  std::map<std::string, int> asked;
  const TestServer server([&](const ServedRequest& request) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const std::lock_guard guard(lock);
    ++asked[title_in(request)];
    return chat(good_answer(title_in(request)));
  });
  const fs::path topics = topics_file(dir, 30);
  const std::string out = (dir.path() / "rows.jsonl").string();
  auto command = synth(server.url(), topics, out);
  command.insert(command.end(), {"--concurrency", "3"});
  const Outcome stopped = heed(command, {.signal_after = std::chrono::milliseconds(500), .signal = SIGINT});
  EXPECT_EQ(stopped.code, 130) << stopped.err;
  EXPECT_FALSE(fs::exists(out));
  const Outcome outcome = heed(command);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(rows_in(out).size(), 180u);
  EXPECT_EQ(asked.size(), 30u);
  for (const auto& [title, times] : asked) EXPECT_EQ(times, 1) << title;
}

TEST(Synth, BadAnswersCostNoOtherTopic) {
  const TemporaryDir dir;
  std::mutex lock;
  std::map<std::string, int> asked;
  const TestServer server([&](const ServedRequest& request) -> ServedReply {
    const std::string title = title_in(request);
    const std::lock_guard guard(lock);
    const int times = ++asked[title];
    if (title == "title 2") return {.body = "<html>gateway</html>", .type = "text/html"};
    if (title == "title 3") return {.body = "{\"choices\": [", .type = "application/json"};
    if (title == "title 4") return chat("I'm sorry, I can't.");
    if (title == "title 5" && times == 1) return chat("Relevant Documents:\n1. Only" + words(25));
    if (title == "title 6") return {.status = 400, .body = R"({"error":{"message":"content filter"}})"};
    if (title == "title 7") return {.delay = std::chrono::milliseconds(2500)};
    if (title == "title 8") return {.body = std::string(5000, ' '), .cut_after = 100};
    if (title == "title 9") return {.status = 500, .body = "{}"};
    return chat(good_answer(title));
  });
  const std::string out = (dir.path() / "rows.jsonl").string();
  const fs::path topics = topics_file(dir, 10);
  auto command = synth(server.url(), topics, out);
  command.insert(command.end(), {"--timeout", "1", "--concurrency", "2"});
  const Outcome outcome = heed(command);
  EXPECT_EQ(outcome.code, 69) << outcome.err;
  EXPECT_TRUE(outcome.out.empty());
  std::set<std::string> done;
  for (const json& row : rows_in(out)) done.insert(row["query"]);
  EXPECT_EQ(done, (std::set<std::string>{"title 1", "title 5", "title 10"}));
  const json report = json::parse(std::ifstream(out + ".report.json"));
  EXPECT_EQ(report["ends"], (json{{"done", 3}, {"unusable", 1}, {"refused", 1}, {"failed", 5}, {"not asked", 0}}));
  EXPECT_EQ(asked["title 4"], 3);
  EXPECT_EQ(asked["title 1"], 1);
  heed(command);
  EXPECT_EQ(asked["title 1"], 1);
  EXPECT_EQ(asked["title 4"], 3);
  EXPECT_EQ(asked["title 5"], 2);
  EXPECT_EQ(asked["title 2"], 2);
}

TEST(Synth, AKilledRunGoesOnWhereItStood) {
  const TemporaryDir dir;
  const TestServer server([](const ServedRequest& request) {
    ServedReply reply = chat(good_answer(title_in(request)));
    reply.delay = std::chrono::milliseconds(60);
    return reply;
  });
  const std::string out = (dir.path() / "rows.jsonl").string();
  const auto command = synth(server.url(), topics_file(dir, 12), out);
  heed(command, {.signal_after = std::chrono::milliseconds(500)});
  const std::size_t before = rows_in(out + ".log.jsonl").size(), asked_before = server.requests().size();
  std::ofstream(out + ".log.jsonl", std::ios::app) << "{\"id\":\"x\",\"st";
  const Outcome outcome = heed(command);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(server.requests().size() - asked_before, 12 - before);
  EXPECT_EQ(rows_in(out).size(), 72u);
}

TEST(Synth, TheLastDocumentOfACutAnswerIsLeftOut) {
  const TemporaryDir dir;
  const TestServer server([](const ServedRequest& request) { return chat(good_answer(title_in(request)), "length"); });
  const std::string out = (dir.path() / "rows.jsonl").string();
  EXPECT_EQ(heed(synth(server.url(), topics_file(dir, 1), out)).code, 0);
  EXPECT_EQ(rows_in(out).size(), 5u);
}

TEST(Synth, ALogThatCannotBeWrittenEndsIt) {
  const TemporaryDir dir;
  const TestServer server([](const ServedRequest& request) { return chat(good_answer(title_in(request))); });
  const std::string out = (dir.path() / "rows.jsonl").string();
  const auto command = synth(server.url(), topics_file(dir, 5), out);
  const Outcome outcome = heed(command, {.largest_file = 4000});
  EXPECT_EQ(outcome.code, 65) << outcome.err;
  EXPECT_NE(outcome.err.find("rows.jsonl.log.jsonl: cannot be written"), std::string::npos) << outcome.err;
  EXPECT_EQ(heed(command).code, 0);
  EXPECT_EQ(rows_in(out).size(), 30u);
}

TEST(Synth, WhatIsReadIsNotOverwritten) {
  const TemporaryDir dir;
  const fs::path topics = topics_file(dir, 2);
  const std::string content = content_of(topics), out = (dir.path() / "rows.jsonl").string();
  EXPECT_TRUE(refused(heed(synth(unreachable_url(), topics, topics)), 64, "would overwrite what --topics"));
  auto command = synth(unreachable_url(), topics, out);
  for (const char* const flag : {"--log", "--report"}) {
    auto one = command;
    one.insert(one.end(), {flag, topics});
    EXPECT_TRUE(refused(heed(one), 64, "would overwrite what --topics"));
    one.back() = out;
    EXPECT_TRUE(refused(heed(one), 64, "are the same file"));
  }
  EXPECT_EQ(content_of(topics), content);
  command.insert(command.end(), {"--log", "/dev/full"});
  const Outcome outcome = heed(command);
  EXPECT_EQ(outcome.code, 65);
  EXPECT_NE(outcome.err.find("/dev/full: is no file that a log could grow in"), std::string::npos) << outcome.err;
}

TEST(Synth, SaysWhatIsWrong) {
  const TemporaryDir dir;
  const std::string out = (dir.path() / "rows.jsonl").string();
  const fs::path topics = topics_file(dir, 20);
  const Outcome gone = heed(synth(unreachable_url(), topics, out));
  EXPECT_EQ(gone.code, 69) << gone.err;
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(json::parse(std::ifstream(out + ".report.json"))["ends"]["not asked"], 12);
  const TestServer locked([](const ServedRequest&) { return ServedReply{.status = 401, .body = "{}"}; });
  EXPECT_EQ(heed(synth(locked.url(), topics, out)).code, 65);
  EXPECT_EQ(locked.requests().size(), 8u);
  EXPECT_EQ(heed({"synth", "--topics", topics.string(), "--model", "m"}).code, 64);
  EXPECT_EQ(heed({"synth", "--topics", topics.string(), "--out", out}).code, 64);
  EXPECT_EQ(heed({"synth", "--topics", (dir.path() / "none").string(), "--dry-run"}).code, 65);
  EXPECT_EQ(heed({"synth", "--topics", topics.string(), "--leave-out", topics.string(), "--dry-run"}).code, 65);
  const Outcome dry = heed({"synth", "--topics", topics.string(), "--dry-run"});
  EXPECT_NE(dry.out.find("Search: title 1\nInstructions: What counts as number 1.\n"), std::string::npos);
}

/// A reranker behind an API whose score of a document is the number that it ends with.
ServedReply reranked(const ServedRequest& request) {
  json list = json::array();
  const json body = json::parse(request.body);
  for (const std::string text : body["documents"])
    list.push_back({{"index", list.size()}, {"relevance_score", std::stod(text.substr(text.rfind(' ') + 1))}});
  return {.body = json{{"results", list}}.dump()};
}

std::string row_line(const std::string& query, const std::string& text, bool is_relevant) {
  return json{{"query", query},
              {"instruction", "i"},
              {"text", text},
              {"label", is_relevant ? "true" : "false"},
              {"id", "f.txt---" + query + "#" + text}}
             .dump() +
         "\n";
}

TEST(Filter, KeepsWhatTheJudgeAgreesWith) {
  const TemporaryDir dir;
  const std::string rows = row_line("a", "x 0.9", true) + row_line("a", "x 0.6", true) + row_line("a", "x 0.2", false) +
                           row_line("b", "x 0.3", true) + row_line("b", "x 0.1", false);
  const std::string data = dir.write("rows.jsonl", rows).string(), out = (dir.path() / "kept.jsonl").string();
  std::atomic<int> left = 1;
  const TestServer server([&](const ServedRequest& request) {
    return --left < 0 ? ServedReply{.status = 500, .body = "{}"} : reranked(request);
  });
  const std::vector<std::string> command = {"filter",
                                            "--data",
                                            data,
                                            "--model",
                                            "m",
                                            "--out",
                                            out,
                                            "--api",
                                            "jina-rerank",
                                            "--url",
                                            server.url(),
                                            "--attempts",
                                            "1",
                                            "--concurrency",
                                            "1",
                                            "--llama-factory",
                                            (dir.path() / "teach").string(),
                                            "--format",
                                            "json"};
  EXPECT_EQ(heed(command).code, 69);
  EXPECT_FALSE(fs::exists(out));
  EXPECT_EQ(rows_in(out + ".scores.jsonl").size(), 3u);
  left = 1000;
  const Outcome outcome = heed(command);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(server.requests().size(), 3u);
  const auto kept = rows_in(out);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0], (json{{"score", 0.9},
                           {"query", "a"},
                           {"instruction", "i"},
                           {"text", "x 0.9"},
                           {"label", "true"},
                           {"id", "f.txt---a#x 0.9"}}));
  EXPECT_EQ(kept[1]["label"], "false");
  const json report = json_of(outcome);
  EXPECT_EQ(report, json::parse(std::ifstream(out + ".report.json")));
  EXPECT_EQ(report["fates"]["judge disagrees"], (json{{"relevant", 1}, {"irrelevant", 0}}));
  EXPECT_EQ(report["fates"]["one-sided"], (json{{"relevant", 0}, {"irrelevant", 1}}));
  EXPECT_EQ(files_below(dir.path() / "teach"),
            (std::vector<std::string>{"dataset_info.json", "heed_rows.json", "train.yaml"}));
  auto off = command;
  off.insert(off.end(), {"--balance", "off"});
  EXPECT_EQ(heed(off).code, 0);
  EXPECT_EQ(rows_in(out).size(), 4u);
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST(Filter, WhereNothingIsKeptThereIsNoFile) {
  const TemporaryDir dir;
  const std::string data =
      dir.write("rows.jsonl", row_line("a", "x 0.9", true) + row_line("a", "x 0.8", false)).string();
  const std::string out = (dir.path() / "kept.jsonl").string(), teach = (dir.path() / "teach").string();
  const TestServer server([&](const ServedRequest& request) { return reranked(request); });
  const Outcome outcome = heed({"filter", "--data", data, "--model", "m", "--out", out, "--api", "jina-rerank", "--url",
                                server.url(), "--llama-factory", teach});
  EXPECT_EQ(outcome.code, 65);
  EXPECT_NE(outcome.err.find("no row is kept"), std::string::npos) << outcome.err;
  EXPECT_FALSE(fs::exists(out));
  EXPECT_FALSE(fs::exists(teach));
  EXPECT_TRUE(fs::exists(out + ".report.json"));
  EXPECT_EQ(rows_in(out + ".scores.jsonl").size(), 2u);
}

TEST(Filter, AJudgeWhoseScoresAreNoProbabilitiesIsRefused) {
  const TemporaryDir dir;
  const std::string data = dir.write("rows.jsonl", row_line("a", "x 7.5", true)).string();
  const std::string out = (dir.path() / "kept.jsonl").string();
  const TestServer server([&](const ServedRequest& request) { return reranked(request); });
  EXPECT_TRUE(refused(
      heed({"filter", "--data", data, "--model", "m", "--out", out, "--api", "jina-rerank", "--url", server.url()}), 65,
      "the judge's score is 7.5, which is no probability"));
  EXPECT_FALSE(fs::exists(out));
}

TEST(Filter, SaysWhatIsWrong) {
  const TemporaryDir dir;
  const std::string data = dir.write("rows.jsonl", row_line("a", "x 1", true)).string();
  const std::string out = (dir.path() / "kept.jsonl").string();
  EXPECT_TRUE(refused(heed({"filter", "--data", data, "--model", "bm25", "--out", out}), 64, "says nothing of"));
  EXPECT_TRUE(
      refused(heed({"filter", "--data", data, "--model", "m", "--out", out, "--balance", "x"}), 64, "--balance"));
  EXPECT_TRUE(refused(heed({"filter", "--data", data, "--model", "m", "--out", out, "--api", "tei-embeddings", "--url",
                            "http://127.0.0.1:9"}),
                      64, "a similarity is no probability"));
  for (const char* const threshold : {"5", "0", "-0.5", "nan", "1.01"})
    EXPECT_TRUE(refused(heed({"filter", "--data", data, "--model", "m", "--out", out, "--threshold", threshold}), 64,
                        std::string(threshold) + " is no number above 0 and at most 1"));
  EXPECT_TRUE(refused(heed({"filter", "--data", dir.write("bad", "{}\n").string(), "--model", "m", "--out", out}), 65,
                      "bad:1: has no \"query\""));
  // What is read is not overwritten.
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--out", data}, {"--out", out, "--log", data}, {"--out", out, "--report", data}}) {
    std::vector<std::string> command = {"filter", "--data", data, "--model", "m"};
    command.insert(command.end(), more.begin(), more.end());
    EXPECT_TRUE(refused(heed(command), 64, "would overwrite what --data"));
  }
  EXPECT_EQ(content_of(data), row_line("a", "x 1", true));
}

}  // namespace
}  // namespace heed::testing
