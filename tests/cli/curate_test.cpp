#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/program.h"
#include "testing/server.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

/// A small collection: topics 1 and 2 with narratives, 3 without; six documents, of which d1 has two passages of four
/// words; two runs.
class Curate : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_.write("topics",
               "<top><num>1<title>bees<desc>how bees fly<narr>Flight of bees counts.</top>\n"
               "<top><num>2<title>wasps<desc>where wasps live<narr>Nests of wasps count.</top>\n"
               "<top><num>3<title>ants<desc>what ants eat</top>\n");
    dir_.write("qrels", "1 0 d1 1\n1 0 d2 1\n1 0 d3 0\n2 0 d4 2\n2 0 d5 1\n2 0 d6 -1\n3 0 d1 1\n");
    dir_.write("collection.jsonl",
               R"({"_id":"d1","title":"One","text":"rain and snow fall bees fly how high"}
{"_id":"d2","title":"","text":"bees fly, wasps too"}
{"_id":"d3","title":"","text":"nothing"}
{"_id":"d4","title":"","text":"wasps live here"}
{"_id":"d5","title":"","text":"wasps live in nests of paper"}
{"_id":"d6","title":"","text":"other"}
{"_id":"d7","title":"","text":"in no pool"}
)");
    dir_.write("a.run", "1 Q0 d1 1 9 a\n1 Q0 d3 2 8 a\n1 Q0 d6 3 7 a\n2 Q0 d6 1 9 a\n2 Q0 d3 2 8 a\n");
    dir_.write("b.run", "1 Q0 d6 1 9 b\n1 Q0 d2 2 8 b\n2 Q0 d4 1 9 b\n2 Q0 d1 2 8 b\n");
    dir_.write("alterations", R"({"topic":"1","instruction":"Flight of bees counts. Wasps do not."}
{"topic":"2","instruction":"Nests of wasps count. Paper does not.","keywords":"nests","short_query":"wasps"}
)");
    dir_.write("rejudgments", R"({"topic":"1","document":"d1","decision":"relevant"}
{"topic":"1","document":"d2","decision":"not_relevant","note":"wasps"}
{"topic":"2","document":"d4","decision":"relevant"}
{"topic":"2","document":"d5","decision":"not_relevant"}
)");
  }

  std::string file(const std::string& name) const { return dir_.path() / name; }
  std::string work() const { return file("work"); }

  Outcome topics(const Arguments& more = {}) const {
    return curate({"topics", "--topics", file("topics"), "--qrels", file("qrels"), "--out", work()}, more);
  }
  Outcome pool(const Arguments& more = {}) const {
    return curate({"pool", work(), "--qrels", file("qrels"), "--run", file("a.run"), "--run", file("b.run")}, more);
  }
  Outcome documents(const Arguments& more = {}) const {
    return curate({"documents", work(), "--collection", file("collection.jsonl"), "--words", "4", "--overlap", "0"},
                  more);
  }
  Outcome take(const Arguments& more = {}) const {
    return curate({"take", work(), "--alterations", file("alterations"), "--rejudgments", file("rejudgments")}, more);
  }
  Outcome curate(Arguments arguments, const Arguments& more = {}) const {
    arguments.insert(arguments.begin(), "curate");
    arguments.insert(arguments.end(), more.begin(), more.end());
    return heed(arguments);
  }
  void make_all() const {
    for (const Outcome& outcome : {topics(), pool({"--size", "4"}), documents(), take()})
      ASSERT_EQ(outcome.code, 0) << outcome.err;
  }

  TemporaryDir dir_;
};

TEST_F(Curate, EveryStepWritesItsFile) {
  const Outcome picked = topics();
  EXPECT_EQ(picked.code, 0) << picked.err;
  EXPECT_NE(picked.err.find("heed: dropped, as it has no narrative to be its instruction: 3\n"), std::string::npos);
  EXPECT_EQ(content_of(file("work/topics.jsonl")),
            R"({"id":"1","query":"how bees fly","instruction":"Flight of bees counts."}
{"id":"2","query":"where wasps live","instruction":"Nests of wasps count."}
)");
  EXPECT_EQ(pool({"--size", "4"}).code, 0);
  EXPECT_EQ(content_of(file("work/pool.jsonl")),
            R"({"topic":"1","document":"d1","grade":1,"source":"judged"}
{"topic":"1","document":"d2","grade":1,"source":"judged"}
{"topic":"1","document":"d3","grade":0,"source":"a"}
{"topic":"1","document":"d6","grade":0,"source":"b"}
{"topic":"2","document":"d3","grade":0,"source":"a"}
{"topic":"2","document":"d4","grade":2,"source":"judged"}
{"topic":"2","document":"d5","grade":1,"source":"judged"}
{"topic":"2","document":"d6","grade":0,"source":"a"}
)");
}

TEST_F(Curate, TheBestPassageOfADocumentIsKept) {
  ASSERT_EQ(topics().code, 0);
  ASSERT_EQ(pool().code, 0);
  const Outcome outcome = documents();
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(content_of(file("work/documents.jsonl"))
                  .starts_with("{\"id\":\"d1\",\"title\":\"One\",\"text\":\"bees fly how high\"}\n"));
  EXPECT_FALSE(fs::exists(file("work/passages.log.jsonl")));
  ASSERT_EQ(documents({"--whole", "--replace"}).code, 0);
  EXPECT_NE(content_of(file("work/documents.jsonl")).find("rain and snow fall bees fly how high"), std::string::npos);
}

TEST_F(Curate, AModelBehindAnApiChoosesPassagesToo) {
  const TestServer rain([](const ServedRequest& request) {  // wants the word, as bm25 does not
    const nlohmann::json asked = nlohmann::json::parse(request.body);
    nlohmann::json results = nlohmann::json::array();
    for (const std::string text : asked["documents"])
      results.push_back({{"index", results.size()}, {"relevance_score", text.find("rain") == text.npos ? 0 : 1}});
    return ServedReply{.body = nlohmann::json{{"results", results}}.dump()};
  });
  ASSERT_EQ(topics().code, 0);
  ASSERT_EQ(pool().code, 0);
  const Outcome outcome = documents({"--model", "m", "--api", "jina-rerank", "--url", rain.url(), "--key-env", ""});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(content_of(file("work/documents.jsonl"))
                  .starts_with("{\"id\":\"d1\",\"title\":\"One\",\"text\":\"rain and snow fall\"}\n"));
}

TEST_F(Curate, TheBenchmarkRunsAndComesBackWithTheSameBytes) {
  make_all();
  for (const std::string layout : {"followir", "mteb"}) {
    const std::string out = file("out-" + layout), again = file("again-" + layout), copy = file("copy-" + layout);
    ASSERT_EQ(curate({"export", work(), "--out", out, "--layout", layout}).code, 0);
    ASSERT_EQ(curate({"import", out, "--out", again}).code, 0);
    ASSERT_EQ(curate({"export", again, "--out", copy, "--layout", layout}).code, 0);
    ASSERT_EQ(files_below(out), files_below(copy));
    for (const std::string& name : files_below(out))
      EXPECT_EQ(content_of(fs::path(out) / name), content_of(fs::path(copy) / name)) << name;
    EXPECT_TRUE(succeeded(heed({"bench", "--model", "bm25", "--data", out, "--out", file("results-" + layout)})));
  }
  EXPECT_EQ(content_of(file("again-followir/alterations.jsonl")), content_of(file("work/alterations.jsonl")));
}

TEST_F(Curate, WhatIsWrongIsASentenceAndAnExitCode) {
  make_all();
  const Outcome sound = curate({"check", work(), "--words", "6"});
  EXPECT_EQ(sound.code, 0);
  EXPECT_EQ(sound.out, "nothing is wrong\n");
  dir_.write("unsure", R"({"topic":"2","document":"d5","decision":"unsure"})");
  ASSERT_EQ(curate({"take", work(), "--rejudgments", file("unsure"), "--replace"}).code, 0);
  const Outcome broken = curate({"check", work(), "--format", "json"});
  EXPECT_EQ(broken.code, 65);
  EXPECT_EQ(broken.err, "heed: " + work() + ": 1 error\n");
  const auto all = nlohmann::json::parse(broken.out);
  EXPECT_EQ(all.at(0).at("sentence"), "document d5 of topic 2 is re-judged as unsure");
  EXPECT_EQ(all.at(0).at("document"), "d5");
  EXPECT_TRUE(
      refused(curate({"export", work(), "--out", file("out")}), 65, "heed curate check finds 1 error; --force"));
  EXPECT_FALSE(fs::exists(file("out")));
  EXPECT_EQ(curate({"export", work(), "--out", file("out"), "--force"}).code, 0);
}

TEST_F(Curate, StatisticsAreThoseOfTheTable) {
  make_all();
  const Outcome outcome =
      curate({"stats", work(), "--topics", file("topics"), "--qrels", file("qrels"), "--format", "json"});
  const auto all = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(
      all[0]["collection"],
      (nlohmann::json{
          {"queries", 3}, {"query_words", 3.0}, {"instruction_words", 8.0 / 3}, {"relevant_per_query", 5.0 / 3}}));
  EXPECT_EQ(all[0]["original"]["instruction_words"], 4.0);
  EXPECT_EQ(all[0]["altered"]["instruction_words"], 7.0);
  EXPECT_EQ(all[0]["altered"]["relevant_per_query"], 1.0);
  EXPECT_EQ(all[0]["changed_judgments"], 2);
  for (const char* const format : {"text", "markdown", "latex", "tsv"})
    EXPECT_TRUE(succeeded(curate({"stats", work(), "--format", format})));
}

TEST_F(Curate, JudgmentsOfAlteredInstructionsMayBeAFileOfThem) {
  make_all();
  const std::string by_lines = content_of(file("work/rejudgments.jsonl"));
  dir_.write("changed", "1 0 d1 1\n1 0 d2 0\n2 0 d4 1\n2 0 d5 0\n");
  fs::remove(file("work/rejudgments.jsonl"));
  EXPECT_EQ(curate({"take", work(), "--qrels-changed", file("changed")}).code, 0);
  EXPECT_EQ(content_of(file("work/rejudgments.jsonl")), R"({"topic":"1","document":"d1","decision":"relevant"}
{"topic":"1","document":"d2","decision":"not_relevant"}
{"topic":"2","document":"d4","decision":"relevant"}
{"topic":"2","document":"d5","decision":"not_relevant"}
)");
}

TEST_F(Curate, WhatIsTakenIsWholeOrNothing) {
  make_all();
  const std::string before = content_of(file("work/rejudgments.jsonl"));
  struct Case {
    const char *flag, *content, *complaint;
  };
  const Case cases[] = {
      {"--rejudgments", R"({"topic":"7","document":"d1","decision":"relevant"})", ":1: there is no topic 7"},
      {"--rejudgments", R"({"topic":"1","document":"d7","decision":"relevant"})", ":1: document d7 is not in the pool"},
      {"--rejudgments", R"({"topic":"1","document":"d1","decision":"Relevant"})", ":1: decision is relevant, not_"},
      {"--rejudgments", R"({"topic":"1","document":"d 1","decision":"relevant"})", ":1: \"document\" has white space"},
      {"--rejudgments", R"({"topic":"1","document":"d1","decision":"unsure"})", "is there already, and is another"},
      {"--alterations", R"({"topic":"1","instruction":""})", ":1: \"instruction\" is empty"},
      {"--alterations", R"({"topic":"9","instruction":"x"})", ":1: there is no topic 9"},
      {"--qrels-changed", "9 0 d1 1\n", ":1: there is no topic 9"},
      {"--qrels-changed", "1 0 d1 1\n1 0 d1 1\n", ":2: document d1 is judged twice"}};
  for (const Case& c : cases) {
    dir_.write("bad", c.content);
    EXPECT_TRUE(refused(curate({"take", work(), c.flag, file("bad")}), 65, c.complaint)) << c.content;
  }
  EXPECT_EQ(content_of(file("work/rejudgments.jsonl")), before);
  EXPECT_TRUE(refused(curate({"take", work()}), 64, "nothing to take"));
}

TEST_F(Curate, EmptyAndBrokenFilesAreRefused) {
  EXPECT_TRUE(refused(curate({"check", file("none")}), 65, "is no curation folder"));
  make_all();
  for (const std::string name : {"topics.jsonl", "pool.jsonl"}) {
    const std::string content = content_of(file("work/" + name));
    dir_.write("work/" + name, "");
    EXPECT_TRUE(refused(curate({"export", work(), "--out", file("out")}), 65,
                        name == "topics.jsonl" ? ": has no topics" : ":1: "))
        << name;
    dir_.write("work/" + name, content);
  }
  dir_.write("work/alterations.jsonl", "");
  EXPECT_TRUE(refused(curate({"export", work(), "--out", file("out")}), 65, "nothing to export"));
  EXPECT_EQ(curate({"check", work()}).code, 0);  // topics not altered are warnings
  for (const char* const empty : {"topics", "qrels", "a.run"}) {
    const std::string content = content_of(file(empty));
    dir_.write(empty, "");
    EXPECT_TRUE(refused(std::string(empty) == "a.run" ? pool() : topics(), 65, empty));
    dir_.write(empty, content);
  }
}

TEST_F(Curate, WhatCouldNotBeReadAgainIsNotWritten) {
  ASSERT_EQ(topics().code, 0);
  ASSERT_EQ(pool().code, 0);
  const std::string before = content_of(file("work/pool.jsonl"));
  dir_.write("bad.run", "1 Q0 d\xff 1 9 bad\n2 Q0 d3 1 9 bad\n");
  EXPECT_TRUE(refused(pool({"--run", file("bad.run"), "--replace"}), 65,
                      "topic 1: the id of a document of run bad is not UTF-8"));
  EXPECT_EQ(content_of(file("work/pool.jsonl")), before);
}

TEST_F(Curate, WhatWasEditedIsKept) {
  make_all();
  for (const std::string name : {"pool.jsonl", "documents.jsonl"}) {
    const std::string written = content_of(file("work/" + name)), edited = written + "\n";
    dir_.write("work/" + name, edited);
    const auto again = [&](const Arguments& more) { return name == "pool.jsonl" ? pool(more) : documents(more); };
    const Arguments same = name == "pool.jsonl" ? Arguments{"--size", "4"} : Arguments{};
    Arguments replacing = same;
    replacing.push_back("--replace");
    EXPECT_TRUE(refused(again(same), 65, name + ": is there, and holds something else; --replace"));
    EXPECT_EQ(content_of(file("work/" + name)), edited);
    EXPECT_EQ(again(replacing).code, 0);
    EXPECT_EQ(content_of(file("work/" + name)), written);
    EXPECT_EQ(again(same).code, 0);
  }
}

TEST_F(Curate, NamesAndNumbersThatMeanNothingAreRefused) {
  make_all();
  EXPECT_TRUE(refused(pool({"--run", "judged=" + file("a.run")}), 64, "no run is called judged"));
  EXPECT_TRUE(refused(curate({"check", work(), "--least-share", "nan"}), 64, "--least-share"));
  EXPECT_TRUE(refused(curate({"stats", work(), "--query", "foo"}), 64, "--query is"));
}

TEST_F(Curate, AnExportMixesWithNothing) {
  make_all();
  ASSERT_EQ(curate({"export", work(), "--out", file("out")}).code, 0);
  EXPECT_TRUE(refused(curate({"export", work(), "--out", file("out"), "--layout", "mteb"}), 65,
                      "has empty_scores.json, which is no file of this export"));
  EXPECT_EQ(curate({"export", work(), "--out", file("out")}).code, 0);  // its own it replaces
  dir_.write("out/notes", "");
  EXPECT_TRUE(refused(curate({"export", work(), "--out", file("out")}), 65, "has notes, which is no file"));
  EXPECT_TRUE(refused(curate({"export", work(), "--out", file("topics")}), 65, "is there, and is no folder"));
  EXPECT_TRUE(refused(curate({"import", file("out"), "--out", work()}), 65, "is a curation already; --replace"));
}

TEST_F(Curate, WhatDoesNotFitIsSaidByEachStep) {
  EXPECT_TRUE(refused(topics({"--query", "body"}), 64, "--query is title, description or title+description"));
  EXPECT_TRUE(refused(topics({"--ids", "1,7"}), 65, "there is no topic 7"));
  ASSERT_EQ(topics().code, 0);
  EXPECT_TRUE(refused(topics({"--ids", "1"}), 65, "is there, with other topics; --replace"));
  EXPECT_TRUE(refused(documents(), 65, "there is no pool yet"));
  EXPECT_TRUE(
      refused(pool({"--size", "1"}), 65, "topic 1 has 2 relevant documents, more than the 1 candidate of a pool"));
  EXPECT_TRUE(refused(pool({"--run", file("a.run")}), 64, "two runs are called a"));
  EXPECT_NE(pool().err.find("topic 1 has 4 of 1000 candidates: the runs are too shallow"), std::string::npos);
  EXPECT_TRUE(refused(documents({"--overlap", "4"}), 64, "--overlap"));
  EXPECT_TRUE(refused(documents({"--type", "x"}), 64, "there is no type of collections x"));
  dir_.write("collection.jsonl", R"({"_id":"d1","text":"x"})");
  EXPECT_TRUE(
      refused(documents(), 65, "collection.jsonl: lacks 5 documents of the pool: d2 (topic 1), d3 (topic 1), "));
}

}  // namespace
}  // namespace heed::testing
