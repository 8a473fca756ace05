#include "serve/annotation_api.h"

#include <gtest/gtest.h>

#include "curate/annotation_store.h"
#include "format/json.h"
#include "testing/testing.h"

namespace heed::serve {
namespace {

using format::Json;
using heed::testing::complaint_of;
using heed::testing::content_of;
using heed::testing::TemporaryDir;

/// A folder with two topics, the first with two documents to judge.
struct Work {
  Work() {
    dir.write("topics.jsonl", R"({"id":"1","query":"wind","instruction":"All of it."})"
                              "\n"
                              R"({"id":"2","query":"sun","instruction":"All of it."})"
                              "\n");
    dir.write("pool.jsonl", R"({"topic":"1","document":"a","grade":1,"source":"judged"})"
                            "\n"
                            R"({"topic":"1","document":"b","grade":2,"source":"judged"})"
                            "\n"
                            R"({"topic":"1","document":"x","grade":0,"source":"bm25"})"
                            "\n"
                            R"({"topic":"2","document":"a","grade":1,"source":"judged"})"
                            "\n");
    dir.write("documents.jsonl", R"({"id":"a","title":"A <b>","text":"of a"})"
                                 "\n");
  }
  TemporaryDir dir;
};

struct Desk : Work {
  AnnotationApi api{dir.path()};
  int requests = 0;

  ApiReply get(const std::string& path, const std::map<std::string, std::string>& query = {}) {
    return api.answer({"GET", path, query, ""});
  }
  ApiReply post(const std::string& path, const std::string& body) { return api.answer({"POST", path, {}, body}); }
  Json posted(const std::string& path, Json body) {
    body.update({{"request", std::to_string(++requests)}});
    if (!body.contains("seen")) body["seen"] = 0;
    const ApiReply reply = post(path, body.dump());
    EXPECT_EQ(reply.status, 200) << reply.body;
    return Json::parse(reply.body);
  }
  Json state(const std::string& annotator) { return Json::parse(get("/api/state", {{"annotator", annotator}}).body); }
  /// The revision of a final instruction of topic 1.
  long begin() {
    for (const char* const name : {"ann", "bob"})
      EXPECT_EQ(post("/api/annotator", Json{{"annotator", name}}.dump()).status, 200);
    return posted("/api/final", {{"annotator", "ann"}, {"topic", "1"}, {"text", "Only at sea."}})["revision"];
  }
  Json decision(const std::string& annotator, const std::string& document, const Json& decision, long under) {
    return {{"annotator", annotator}, {"topic", "1"}, {"document", document},
            {"decision", decision},   {"note", ""},   {"final", under}};
  }
};

std::string error_of(const ApiReply& reply) {
  return Json::parse(reply.body).value("error", "");
}

TEST(AnnotationApi, ShowsEachAnnotatorWhatTheyDecided) {
  Desk desk;
  const long under = desk.begin();
  const Json answer = desk.posted("/api/decision", desk.decision("ann", "a", "not_relevant", under));
  EXPECT_EQ(answer["outcome"], "stored");
  const Json topic = desk.state("ann")["topics"][0];
  EXPECT_EQ(topic["final"]["text"], "Only at sea.");
  EXPECT_EQ(topic["documents"].size(), 2u) << "the one that is not relevant is not judged anew";
  EXPECT_EQ(topic["documents"][0]["decision"], "not_relevant");
  EXPECT_EQ(topic["documents"][0]["revision"], answer["revision"]);
  EXPECT_TRUE(desk.state("bob")["topics"][0]["documents"][0]["decision"].is_null()) << "not what another decided";
}

TEST(AnnotationApi, ShowsTheTextsOfATopic) {
  Desk desk;
  const Json documents = Json::parse(desk.get("/api/documents", {{"topic", "1"}}).body)["documents"];
  EXPECT_EQ(documents[0], (Json{{"id", "a"}, {"title", "A <b>"}, {"text", "of a"}}));
  EXPECT_TRUE(documents[1]["text"].is_null()) << "documents.jsonl lacks it";
  EXPECT_EQ(desk.get("/api/documents", {{"topic", "9"}}).status, 404);
}

TEST(AnnotationApi, ADecisionUnderAnotherInstructionIsRefusedAndWhatWasDecidedBeforeIsStale) {
  Desk desk;
  const long under = desk.begin();
  desk.posted("/api/decision", desk.decision("ann", "a", "relevant", under));
  const long newer = desk.posted(
      "/api/final", {{"annotator", "bob"}, {"topic", "1"}, {"text", "Other."}, {"seen", under}})["revision"];
  EXPECT_EQ(desk.state("ann")["topics"][0]["documents"][0]["stale"], true);
  Json late = desk.decision("ann", "b", "relevant", under);
  late.update({{"request", "late"}, {"seen", 0}});
  const ApiReply refused = desk.post("/api/decision", late.dump());
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(Json::parse(refused.body)["final"], newer);
}

TEST(AnnotationApi, AgreementAndAdjudicationLeadToTheExport) {
  Desk desk;
  const long under = desk.begin();
  for (const auto& [annotator, document, decision] :
       {std::tuple("ann", "a", "relevant"), std::tuple("bob", "a", "relevant"), std::tuple("ann", "b", "relevant"),
        std::tuple("bob", "b", "not_relevant")})
    desk.posted("/api/decision", desk.decision(annotator, document, decision, under));
  Json agreement = Json::parse(desk.get("/api/agreement", {{"first", "ann"}, {"second", "bob"}}).body);
  EXPECT_EQ(agreement["agreement"]["observed"], 0.5);
  EXPECT_EQ(agreement["agreement"]["kappa"], 0.0);
  EXPECT_EQ(agreement["topics"][0]["differences"][0]["document"], "b");
  EXPECT_EQ(agreement["topics"][0]["differences"][0]["standing"], "to_settle");
  EXPECT_TRUE(agreement["topics"][1]["agreement"]["kappa"].is_null());

  Json nothing = Json::parse(desk.post("/api/export", R"({"partial":false})").body);
  EXPECT_TRUE(nothing["files"].empty());
  EXPECT_EQ(nothing["incomplete"][0]["missing"], "1 document to adjudicate");

  desk.posted("/api/adjudication", desk.decision("bob", "b", "not_relevant", under));
  EXPECT_EQ(desk.state("ann")["topics"][0]["settled"], 2);
  EXPECT_EQ(desk.state("ann")["topics"][0]["settled_relevant"], 1);
  const Json exported = Json::parse(desk.post("/api/export", R"({"partial":false})").body);
  EXPECT_EQ(exported["topics"], Json({"1"}));
  EXPECT_EQ(exported["incomplete"][0]["topic"], "2");
  EXPECT_EQ(content_of(desk.dir.path() / "rejudgments.jsonl"),
            R"({"topic":"1","document":"a","decision":"relevant"})"
            "\n"
            R"({"topic":"1","document":"b","decision":"not_relevant"})"
            "\n");
}

TEST(AnnotationApi, WhatARequestSaysWrongIsSaid) {
  Desk desk;
  const long under = desk.begin();
  const Json right = [&] {
    Json body = desk.decision("ann", "a", "relevant", under);
    body.update({{"request", "r"}, {"seen", 0}});
    return body;
  }();
  const auto with = [&](const char* key, const Json& value) {
    Json body = right;
    body[key] = value;
    return desk.post("/api/decision", body.dump());
  };
  for (const char* const body : {"", "{", "nul", "{\"a\":}", "\xFF\xFE", "{\"a\":\"\xC3\"}"})
    EXPECT_EQ(error_of(desk.post("/api/decision", body)), "the request is not valid JSON") << body;
  EXPECT_EQ(desk.post("/api/decision", std::string(100'000, '[')).status, 400);
  for (const char* const body : {"[]", "1", "null", "\"a\""})
    EXPECT_EQ(error_of(desk.post("/api/decision", body)), "the request is not a JSON object") << body;
  EXPECT_EQ(error_of(with("decision", "maybe")), "\"decision\" is none of relevant, not_relevant, unsure and null");
  EXPECT_EQ(error_of(with("decision", 1)), "\"decision\" is none of relevant, not_relevant, unsure and null");
  EXPECT_EQ(error_of(with("final", "1")), "\"final\" is not an integer");
  EXPECT_EQ(error_of(with("seen", 1.5)), "\"seen\" is not an integer");
  EXPECT_EQ(error_of(with("note", nullptr)), "\"note\" is not given as a text");
  EXPECT_EQ(error_of(with("note", std::string(5000, 'x'))), "\"note\" is longer than 4000 bytes");
  EXPECT_EQ(error_of(with("request", " ")), "\"request\" is empty");
  EXPECT_EQ(with("annotator", "eve").status, 404);
  EXPECT_EQ(with("topic", "9").status, 404);
  EXPECT_EQ(error_of(with("document", "x")), "topic 1 has no document x to judge");
  EXPECT_EQ(with("decision", nullptr).status, 200);
  EXPECT_EQ(error_of(desk.post("/api/annotator", R"({"annotator":"a\nb"})")),
            "\"annotator\" has control characters in it");
  EXPECT_EQ(desk.post("/api/nothing", "{}").status, 404);
  EXPECT_EQ(desk.get("/api/decision").status, 405);
}

TEST(AnnotationApi, AnInstructionThatIsNotAlteredIsNotFinal) {
  Desk desk;
  desk.begin();
  for (const char* const text : {"", "  ", " All of it.\n"}) {
    const Json body = {{"annotator", "ann"}, {"topic", "2"}, {"text", text}, {"seen", 0}, {"request", "r"}};
    EXPECT_EQ(desk.post("/api/final", body.dump()).status, 400) << text;
  }
}

TEST(AnnotationApi, AFileThatCannotBeWrittenIsAnErrorOfTheServer) {
  Desk desk;
  const long under = desk.begin();
  desk.posted("/api/decision", desk.decision("ann", "a", "relevant", under));
  std::filesystem::create_directory(desk.dir.path() / "rejudgments.jsonl");
  const ApiReply reply = desk.post("/api/export", R"({"partial":true})");
  EXPECT_EQ(reply.status, 500);
  EXPECT_NE(error_of(reply).find("rejudgments.jsonl"), std::string::npos);
}

TEST(AnnotationApi, AFolderWithNothingToJudgeIsRefused) {
  const Work work;
  work.dir.write("pool.jsonl", "");
  work.dir.write("documents.jsonl", "");
  EXPECT_EQ(complaint_of([&] { const AnnotationApi api(work.dir.path()); }),
            work.dir.path().string() + ": there is nothing to judge: no topic has a relevant document in its pool");
  EXPECT_FALSE(std::filesystem::exists(work.dir.path() / "annotations.db")) << "nothing is left behind";
}

}  // namespace
}  // namespace heed::serve
