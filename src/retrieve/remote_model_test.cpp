#include "retrieve/remote_model.h"

#include <atomic>
#include <cmath>
#include <map>
#include <set>
#include <thread>

#include <gtest/gtest.h>

#include "testing/server.h"
#include "testing/testing.h"

namespace heed::retrieve {
namespace {

using collection::Document;
using collection::DocumentId;
using collection::Need;
using format::Json;
using heed::testing::complaint_of;
using heed::testing::RawServer;
using heed::testing::ServedReply;
using heed::testing::ServedRequest;
using heed::testing::TestServer;
using std::chrono::milliseconds;

const Need kNeed{"wind power", "Not at sea."};
const std::vector<Document> kDocuments = {{DocumentId("a"), "Mills", "They turn."},
                                          {DocumentId("b"), "", "Out at sea."},
                                          {DocumentId("c"), "Sun", "It shines."}};

/// A model at this server that waits for nothing; `fields` are added to its recipe.
RemoteModelSource source(const std::string& api, const std::string& url, const Json& fields = Json::object()) {
  Json recipe = {{"kind", "remote"}, {"api", api}, {"url", url}, {"model", "m"}, {"attempts", 3}, {"timeout_s", 1}};
  if (api == "openai-completions") recipe["prompt"] = "{need}? {document} =";
  recipe.update(fields);
  RemoteModelSource source{.name = "M", .recipe = read_remote_recipe(recipe, "test"), .key = "sk-secret"};
  source.key_origin = "MY_KEY";
  source.hooks.sleep = [](milliseconds) {};
  return source;
}

std::vector<double> scores(const RemoteModelSource& source, std::span<const Document> documents = kDocuments) {
  return open_model(source).open(nullptr)->score(std::vector<Need>{kNeed}, documents).at(0);
}

/// How a service is asked, and what it answers.
struct Exchange {
  const char* api;
  std::vector<const char*> requests;  ///< in order
  std::vector<const char*> answers;
  const char* path;
  std::vector<double> scores;  ///< of kDocuments
  Json fields = Json::object();
  const char* key_header = "authorization";
  const char* key = "Bearer sk-secret";
};

// Vectors: the need is (1, 0); the documents (1, 1), (0, 2), (-3, 0).
const double kHalf = std::sqrt(0.5);

const Exchange kExchanges[] = {
    {"openai-embeddings",
     {R"({"model":"m","input":["wind power Not at sea."],"encoding_format":"float"})",
      R"({"model":"m","input":["Mills They turn.","Out at sea.","Sun It shines."],"encoding_format":"float"})"},
     {R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[1,0]}],"usage":{"total_tokens":4}})",
      R"({"data":[{"index":2,"embedding":[-3,0]},{"index":0,"embedding":[1,1]},{"index":1,"embedding":[0,2]}]})"},
     "/v1/embeddings",
     {kHalf, 0, -1}},
    {"openai-embeddings",
     {R"({"model":"m","input":["Q: wind power"],"encoding_format":"float","dimensions":2,"user":"u"})",
      R"({"model":"m","input":["They","Out a","It sh"],"encoding_format":"float","dimensions":2,"user":"u"})"},
     {R"({"data":[{"index":0,"embedding":[1,0]}]})",
      R"({"data":[{"index":2,"embedding":[-3,0]},{"index":0,"embedding":[1,1]},{"index":1,"embedding":[0,2]}]})"},
     "/v1/embeddings",
     {1, 0, -3},
     {{"query_format", "Q: {query}"},
      {"document_format", "{text}"},
      {"dimensions", 2},
      {"similarity", "dot"},
      {"max_characters", 5},
      {"extra", {{"user", "u"}}}}},
    {"cohere-embeddings",
     {R"({"model":"m","texts":["wind power Not at sea."],"input_type":"search_query","embedding_types":["float"]})",
      R"({"model":"m","texts":["Mills They turn.","Out at sea.","Sun It shines."],"input_type":"search_document",
          "embedding_types":["float"]})"},
     {R"({"id":"1","embeddings":{"float":[[1,0]]},"texts":[""],"meta":{"billed_units":{"input_tokens":4}}})",
      R"({"response_type":"embeddings_floats","embeddings":[[1,1],[0,2],[-3,0]]})"},  // version 1
     "/v2/embed",
     {kHalf, 0, -1}},
    {"google-embeddings",
     {R"({"instances":[{"content":"wind power Not at sea.","task_type":"RETRIEVAL_QUERY"}]})",
      R"({"instances":[{"content":"Mills They turn.","task_type":"RETRIEVAL_DOCUMENT"},
          {"content":"Out at sea.","task_type":"RETRIEVAL_DOCUMENT"},
          {"content":"Sun It shines.","task_type":"RETRIEVAL_DOCUMENT"}]})"},
     {R"({"predictions":[{"embeddings":{"statistics":{"truncated":false,"token_count":4},"values":[1,0]}}]})",
      R"({"predictions":[{"embeddings":{"values":[1,1]}},{"embeddings":{"values":[0,2]}},
          {"embeddings":{"values":[-3,0]}}],"metadata":{"billableCharacterCount":9}})"},
     "/publishers/google/models/m:predict",
     {kHalf, 0, -1}},
    {"gemini-embeddings",
     {R"({"requests":[{"model":"models/m","content":{"parts":[{"text":"wind power Not at sea."}]},
          "taskType":"RETRIEVAL_QUERY","outputDimensionality":2}]})",
      R"({"requests":[{"model":"models/m","content":{"parts":[{"text":"Mills They turn."}]},
          "taskType":"RETRIEVAL_DOCUMENT","outputDimensionality":2},
          {"model":"models/m","content":{"parts":[{"text":"Out at sea."}]},"taskType":"RETRIEVAL_DOCUMENT",
          "outputDimensionality":2},{"model":"models/m","content":{"parts":[{"text":"Sun It shines."}]},
          "taskType":"RETRIEVAL_DOCUMENT","outputDimensionality":2}]})"},
     {R"({"embeddings":[{"values":[1,0]}]})",
      R"({"embeddings":[{"values":[1,1]},{"values":[0,2]},{"values":[-3,0]}]})"},
     "/v1beta/models/m:batchEmbedContents",
     {kHalf, 0, -1},
     {{"dimensions", 2}},
     "x-goog-api-key",
     "sk-secret"},
    {"tei-embeddings",
     {R"({"inputs":["wind power Not at sea."],"truncate":true})",
      R"({"inputs":["Mills They turn.","Out at sea.","Sun It shines."],"truncate":true})"},
     {"[[1,0]]", "[[1,1],[0,2],[-3,0]]"},
     "/embed",
     {kHalf, 0, -1}},
    {"cohere-rerank",
     {R"({"model":"m","query":"wind power Not at sea.","documents":["Mills They turn.","Out at sea.","Sun It shines."],
          "top_n":3})"},
     {R"({"id":"1","results":[{"index":1,"relevance_score":0.9},{"index":2,"relevance_score":0.5},
          {"index":0,"relevance_score":1e-6}],"meta":{"billed_units":{"search_units":1}}})"},
     "/v2/rerank",
     {1e-6, 0.9, 0.5}},
    {"jina-rerank",
     {R"({"model":"m","query":"wind power Not at sea.","documents":["Mills They turn.","Out at sea.","Sun It shines."],
          "top_n":3,"return_documents":false})"},
     {R"({"model":"m","usage":{"total_tokens":9},"results":[{"index":1,"relevance_score":0.9,"document":{"text":""}},
          {"index":2,"relevance_score":-2},{"index":0,"relevance_score":0}]})"},
     "/v1/rerank",
     {0, 0.9, -2}},
    {"tei-rerank",
     {R"({"query":"wind power Not at sea.","texts":["Mills They turn.","Out at sea.","Sun It shines."],
          "truncate":true})"},
     {R"([{"index":2,"score":0.75},{"index":0,"score":0.5},{"index":1,"score":0.25}])"},
     "/rerank",
     {0.5, 0.25, 0.75}},
    {"vllm-score",
     {R"({"model":"m","text_1":"wind power Not at sea.","text_2":["Mills They turn.","Out at sea.","Sun It shines."]})"},
     {R"({"id":"s","object":"list","data":[{"index":0,"object":"score","score":0.5},
          {"index":1,"object":"score","score":1},{"index":2,"object":"score","score":0.25}],"usage":{}})"},
     "/score",
     {0.5, 1, 0.25}},
    {"openai-completions",
     {R"({"model":"m","prompt":"wind power Not at sea.? Mills They turn. =","max_tokens":1,"temperature":0,
          "logprobs":20})",
      R"({"model":"m","prompt":"wind power Not at sea.? Out at sea. =","max_tokens":1,"temperature":0,"logprobs":20})",
      R"({"model":"m","prompt":"wind power Not at sea.? Sun It shines. =","max_tokens":1,"temperature":0,
          "logprobs":20})"},
     {// OpenAI's old form: ln 0.6, ln 0.2
      R"({"choices":[{"text":"true","index":0,"logprobs":{"tokens":["true"],"token_logprobs":[-0.5108256237659907],
          "top_logprobs":[{"true":-0.5108256237659907,"false":-1.6094379124341003,"x":-3}],"text_offset":[9]}}]})",
      // llama-server's: ln 0.1, ln 0.4; the list's order does not matter
      R"({"choices":[{"text":" false","index":0,"logprobs":{"content":[{"id":7,"token":" false",
          "logprob":-0.916290731874155,"top_logprobs":[{"id":7,"token":" false","logprob":-0.916290731874155},
          {"id":8,"token":" true","logprob":-2.302585092994046}]}]}}]})",
      // spelled twice: (0.3 + 0.1) against 0.4
      R"({"choices":[{"logprobs":{"top_logprobs":[{"true":-1.2039728043259361," true":-2.302585092994046,
          "false":-0.916290731874155}]}}]})"},
     "/v1/completions",
     {0.75, 0.2, 0.5},
     {{"concurrency", 1}}},
    {"openai-completions",
     {R"({"model":"m","prompt":["wind power Not at sea.? Mills They turn. =","wind power Not at sea.? Out at sea. =",
          "wind power Not at sea.? Sun It shines. ="],"max_tokens":1,
          "temperature":0,"logprobs":5})"},
     {R"({"choices":[
          {"index":2,"logprobs":{"top_logprobs":[{"yes":-0.6931471805599453,"no":-0.6931471805599453}]}},
          {"index":0,"logprobs":{"top_logprobs":[{"yes":-0.5108256237659907,"no":-1.6094379124341003}]}},
          {"index":1,"logprobs":{"top_logprobs":[{"yes":-2.302585092994046,"no":-0.916290731874155}]}}]})"},
     "/v1/completions",
     {0.75, 0.2, 0.5},
     {{"true", "yes"}, {"false", "no"}, {"logprobs", 5}, {"batch", 8}}},
    {"openai-chat",
     {R"({"model":"m","messages":[{"role":"user","content":"Mills They turn./wind power Not at sea."}],"max_tokens":1,
          "temperature":0,"logprobs":true,"top_logprobs":20})",
      R"({"model":"m","messages":[{"role":"user","content":"Out at sea./wind power Not at sea."}],"max_tokens":1,
          "temperature":0,"logprobs":true,"top_logprobs":20})",
      R"({"model":"m","messages":[{"role":"user","content":"Sun It shines./wind power Not at sea."}],"max_tokens":1,
          "temperature":0,"logprobs":true,"top_logprobs":20})"},
     {R"({"choices":[{"index":0,"message":{"role":"assistant","content":"true"},"logprobs":{"content":[{"token":"true",
          "logprob":-0.5,"bytes":[116],"top_logprobs":[{"token":"true","logprob":-0.5108256237659907},
          {"token":"false","logprob":-1.6094379124341003}]}]}}]})",
      R"({"choices":[{"logprobs":{"content":[{"top_logprobs":[{"token":"true","logprob":-2.302585092994046},
          {"token":"false","logprob":-0.916290731874155}]}]}}]})",
      R"({"choices":[{"logprobs":{"content":[{"top_logprobs":[{"token":"true","logprob":-1},
          {"token":"false","logprob":-1}]}]}}]})"},
     "/v1/chat/completions",
     {0.75, 0.2, 0.5},
     {{"prompt", "{document}/{need}"}}},
};

TEST(RemoteModel, EveryApiIsAskedAndReadAsItsMakerDescribes) {
  std::set<std::string> tried;
  for (const Exchange& exchange : kExchanges) {
    std::atomic<std::size_t> asked = 0;
    const TestServer server([&](const ServedRequest&) { return ServedReply{.body = exchange.answers.at(asked++)}; });
    Json fields = exchange.fields;
    fields["concurrency"] = 1;  // so that requests come in order
    const std::vector<double> given = scores(source(exchange.api, server.url(), fields));
    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), exchange.requests.size()) << exchange.api;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      EXPECT_EQ(Json::parse(requests[i].body), Json::parse(exchange.requests[i])) << requests[i].body;
      EXPECT_EQ(requests[i].path, exchange.path);
      EXPECT_EQ(requests[i].headers.at(exchange.key_header), exchange.key) << exchange.api;
    }
    ASSERT_EQ(given.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(given[i], exchange.scores[i], 1e-7) << exchange.api << " " << i;
    tried.insert(exchange.api);
  }
  EXPECT_EQ(tried.size(), api_shapes().size());
}

/// Why the model at a server with this answer is unavailable.
std::string nonsense_of(const std::string& api, const std::string& answer) {
  const TestServer server([&](const ServedRequest&) { return ServedReply{.body = answer}; });
  try {
    scores(source(api, server.url(), {{"concurrency", 1}}), std::span(kDocuments).first(2));
  } catch (const base::Unavailable& error) {
    EXPECT_EQ(std::string(error.what()).rfind(server.url() + "/", 0), 0u) << error.what();
    return error.what();
  }
  ADD_FAILURE() << api << " took " << answer;
  return "";
}

TEST(RemoteModel, AnswersThatMakeNoSenseAreRefused) {
  const std::string kRest = R"(,{"index":1,"relevance_score":0.5}]})";
  for (const auto& [answer, part] : std::vector<std::pair<std::string, std::string>>{
           {"<html>", "no JSON"},
           {"{}", "no \"results\""},
           {R"({"results":{}})", "no list"},
           {R"({"results":[{"index":0,"relevance_score":0.5}]})", "1 element for 2"},
           {R"({"results":[{"index":1,"relevance_score":0.5})" + kRest, "twice"},
           {R"({"results":[{"index":2,"relevance_score":0.5})" + kRest, "not below 2"},
           {R"({"results":[{"index":-1,"relevance_score":0.5})" + kRest, "not below 2"},
           {R"({"results":[{"index":"0","relevance_score":0.5})" + kRest, "not below 2"},
           {R"({"results":[{"index":0,"relevance_score":null})" + kRest, "finite"},
           {R"({"results":[{"index":0,"relevance_score":"0.5"})" + kRest, "finite"},
           {R"({"results":[{"index":0,"score":0.5})" + kRest, "no \"relevance_score\""},
           {R"({"results":[{"index":0,"relevance_score":NaN})" + kRest, "no JSON"},
           {R"({"results":[{"index":0,"relevance_score":1e999})" + kRest, ""}}) {
    for (const char* const api : {"cohere-rerank", "jina-rerank"})
      EXPECT_NE(nonsense_of(api, answer).find(part), std::string::npos) << answer;
  }
  EXPECT_NE(nonsense_of("tei-rerank", R"({"error":"overloaded"})").find("no list"), std::string::npos);
  EXPECT_NE(nonsense_of("tei-rerank", R"([{"index":0,"score":1}])").find("1 element for 2"), std::string::npos);
  EXPECT_NE(nonsense_of("vllm-score", R"({"data":[]})").find("0 elements for 2"), std::string::npos);
  EXPECT_NE(nonsense_of("openai-embeddings", R"({"data":[{"index":0,"embedding":[]}]})").find("empty"),
            std::string::npos);
  EXPECT_NE(nonsense_of("openai-embeddings", R"({"data":[{"index":0,"embedding":[1,null]}]})").find("than numbers"),
            std::string::npos);
  EXPECT_NE(nonsense_of("openai-embeddings", R"({"data":[{"index":0,"embedding":"AAAA"}]})").find("no list"),
            std::string::npos);
  EXPECT_NE(nonsense_of("tei-embeddings", "[[1,1e300]]").find("finite"), std::string::npos);
  EXPECT_NE(nonsense_of("tei-embeddings", "[[1],[2]]").find("2 vectors for 1 text"), std::string::npos);
  EXPECT_NE(nonsense_of("openai-chat", R"({"choices":[{"message":{"content":"true"},"logprobs":null}]})")
                .find("log probabilities?"),
            std::string::npos);
  EXPECT_NE(
      nonsense_of("openai-completions", R"({"choices":[{"logprobs":{"top_logprobs":[{"true":0.9,"false":0.1}]}}]})")
          .find("no logarithm"),
      std::string::npos);
}

TEST(RemoteModel, VectorsAreAllOfOneLength) {
  std::atomic<int> asked = 0;
  const TestServer server([&](const ServedRequest& request) {
    const std::size_t count = Json::parse(request.body)["inputs"].size();
    Json answer = Json::array();
    for (std::size_t i = 0; i < count; ++i) answer.push_back(std::vector<int>(static_cast<std::size_t>(2 + asked), 1));
    ++asked;
    return ServedReply{.body = answer.dump()};
  });
  try {
    scores(source("tei-embeddings", server.url(), {{"concurrency", 1}}));
    FAIL();
  } catch (const base::Unavailable& error) {
    EXPECT_NE(std::string(error.what()).find("has 3 numbers, others have 2"), std::string::npos) << error.what();
  }
}

TEST(RemoteModel, WhatIsRefusedIsTheCallersFaultInOneLineWithoutTheKey) {
  for (const int status : {400, 401, 403, 404}) {
    const TestServer server([&](const ServedRequest&) {
      return ServedReply{.status = status, .body = R"({"error":{"message":"no\nto sk-secret"}})"};
    });
    const std::string message = complaint_of([&] { scores(source("openai-embeddings", server.url())); });
    EXPECT_EQ(message.find("sk-secret"), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_EQ(message.find("is the one in MY_KEY right?") != std::string::npos, status == 401 || status == 403)
        << message;
  }
}

TEST(RemoteModel, AServiceThatIsBusyFailsOrIsCutIsAskedAgain) {
  const std::string good = R"([{"index":0,"score":1},{"index":1,"score":0},{"index":2,"score":2}])";
  for (const ServedReply& trouble :
       {ServedReply{.status = 429, .headers = {{"Retry-After", "20"}}}, ServedReply{.status = 500},
        ServedReply{.status = 503}, ServedReply{.body = good, .cut_after = 10}}) {
    std::atomic<int> asked = 0;
    const TestServer server([&](const ServedRequest&) { return ++asked < 3 ? trouble : ServedReply{.body = good}; });
    RemoteModelSource patient = source("tei-rerank", server.url());
    std::vector<std::string> notices;
    patient.hooks.notice = [&](const std::string& text) { notices.push_back(text); };
    EXPECT_EQ(scores(patient), (std::vector<double>{1, 0, 2}));
    EXPECT_EQ(asked, 3);
    EXPECT_EQ(notices.size(), 2u);
    asked = -9;
    EXPECT_THROW(scores(patient), base::Unavailable);
  }
  const TestServer silent([&](const ServedRequest&) { return ServedReply{.body = good, .delay = milliseconds(2500)}; });
  EXPECT_THROW(scores(source("tei-rerank", silent.url(), {{"attempts", 1}})), base::Unavailable);
  EXPECT_THROW(scores(source("tei-rerank", heed::testing::unreachable_url())), base::Unavailable);
  EXPECT_THROW(scores(source("tei-rerank", RawServer("garbage\n").url())), base::Unavailable);
}

TEST(RemoteModel, ABatchThatIsTooLargeIsHalvedAndStaysSo) {
  std::vector<std::size_t> sizes;
  const TestServer server([&](const ServedRequest& request) {
    const Json body = Json::parse(request.body);
    const std::size_t count = body["texts"].size();
    sizes.push_back(count);
    if (count > 3)
      return ServedReply{.status = 422, .body = R"({"error":"batch size > maximum allowed batch size 3"})"};
    Json answer = Json::array();
    for (std::size_t i = 0; i < count; ++i)
      answer.push_back({{"index", i}, {"score", body["texts"][i].get<std::string>().size()}});
    return ServedReply{.body = answer.dump()};
  });
  std::vector<Document> documents;
  const std::vector<std::string> texts = {"1", "22", "333", "4444", "5", "66", "777", "8888", "9"};
  for (const std::string& text : texts) documents.push_back({DocumentId("d"), "", text});
  const RemoteModelSource limited = source("tei-rerank", server.url());
  const Model model = open_model(limited);
  const auto reranker = model.open(nullptr);
  const std::vector<double> expected = {1, 2, 3, 4, 1, 2, 3, 4, 1};
  EXPECT_EQ(reranker->score(std::vector<Need>{kNeed}, documents).at(0), expected);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{9, 4, 2, 2, 2, 2, 1}));
  sizes.clear();
  EXPECT_EQ(reranker->score(std::vector<Need>{kNeed}, documents).at(0), expected);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{2, 2, 2, 2, 1}));
}

TEST(RemoteModel, ATextThatIsTooLongAloneIsQuoted) {
  const TestServer server([&](const ServedRequest& request) {
    const Json body = Json::parse(request.body);
    Json data = Json::array();
    for (const Json& text : body["input"]) {
      if (text.get<std::string>().size() > 100)
        return ServedReply{.status = 400,
                           .body = R"({"error":{"message":"This model's maximum context length is 9"}})"};
      data.push_back({{"index", data.size()}, {"embedding", {1, 2}}});
    }
    return ServedReply{.body = Json{{"data", data}}.dump()};
  });
  const std::string longest = "Endless words " + std::string(200, 'x');
  std::vector<Document> documents = kDocuments;
  documents.push_back({DocumentId("d"), "", longest});
  const std::string message = complaint_of([&] { scores(source("openai-embeddings", server.url()), documents); });
  EXPECT_EQ(message.rfind("the document that begins \"Endless words xxx", 0), 0u) << message;
  EXPECT_NE(message.find("maximum context length is 9"), std::string::npos) << message;
  EXPECT_EQ(scores(source("openai-embeddings", server.url(), {{"max_characters", 50}}), documents).size(), 4u);
}

TEST(RemoteModel, ARequestIsKeptBelowItsCharacters) {
  std::vector<std::size_t> sizes;
  const TestServer server([&](const ServedRequest& request) {
    const std::size_t count = Json::parse(request.body)["instances"].size();
    sizes.push_back(count);
    Json predictions = Json::array();
    for (std::size_t i = 0; i < count; ++i) predictions.push_back({{"embeddings", {{"values", {1, 2}}}}});
    return ServedReply{.body = Json{{"predictions", predictions}}.dump()};
  });
  const std::string text(20'000, 'x'), other(20'000, 'y'), third(20'000, 'z');  // 50,000 characters go in one
  const std::vector<Document> documents = {
      {DocumentId("a"), "", text}, {DocumentId("b"), "", other}, {DocumentId("c"), "", third}};
  scores(source("google-embeddings", server.url(), {{"concurrency", 1}}), documents);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 2, 1}));
}

/// A server of vectors that counts the texts it was given.
struct VectorServer {
  std::atomic<long> texts = 0;
  TestServer server{[this](const ServedRequest& request) {
    const Json body = Json::parse(request.body);
    Json data = Json::array();
    for (const Json& text : body["input"])
      data.push_back({{"index", data.size()}, {"embedding", {1, text.get<std::string>().size()}}}), ++texts;
    return ServedReply{.body = Json{{"data", data}}.dump(), .delay = milliseconds(10)};
  }};
};

TEST(RemoteModel, EachTextIsEmbeddedOnceByAsManyRequestsAtOnceAsAllowed) {
  VectorServer vectors;
  std::vector<std::string> texts;
  for (int i = 0; i < 60; ++i) texts.push_back("text " + std::to_string(i));
  std::vector<Document> documents;
  for (const std::string& text : texts) documents.push_back({DocumentId("d"), "", text});
  const Model model = open_model(source("openai-embeddings", vectors.server.url(), {{"batch", 4}, {"concurrency", 3}}));
  EXPECT_TRUE(model.makes_vectors);
  EXPECT_FALSE(model.takes_one_need);
  EXPECT_EQ(model.instances, 1);
  const auto reranker = model.open(nullptr);
  const std::vector<Need> needs = {kNeed, {"other", ""}};
  EXPECT_EQ(reranker->unprepared(needs, documents).texts, 62);
  long last = 0;
  reranker->prepare(needs, documents, [&](long done, long total) {
    EXPECT_GT(done, last);
    EXPECT_EQ(total, 62);
    last = done;
  });
  EXPECT_EQ(last, 62);
  EXPECT_EQ(reranker->unprepared(needs, documents).texts, 0);
  reranker->score(needs, documents);
  reranker->score(needs, documents);
  EXPECT_EQ(vectors.texts, 62);
  EXPECT_LE(vectors.server.most_at_once(), 3);
  EXPECT_GE(vectors.server.most_at_once(), 2);
  EXPECT_EQ(reranker->embedded(needs, documents)->computed, 62);
}

/// A store in memory.
struct MapStore : VectorStore {
  std::map<base::Fingerprint, Vector> vectors;
  std::map<base::Fingerprint, long> times;

  std::vector<std::optional<Vector>> find(std::span<const base::Fingerprint> texts) override {
    std::vector<std::optional<Vector>> found;
    for (const auto& text : texts)
      found.push_back(vectors.contains(text) ? std::optional(vectors.at(text)) : std::nullopt);
    return found;
  }
  std::vector<bool> has(std::span<const base::Fingerprint> texts) override {
    std::vector<bool> all;
    for (const auto& text : texts) all.push_back(vectors.contains(text));
    return all;
  }
  void put(std::span<const base::Fingerprint> texts, std::span<const Vector> made) override {
    for (std::size_t i = 0; i < texts.size(); ++i) vectors[texts[i]] = made[i], ++times[texts[i]];
  }
  long times_put(std::span<const base::Fingerprint> texts) override {
    long sum = 0;
    for (const auto& text : texts) sum += times[text];
    return sum;
  }
};

TEST(RemoteModel, ATextThatIsThereTwiceIsBoughtAndCountedOnce) {
  VectorServer vectors;
  MapStore store;
  const auto reranker =
      open_model(source("openai-embeddings", vectors.server.url(), {{"concurrency", 1}})).open(&store);
  const std::vector<Document> documents = {
      {DocumentId("a"), "", "same"}, {DocumentId("b"), "", "same"}, {DocumentId("c"), "", "other"}};
  reranker->score(std::vector<Need>{kNeed}, documents);
  const Embedded embedded = *reranker->embedded(std::vector<Need>{kNeed}, documents);
  EXPECT_EQ(vectors.texts, 3);
  EXPECT_EQ(embedded.computed, 3);
  EXPECT_EQ(embedded.queries, 1);
  EXPECT_EQ(embedded.documents, 2);
}

TEST(RemoteModel, VectorsOfAHalvedBatchAreKeptThoughALaterRequestFails) {
  std::atomic<bool> is_failing = true;
  std::vector<std::size_t> sizes;
  const TestServer server([&](const ServedRequest& request) {
    const std::size_t count = Json::parse(request.body)["inputs"].size();
    if (count > 2) return ServedReply{.status = 413};
    if (is_failing && sizes.size() == 3) return ServedReply{.status = 400};
    sizes.push_back(count);
    return ServedReply{.body = Json(std::vector(count, std::vector{1, 2})).dump()};
  });
  std::vector<std::string> texts;
  for (int i = 0; i < 8; ++i) texts.push_back("text " + std::to_string(i));
  std::vector<Document> documents;
  for (const std::string& text : texts) documents.push_back({DocumentId("d"), "", text});
  MapStore store;
  const auto prepare = [&] {
    open_model(source("tei-embeddings", server.url(), {{"concurrency", 1}}))
        .open(&store)
        ->prepare(std::vector<Need>{kNeed}, documents, {});
  };
  EXPECT_THROW(prepare(), base::BadInput);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 2, 2}));  // the need, and four documents
  EXPECT_EQ(store.vectors.size(), 5u);
  is_failing = false;
  prepare();
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 2, 2, 2, 2}));  // nothing twice
  EXPECT_EQ(store.vectors.size(), 9u);
}

TEST(RemoteModel, RerankersOfOneModelShareItsBound) {
  const TestServer server([](const ServedRequest&) {
    return ServedReply{.body = R"([{"index":0,"score":1},{"index":1,"score":0},{"index":2,"score":2}])",
                       .delay = milliseconds(10)};
  });
  const Model model = open_model(source("tei-rerank", server.url(), {{"concurrency", 2}}));
  EXPECT_TRUE(model.takes_one_need);
  EXPECT_EQ(model.instances, 2);
  EXPECT_EQ(model.block, 32u);
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&] { model.open(nullptr)->score(std::vector<Need>(3, kNeed), kDocuments); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server.requests().size(), 18u);
  EXPECT_LE(server.most_at_once(), 2);
}

RemoteModelSource one_answer(const TestServer& server, std::vector<std::string>& notices) {
  RemoteModelSource model = source("openai-completions", server.url(), {{"concurrency", 1}});
  model.hooks.notice = [&](const std::string& text) { notices.push_back(text); };
  return model;
}

TEST(RemoteModel, AnAnswerThatIsNotListedIsAsLikelyAsItCanBe) {
  std::string tokens;
  const TestServer server([&](const ServedRequest&) {
    return ServedReply{.body = R"({"choices":[{"logprobs":{"top_logprobs":[)" + tokens + "]}}]}"};
  });
  std::vector<std::string> notices;
  const RemoteModelSource model = one_answer(server, notices);
  const std::span<const Document> one(kDocuments.data(), 1);
  // 0.6 true, 0.1 else: what is left is 0.3, but a token of more than 0.1 would be listed.
  tokens = R"({"true":-0.5108256237659907,"else":-2.302585092994046})";
  EXPECT_NEAR(scores(model, one)[0], 0.6 / 0.7, 1e-9);
  // 0.6 true, 0.35 else: 0.05 is left.
  tokens = R"({"true":-0.5108256237659907,"else":-1.0498221244986776})";
  EXPECT_NEAR(scores(model, one)[0], 0.6 / 0.65, 1e-9);
  tokens = R"({"false":-0.5108256237659907,"else":-2.302585092994046,"True":-4.6})";
  EXPECT_NEAR(scores(model, one)[0], std::exp(-4.6) / (std::exp(-4.6) + 0.6), 1e-9);
  tokens = R"({"true":0})";  // nothing is left
  EXPECT_EQ(scores(model, one)[0], 1);
  EXPECT_EQ(notices.size(), 4u);              // each model tells of its first
  tokens = R"({"true":-0.1,"false":-9999})";  // listed, if hardly
  EXPECT_EQ(scores(model, one)[0], 1);
  tokens = R"({"true":-9998,"false":-9999,"x":0})";
  EXPECT_NEAR(scores(model, one)[0], std::exp(1) / (std::exp(1) + 1), 1e-9);
  EXPECT_EQ(notices.size(), 4u);
  EXPECT_NE(notices[0].find("1 time"), std::string::npos);
  tokens = R"({"The":-0.1,"Yes":-5})";
  const std::string message = complaint_of([&] { scores(model, one); });
  EXPECT_NE(message.find("neither \"true\" nor \"false\""), std::string::npos) << message;
  EXPECT_NE(message.find("\"The\", \"Yes\""), std::string::npos) << message;
}

TEST(RemoteModel, ItsIdentityIsWhatDecidesTheScores) {
  const auto identity = [](const Json& fields) {
    return open_model(source("openai-embeddings", "https://u:p@h.example/v1?key=sk-query", fields)).identity();
  };
  const std::string first = identity(Json::object());
  EXPECT_EQ(first.find("sk-"), std::string::npos) << first;
  EXPECT_EQ(first.find("u:p"), std::string::npos) << first;
  EXPECT_NE(first.find("https://h.example"), std::string::npos) << first;
  for (const Json& same : {Json{{"batch", 3}}, Json{{"concurrency", 9}}, Json{{"attempts", 1}}, Json{{"price", 2}},
                           Json{{"key_env", "X"}}, Json{{"timeout_s", 5}}})
    EXPECT_EQ(identity(same), first) << same;
  for (const Json& other : {Json{{"model", "n"}}, Json{{"query_format", "{query}"}}, Json{{"dimensions", 3}},
                            Json{{"similarity", "dot"}}, Json{{"max_characters", 9}}, Json{{"extra", {{"a", 1}}}}})
    EXPECT_NE(identity(other), first) << other;
}

TEST(RemoteModel, ModelsBehindOneGatewayAreToldApartByTheirPath) {
  const auto identity = [](const char* api, const std::string& url) { return open_model(source(api, url)).identity(); };
  const std::string a = identity("tei-rerank", "https://u:p@gate.example/openai/deployments/A?key=sk-query#f");
  EXPECT_NE(a, identity("tei-rerank", "https://u:p@gate.example/openai/deployments/B?key=sk-query#f"));
  EXPECT_EQ(a, identity("tei-rerank", "https://gate.example/openai/deployments/A?key=sk-other"));
  EXPECT_NE(a.find("https://gate.example/openai/deployments/A\""), std::string::npos) << a;
  // One address, spelled in three ways.
  const std::string whole = identity("openai-embeddings", "https://h.example/v1/embeddings");
  for (const char* const url : {"https://h.example", "https://h.example/v1/"})
    EXPECT_EQ(identity("openai-embeddings", url), whole) << url;
}

TEST(RemoteModel, ABillIsMadeBeforeAnythingIsAsked) {
  const Workload work{.pairs = 2000, .pair_characters = 4'000'000, .requests = 40, .texts = {1000, 2'000'000}};
  const auto bill = [&](const char* api, const char* url, const Json& fields) {
    Json all = {{"concurrency", 1}};
    all.update(fields);
    return open_model(source(api, url, all)).open(nullptr)->bill(work).value_or("none");
  };
  EXPECT_EQ(bill("openai-embeddings", "https://api.example", {{"price", 0.13}}),
            "about 500000 tokens (taken as 4 characters each) in 10 requests to "
            "https://api.example: about 0.065 USD at 0.13 USD per million tokens");
  EXPECT_EQ(bill("cohere-rerank", "https://api.example", {{"price", 2}}),
            "about 1.0 million tokens (taken as 4 characters each) in 40 requests to "
            "https://api.example: about 0.08 USD at 2.00 USD per thousand searches of up to 100 short documents");
  EXPECT_EQ(bill("jina-rerank", "https://api.example", Json::object()),
            "about 1.0 million tokens (taken as 4 characters each) in 40 requests to "
            "https://api.example; --price tells heed what that costs");
  EXPECT_EQ(bill("tei-embeddings", "http://localhost:80", Json::object()), "none");
  EXPECT_NE(bill("openai-completions", "https://api.example", {{"price", 1}}).find("2000 requests"), std::string::npos);
}

TEST(RemoteModel, AKeyGoesToItsOwnServiceOrWhereItIsMeantToGo) {
  const auto variable = [](const char* api, const char* url, const char* key_env = "") {
    RemoteRecipe recipe = default_remote_recipe(api);
    recipe.url = url;
    recipe.model = "m";
    recipe.key_env = key_env;
    return key_variable(recipe);
  };
  EXPECT_EQ(variable("openai-embeddings", ""), "OPENAI_API_KEY");
  EXPECT_EQ(variable("openai-embeddings", "https://api.openai.com/v1"), "OPENAI_API_KEY");
  EXPECT_EQ(variable("openai-embeddings", "http://localhost:8000"), "");
  EXPECT_EQ(variable("openai-embeddings", "https://api.openai.com.evil.example"), "");
  EXPECT_EQ(variable("openai-embeddings", "http://api.openai.com"), "");  // not in clear
  EXPECT_EQ(variable("openai-embeddings", "http://gpu:8000", "MINE"), "MINE");
  EXPECT_EQ(variable("google-embeddings", "https://us-aiplatform.googleapis.com/v1/projects/p/locations/us"),
            "GOOGLE_ACCESS_TOKEN");
  EXPECT_EQ(variable("tei-rerank", "http://gpu:8080"), "");
  EXPECT_THROW(variable("tei-rerank", ""), base::BadUsage);
  EXPECT_THROW(variable("tei-rerank", "gpu:8080"), base::BadInput);
}

TEST(RemoteModel, OnlyAModelThatEmbedsGivesVectors) {
  VectorServer vectors;
  auto encoder = open_remote_encoder(source("openai-embeddings", vectors.server.url(), {{"batch", 2}}));
  const std::vector<std::string> texts = {"a", "bb", "ccc"};
  EXPECT_EQ(encoder->encode(TextRole::kQuery, texts), (std::vector<std::vector<float>>{{1, 1}, {1, 2}, {1, 3}}));
  EXPECT_EQ(vectors.server.requests().size(), 2u);
  EXPECT_NE(complaint_of([&] {
              open_remote_encoder(source("tei-rerank", vectors.server.url()));
            }).find("only a model that embeds"),
            std::string::npos);
}

}  // namespace
}  // namespace heed::retrieve
