#include "bench/runner.h"

#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/fingerprint.h"
#include "collection/ranking.h"
#include "testing/testing.h"

namespace heed::bench {
namespace {

using collection::Arm;
using collection::Document;
using collection::Need;
using heed::testing::complaint_of;
using heed::testing::TemporaryDir;
using retrieve::Model;

constexpr Arm kPair[] = {Arm::kOg, Arm::kChanged};
constexpr Arm kThree[] = {Arm::kOg, Arm::kChanged, Arm::kNone};

/// What the test models were asked; each test begins with a fresh one.
struct Asked {
  std::mutex lock;
  std::vector<std::size_t> documents, needs;  ///< of each call
  std::vector<std::string> texts;             ///< of all documents, in the order of the calls
  long opened = 0;
  std::size_t documents_until_crash = std::numeric_limits<std::size_t>::max();

  void reset() {
    documents.clear();
    needs.clear();
    texts.clear();
    opened = 0;
    documents_until_crash = std::numeric_limits<std::size_t>::max();
  }
} asked;

void note_call(std::span<const Need> needs, std::span<const Document> documents) {
  const std::lock_guard guard(asked.lock);
  if (asked.texts.size() + documents.size() > asked.documents_until_crash) throw std::runtime_error("the power failed");
  asked.documents.push_back(documents.size());
  asked.needs.push_back(needs.size());
  for (const Document& document : documents) asked.texts.emplace_back(document.text);
}

/// A number that depends on all texts and on nothing else.
double score_of(const Need& need, const Document& document) {
  const auto digest = base::Digest()
                          .add_field(need.query)
                          .add_field(need.instruction)
                          .add_field(document.title)
                          .add_field(document.text)
                          .finish();
  return digest.bytes[0] + digest.bytes[1] / 256.0 - 100;
}

/// Scores documents by score_of, scaled by `Company` for each other document that is there.
template <int Company>
class TextScorer final : public retrieve::Reranker {
 public:
  TextScorer() {
    const std::lock_guard guard(asked.lock);
    ++asked.opened;
  }
  std::vector<std::vector<double>> score(std::span<const Need> needs, std::span<const Document> documents) override {
    note_call(needs, documents);
    std::vector<std::vector<double>> scores(needs.size());
    for (std::size_t i = 0; i < needs.size(); ++i)
      for (const Document& document : documents)
        scores[i].push_back(score_of(needs[i], document) + Company * static_cast<double>(documents.size() - 1));
    return scores;
  }
};

/// Gives each need the same scores, whatever the documents.
class FixedScores final : public retrieve::Reranker {
 public:
  explicit FixedScores(std::vector<double> scores) : scores_(std::move(scores)) {}
  std::vector<std::vector<double>> score(std::span<const Need> needs, std::span<const Document>) override {
    return std::vector(needs.size(), scores_);
  }

 private:
  std::vector<double> scores_;
};

/// Reads of an instruction the first word alone, and none that is about nothing.
class ShortSighted final : public retrieve::Reranker {
 public:
  std::vector<std::vector<double>> score(std::span<const Need> needs, std::span<const Document> documents) override {
    return std::vector(needs.size(), std::vector<double>(documents.size(), 1));
  }
  std::optional<std::string> shortfall(const Need& need) override {
    if (need.instruction == "nothing") throw base::BadInput("the instruction is about nothing");
    return need.instruction.empty() ? std::nullopt : std::optional<std::string>("is read in part");
  }
};

using Opened = std::unique_ptr<retrieve::Reranker>;

const Model kAlone = {"alone",
                      "each document alone",
                      true,
                      "float64",
                      [](retrieve::VectorStore*) -> Opened { return std::make_unique<TextScorer<0>>(); },
                      []() -> std::string { return "alone 1"; }};
const Model kAloneChanged = {"alone",
                             "alone with other settings",
                             true,
                             "float64",
                             [](retrieve::VectorStore*) -> Opened { return std::make_unique<TextScorer<0>>(); },
                             []() -> std::string { return "alone 2"; }};
const Model kTogether = {"together",
                         "all candidates together",
                         false,
                         "float32",
                         [](retrieve::VectorStore*) -> Opened { return std::make_unique<TextScorer<1>>(); },
                         []() -> std::string { return "together 1"; }};

Opened fixed(std::vector<double> scores) {
  return std::make_unique<FixedScores>(std::move(scores));
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Model kNan = {"nan",
                    "",
                    false,
                    "",
                    [](retrieve::VectorStore*) {
                      return fixed({0, 0, 0, 0, std::nan("")});
                    },
                    []() -> std::string { return "nan"; }};
const Model kInfinite = {"infinite",
                         "",
                         false,
                         "",
                         [](retrieve::VectorStore*) {
                           return fixed({kInfinity, 0, 0, 0, 0});
                         },
                         []() -> std::string { return "infinite"; }};
const Model kMinusInfinite = {"-infinite",
                              "",
                              false,
                              "",
                              [](retrieve::VectorStore*) {
                                return fixed({0, 0, -kInfinity, 0, 0});
                              },
                              []() -> std::string { return "-infinite"; }};
const Model kTooFew = {"too few",
                       "",
                       false,
                       "",
                       [](retrieve::VectorStore*) {
                         return fixed({1, 2, 3});
                       },
                       []() -> std::string { return "too few"; }};

using Files = std::map<std::string, std::string>;

/// Topic q ranks c a e b d, topic 2 ranks b a; q's a is no longer relevant under the altered instruction.
Files files() {
  return {{"corpus.jsonl", R"({"_id": "a", "title": "A", "text": "one"}
{"_id": "b", "text": "two"}
{"_id": "c", "text": "three"}
{"_id": "d", "text": "four"}
{"_id": "e", "text": "five"}
)"},
          {"queries.jsonl", R"({"_id": "q", "text": "need", "instruction_og": "all", "instruction_changed": "not a"}
{"_id": "2", "text": "other", "instruction_og": "x", "instruction_changed": "y"}
)"},
          {"top_ranked.jsonl", R"({"qid": "q", "pid": "c"}
{"qid": "2", "pid": "b"}
{"qid": "q", "pid": "a"}
{"qid": "q", "pid": "e"}
{"qid": "2", "pid": "a"}
{"qid": "q", "pid": "b"}
{"qid": "q", "pid": "d"}
)"},
          {"qrels_og/test.tsv", "q 0 a 1\nq 0 b 1\n2 0 a 1\n"},
          {"qrels_changed/test.tsv", "q 0 a 0\nq 0 b 1\n2 0 a 1\n"}};
}

/// The same in mteb's layout, where the altered instructions have candidates of their own.
Files mteb_files() {
  Files all = files();
  return {{"corpus.jsonl", all["corpus.jsonl"]},
          {"queries.jsonl",
           "{\"id\": \"q-og\", \"text\": \"need\"}\n{\"id\": \"q-changed\", \"text\": \"need\"}\n"
           "{\"id\": \"2-og\", \"text\": \"other\"}\n{\"id\": \"2-changed\", \"text\": \"other\"}\n"},
          {"instruction.jsonl",
           "{\"query-id\": \"q-og\", \"instruction\": \"all\"}\n{\"query-id\": \"q-changed\", \"instruction\": \"not "
           "a\"}\n"
           "{\"query-id\": \"2-og\", \"instruction\": \"x\"}\n{\"query-id\": \"2-changed\", \"instruction\": \"y\"}\n"},
          {"top_ranked.jsonl",
           "{\"query-id\": \"q-og\", \"corpus-ids\": [\"c\", \"a\", \"b\"]}\n"
           "{\"query-id\": \"q-changed\", \"corpus-ids\": [\"d\", \"a\"]}\n"
           "{\"query-id\": \"2-og\", \"corpus-ids\": [\"b\", \"a\"]}\n"
           "{\"query-id\": \"2-changed\", \"corpus-ids\": [\"b\", \"a\"]}\n"},
          {"qrels/test.tsv", "q-og 0 a 1\nq-changed 0 a 0\n2-og 0 a 1\n2-changed 0 a 1\n"}};
}

/// A task in a folder of its own, with a store beside it, and a model that nobody asked yet.
struct Bench {
  explicit Bench(const Files& content = files()) {
    for (const auto& [name, text] : content) dir.write("data/" + name, text);
    task = open_task("tiny=" + (dir.path() / "data").string());
    asked.reset();
  }

  std::vector<ArmRun> run(const Model& model, std::span<const Arm> arms, const RunnerOptions& options = {}) {
    return run_arms({task, model, arms}, store, options).runs;
  }
  TaskResult judged(const Model& model, std::span<const Arm> arms, const RunnerOptions& options = {}) {
    const std::vector<std::string> requests = {"map", "recip_rank"};
    const auto measures = eval::select_measures(requests);
    return run_task({task, model, arms}, {recipe_named("sound"), measures}, store, options);
  }

  TemporaryDir dir;
  Task task;
  ScoreStore store{dir.path() / "store.db"};
};

RunnerOptions with_block(std::size_t block, int threads = 1) {
  RunnerOptions options;
  options.block = block;
  options.threads = threads;
  return options;
}

/// A run as it is, bit for bit: queries and documents in their order.
std::string spelled(const collection::Run& run) {
  std::string text = run.tag;
  for (const collection::RankedList& list : run.lists()) {
    text += "\n" + list.query().str();
    for (const auto& [document, score] : list.entries())
      text += " " + document.str() + "=" + std::to_string(std::bit_cast<std::uint64_t>(score));
  }
  return text;
}

std::string spelled(const std::vector<ArmRun>& runs) {
  std::string text;
  for (const ArmRun& run : runs) text += std::string(name_of(run.arm)) + ": " + spelled(run.run) + "\n";
  return text;
}

/// The ids of a query's documents, in the order of the run.
std::string documents_of(const collection::Run& run, std::string_view query) {
  std::string ids;
  for (const auto& entry : run.find(collection::QueryId(query))->entries()) ids += entry.document.text();
  return ids;
}

std::size_t sum(const std::vector<std::size_t>& values) {
  std::size_t total = 0;
  for (const std::size_t value : values) total += value;
  return total;
}

TEST(Runner, ScoresStandInTheOrderOfTheCandidates) {
  Bench bench;
  const auto runs = bench.run(kAlone, kThree, with_block(2));
  ASSERT_EQ(runs.size(), 3u);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    EXPECT_EQ(runs[i].arm, kThree[i]);
    const collection::Run& run = runs[i].run;
    EXPECT_EQ(run.tag, "alone");
    ASSERT_EQ(run.lists().size(), 2u);
    EXPECT_EQ(run.lists()[0].query().text(), "q");
    EXPECT_EQ(documents_of(run, "q"), "caebd");
    EXPECT_EQ(documents_of(run, "2"), "ba");
    for (std::size_t topic = 0; topic < 2; ++topic)
      for (const auto& [document, score] : run.lists()[topic].entries())
        EXPECT_EQ(score, score_of(*bench.task.data.topics[topic].need(kThree[i]),
                                  bench.task.data.corpus[*bench.task.data.corpus.find(document.text())]));
  }
}

TEST(Runner, ArmsThatShareCandidatesAreAskedTogether) {
  Bench bench;
  bench.run(kAlone, kThree);
  EXPECT_EQ(asked.documents, (std::vector<std::size_t>{5, 2}));
  EXPECT_EQ(asked.needs, (std::vector<std::size_t>{3, 3}));
}

TEST(Runner, RunsStandInTheOrderAskedFor) {
  Bench bench;
  const Arm arms[] = {Arm::kNone, Arm::kOg};
  const auto runs = bench.run(kAlone, arms);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].arm, Arm::kNone);
  EXPECT_EQ(spelled(runs[1].run), spelled(bench.run(kAlone, kPair)[0].run));
}

TEST(Runner, WhatTheStoreHoldsIsNotComputedAgain) {
  for (const Model* const model : {&kAlone, &kTogether}) {
    Bench bench;
    const auto first = spelled(bench.run(*model, kThree, with_block(2)));
    asked.reset();
    EXPECT_EQ(spelled(bench.run(*model, kThree, with_block(2))), first);
    EXPECT_TRUE(asked.documents.empty());
  }
}

TEST(Runner, AnotherArmCostsOnlyItself) {
  Bench bench;
  bench.run(kAlone, kPair);
  asked.reset();
  const auto runs = bench.run(kAlone, kThree);
  EXPECT_EQ(asked.documents, (std::vector<std::size_t>{5, 2}));
  EXPECT_EQ(asked.needs, (std::vector<std::size_t>{1, 1}));
  EXPECT_EQ(spelled(runs), spelled(Bench().run(kAlone, kThree)));
}

TEST(Runner, AChangedTextIsComputedAnewAndNothingElse) {
  const TemporaryDir dir;
  ScoreStore store(dir.path() / "store.db");
  run_arms({Bench().task, kAlone, kPair}, store, with_block(1));
  Files changed = files();
  std::string& corpus = changed["corpus.jsonl"];
  corpus.replace(corpus.find("\"three\""), 7, "\"drei\"");
  const Bench bench(changed);
  run_arms({bench.task, kAlone, kPair}, store, with_block(1));
  EXPECT_EQ(asked.texts, std::vector<std::string>{"drei"});
  asked.reset();
  corpus.replace(corpus.find("\"A\""), 3, "\"B\"");
  run_arms({Bench(changed).task, kAlone, kPair}, store, with_block(1));
  EXPECT_EQ(asked.texts, (std::vector<std::string>{"one", "one"}));  // a's title, in both topics
}

TEST(Runner, AnotherIdentityIsComputedAnew) {
  Bench bench;
  bench.run(kAlone, kPair);
  asked.reset();
  bench.run(kAloneChanged, kPair);
  EXPECT_EQ(sum(asked.documents), 7u);
}

TEST(Runner, IdsDoNotDecideScores) {
  const TemporaryDir dir;
  ScoreStore store(dir.path() / "store.db");
  run_arms({Bench().task, kAlone, kPair}, store, {});
  Files renamed = files();
  for (auto& [name, text] : renamed)
    for (std::size_t at = 0; (at = text.find("\"c\"", at)) != std::string::npos; at += 3) text.replace(at, 3, "\"z\"");
  const Bench bench(renamed);
  const auto runs = run_arms({bench.task, kAlone, kPair}, store, {}).runs;
  EXPECT_EQ(documents_of(runs[0].run, "q"), "zaebd");
  EXPECT_TRUE(asked.documents.empty());
}

TEST(Runner, ACrashKeepsTheFinishedBlocksAndTheNextRunComputesTheRest) {
  Bench bench;
  asked.documents_until_crash = 4;  // two blocks of the first topic; the third, of one document, fails
  EXPECT_THROW(bench.run(kAlone, kPair, with_block(2)), std::runtime_error);
  EXPECT_EQ(asked.texts, (std::vector<std::string>{"three", "one", "five", "two"}));
  asked.reset();
  const auto runs = bench.run(kAlone, kPair, with_block(2));
  EXPECT_EQ(asked.texts, (std::vector<std::string>{"four", "two", "one"}));
  EXPECT_EQ(spelled(runs), spelled(Bench().run(kAlone, kPair)));
}

TEST(Runner, ACrashInSeveralThreadsReachesTheCallerAndCostsNoFinishedBlock) {
  Bench bench;
  asked.documents_until_crash = 5;
  EXPECT_THROW(bench.run(kAlone, kPair, with_block(1, 2)), std::runtime_error);
  const std::size_t before = asked.texts.size();
  asked.reset();
  bench.run(kAlone, kPair, with_block(1, 2));
  EXPECT_EQ(before + asked.texts.size(), 7u);
}

TEST(Runner, AModelThatScoresEachDocumentAloneGetsBlocks) {
  const std::pair<std::size_t, std::vector<std::size_t>> cases[] = {
      {1, {1, 1, 1, 1, 1, 1, 1}}, {2, {2, 2, 1, 2}}, {3, {3, 2, 2}}, {5, {5, 2}}, {64, {5, 2}}};
  std::string first;
  for (const auto& [block, documents] : cases) {
    Bench bench;
    const auto runs = spelled(bench.run(kAlone, kPair, with_block(block)));
    EXPECT_EQ(asked.documents, documents);
    if (first.empty()) first = runs;
    EXPECT_EQ(runs, first) << "blocks of " << block;
  }
}

TEST(Runner, AModelThatSeesAllCandidatesGetsThemInOneCall) {
  Bench bench;
  const auto runs = bench.run(kTogether, kPair, with_block(2));
  EXPECT_EQ(asked.documents, (std::vector<std::size_t>{5, 2}));
  const Need& need = *bench.task.data.topics[1].need(Arm::kOg);
  EXPECT_EQ(runs[0].run.lists()[1].entries()[0].value, score_of(need, bench.task.data.corpus[1]) + 1);
}

TEST(Runner, ThreadsDoNotChangeRuns) {
  for (const Model* const model : {&kAlone, &kTogether}) {
    const std::string one = spelled(Bench().run(*model, kThree, with_block(2, 1)));
    for (const int threads : {2, 3, 16}) {
      EXPECT_EQ(spelled(Bench().run(*model, kThree, with_block(2, threads))), one) << threads;
      EXPECT_LE(asked.opened, model == &kAlone ? 4 : 6);  // an instance a thread, and no more threads than calls
    }
  }
}

TEST(Runner, ProgressCountsEveryScoreOnce) {
  Bench bench;
  for (int round = 0; round < 2; ++round) {  // computed, then found in the store
    long last = 0;
    RunnerOptions options = with_block(2, 2);
    options.progress = [&](const ProgressReport& report) {
      EXPECT_EQ(report.step, "scored");
      EXPECT_EQ(report.total, 3 * 7);
      EXPECT_GT(report.done, last);
      EXPECT_EQ(report.found, round * 3 * 7);
      last = report.done;
    };
    bench.run(kAlone, kThree, options);
    EXPECT_EQ(last, 3 * 7);
  }
}

TEST(Runner, AnArmThatTheDataLacksIsRefused) {
  Bench bench;
  for (const Arm arm : {Arm::kKeywords, Arm::kShort}) {
    const Arm arms[] = {Arm::kOg, arm};
    EXPECT_EQ(complaint_of([&] { bench.run(kAlone, arms); }),
              "task tiny has no text for the arm " + std::string(name_of(arm)));
  }
  EXPECT_TRUE(asked.documents.empty());
}

TEST(Runner, AScoreThatIsNotFiniteIsABug) {
  for (const Model* const model : {&kNan, &kInfinite, &kMinusInfinite}) {
    Bench bench;
    for (int round = 0; round < 2; ++round)  // nor does the store hold it afterwards
      EXPECT_THROW(bench.run(*model, kPair), base::Bug) << model->name;
  }
}

TEST(Runner, AMissingScoreIsABug) {
  EXPECT_THROW(Bench().run(kTooFew, kPair), base::Bug);
}

TEST(Runner, CandidatesOfTheAlteredInstructionAreRankedSeparately) {
  Bench bench(mteb_files());
  const auto runs = bench.run(kTogether, kThree);
  EXPECT_EQ(documents_of(runs[0].run, "q"), "cab");
  EXPECT_EQ(documents_of(runs[1].run, "q"), "da");
  EXPECT_EQ(documents_of(runs[2].run, "q"), "cab");
  EXPECT_EQ(asked.documents, (std::vector<std::size_t>{3, 2, 2}));
  EXPECT_EQ(asked.needs, (std::vector<std::size_t>{2, 1, 3}));  // topic 2 has the same candidates in every arm
  const Need& need = *bench.task.data.topics[0].need(Arm::kChanged);
  EXPECT_EQ(runs[1].run.lists()[0].entries()[0].value, score_of(need, bench.task.data.corpus[3]) + 1);
}

const Model kShortSighted = {"short-sighted",
                             "",
                             true,
                             "float64",
                             [](retrieve::VectorStore*) -> Opened { return std::make_unique<ShortSighted>(); },
                             []() -> std::string { return "short-sighted"; }};

TEST(Runner, WhatAModelDoesNotReadIsNotedEveryTime) {
  Bench bench;
  for (int round = 0; round < 2; ++round) {  // also where all scores are in the store
    const TaskResult result = bench.judged(kShortSighted, kThree);
    ASSERT_EQ(result.notes.size(), 2u);  // the arm without an instruction is read whole
    EXPECT_EQ(result.notes[0], "topic q (og) is read in part; likewise 1 other topic");
    EXPECT_EQ(result.notes[1], "topic q (changed) is read in part; likewise 1 other topic");
  }
}

TEST(Runner, ANeedThatCannotBeScoredIsNamedBeforeTheFirstScore) {
  Files all = files();
  all["queries.jsonl"].replace(all["queries.jsonl"].find("\"y\""), 3, "\"nothing\"");
  Bench bench(all);
  EXPECT_EQ(complaint_of([&] { bench.run(kShortSighted, kPair); }),
            "topic 2 (changed): the instruction is about nothing");
}

TEST(Runner, ATaskSaysWhatMadeIt) {
  Bench bench;
  const TaskResult result = bench.judged(kAlone, kThree);
  EXPECT_EQ(result.task, "tiny");
  EXPECT_EQ(result.model, "alone");
  EXPECT_EQ(result.model_identity, "alone 1");
  EXPECT_EQ(result.dtype, "float64");
  EXPECT_EQ(result.layout, "followir");
  EXPECT_EQ(result.recipe, "sound");
  EXPECT_EQ(result.data, bench.task.data.fingerprint());
  EXPECT_EQ(result.topics, 2);
  EXPECT_EQ(result.documents, 5);
  EXPECT_EQ(result.candidates, 7);
  EXPECT_TRUE(result.notes.empty());
  EXPECT_EQ(spelled(result.runs), spelled(bench.run(kAlone, kThree)));
  EXPECT_EQ(result.run(Arm::kNone), &result.runs[2].run);
  EXPECT_EQ(result.run(Arm::kShort), nullptr);
}

TEST(Runner, ThePairIsJudgedFromTheTwoRuns) {
  Bench bench;
  const TaskResult result = bench.judged(kAlone, kPair);
  ASSERT_TRUE(result.pair.has_value());
  EXPECT_TRUE(result.arms.empty());
  const auto& data = bench.task.data;
  const std::vector<std::string> requests = {"map", "recip_rank"};
  const auto expected =
      eval::evaluate_pair({data.judgments_og, data.judgments_changed, result.runs[0].run, result.runs[1].run},
                          eval::select_measures(requests), {});
  EXPECT_EQ(result.pair->p_mrr, expected.p_mrr);
  EXPECT_EQ(result.pair->changed_pairs, 1);
  EXPECT_EQ(result.pair->og.summary, expected.og.summary);
  EXPECT_EQ(result.pair->paper_changed.summary, expected.paper_changed.summary);
}

TEST(Runner, ThereIsNoPairOfOneArm) {
  const std::vector<std::string> requests = {"map", "recip_rank"};
  const auto summary = [&](const collection::Judgments& judgments, const collection::Run& run) {
    return eval::evaluate(judgments, run, eval::select_measures(requests), {}).summary;
  };
  for (const Arm arm : kPair) {
    Bench bench;
    const TaskResult result = bench.judged(kAlone, std::span(&arm, 1));
    EXPECT_FALSE(result.pair.has_value());
    ASSERT_EQ(result.arms.size(), 1u);
    EXPECT_EQ(result.arms[0].arm, arm);
    const auto &og = bench.task.data.judgments_og, &changed = bench.task.data.judgments_changed;
    const collection::Run& run = *result.run(arm);
    EXPECT_EQ(result.arms[0].correct.summary, summary(arm == Arm::kOg ? og : changed, run));
    EXPECT_EQ(result.arms[0].paper->summary, summary(arm == Arm::kOg ? changed : og, run));
  }
}

TEST(Runner, ArmsBesideThePairAreJudgedWithTheOriginalJudgments) {
  Files all = files();
  all["queries.jsonl"] =
      R"({"_id": "q", "text": "need", "instruction_og": "all", "instruction_changed": "not a", "keywords": "k", )"
      R"("short_query": "s"}
{"_id": "2", "text": "other", "instruction_og": "x", "instruction_changed": "y", "keywords": "l", )"
      R"("short_query": "t"}
)";
  Bench bench(all);
  const TaskResult result = bench.judged(kAlone, bench.task.data.arms());
  ASSERT_TRUE(result.pair.has_value());
  ASSERT_EQ(result.arms.size(), 3u);
  const std::vector<std::string> requests = {"map", "recip_rank"};
  const auto measures = eval::select_measures(requests);
  for (std::size_t i = 0; i < 3; ++i) {
    const ArmEvaluation& arm = result.arms[i];
    EXPECT_EQ(arm.arm, result.runs[i + 2].arm);
    const auto &og = bench.task.data.judgments_og, &changed = bench.task.data.judgments_changed;
    EXPECT_EQ(arm.correct.summary, eval::evaluate(og, *result.run(arm.arm), measures, {}).summary);
    EXPECT_EQ(arm.paper->summary, eval::evaluate(changed, *result.run(arm.arm), measures, {}).summary);
  }
}

TEST(Runner, APairThatCannotBeJudgedIsRefusedInTheTasksName) {
  Files all = files();
  all["qrels_changed/test.tsv"] = all["qrels_og/test.tsv"];
  Bench bench(all);
  EXPECT_EQ(complaint_of([&] { bench.judged(kAlone, kPair); }),
            "task tiny: no judgment differs between the two instructions: there is no p-MRR");
}

TEST(Runner, TheDataSetsNotesAreTheResults) {
  Files all = files();
  all["qrels_og/test.tsv"] += "q 0 z 0\n";  // the corpus has no z
  Bench bench(all);
  const TaskResult result = bench.judged(kAlone, kPair);
  EXPECT_EQ(result.notes, bench.task.data.notes);
  EXPECT_EQ(result.notes.size(), 1u);
}

/// Embeds by the texts' lengths, and keeps what it embeds.
class LengthVectors final : public retrieve::Reranker {
 public:
  explicit LengthVectors(retrieve::VectorStore* store) { kept_.keep_in(store); }
  std::vector<std::vector<double>> score(std::span<const Need> needs, std::span<const Document> documents) override {
    prepare(needs, documents, {});
    std::vector<std::vector<double>> scores(needs.size());
    for (std::size_t i = 0; i < needs.size(); ++i)
      for (const Document& document : documents)
        scores[i].push_back(kept_[key(needs[i])].elements[0] * kept_[key(document)].elements[0]);
    return scores;
  }
  void prepare(std::span<const Need> needs, std::span<const Document> documents, const Progress& progress) override {
    const auto keys = keys_of(needs, documents);
    kept_.prepare(keys, {.chunk = 2,
                         .compute =
                             [&](std::span<const std::size_t> positions) {
                               std::vector<retrieve::Vector> vectors;
                               for (const std::size_t position : positions)
                                 vectors.push_back({{static_cast<float>(keys[position].bytes[0])}, 1});
                               const std::lock_guard guard(asked.lock);
                               asked.documents.push_back(positions.size());
                               return vectors;
                             },
                         .progress = progress});
  }
  retrieve::TextCount unprepared(std::span<const Need> needs, std::span<const Document> documents) override {
    const auto missing = static_cast<long>(kept_.missing(keys_of(needs, documents)).size());
    return {missing, missing};
  }
  std::optional<retrieve::Embedded> embedded(std::span<const Need> needs,
                                             std::span<const Document> documents) override {
    return retrieve::Embedded{static_cast<long>(needs.size()), static_cast<long>(documents.size()),
                              kept_.times_computed(keys_of(needs, documents))};
  }

 private:
  static base::Fingerprint key(const Need& need) {
    return base::Digest().add_field(need.query).add_field(need.instruction).finish();
  }
  static base::Fingerprint key(const Document& document) { return base::fingerprint(document.text); }
  static std::vector<base::Fingerprint> keys_of(std::span<const Need> needs, std::span<const Document> documents) {
    std::vector<base::Fingerprint> keys;
    for (const Need& need : needs) keys.push_back(key(need));
    for (const Document& document : documents) keys.push_back(key(document));
    return keys;
  }
  retrieve::KeptVectors kept_;
};

Model vector_model() {
  Model model{"vectors", "", true, "float32"};
  model.makes_vectors = true;
  model.open = [](retrieve::VectorStore* store) -> Opened { return std::make_unique<LengthVectors>(store); };
  model.identity = [] { return std::string("vectors 1"); };
  return model;
}

TEST(Runner, EachTextOfATaskIsEmbeddedOnceForAllArmsAndRuns) {
  Bench bench;
  const TaskResult result = bench.judged(vector_model(), kThree);
  ASSERT_TRUE(result.embedded.has_value());
  EXPECT_EQ(result.embedded->queries, 6);    // two topics in three arms
  EXPECT_EQ(result.embedded->documents, 5);  // of seven candidates
  EXPECT_EQ(result.embedded->computed, 11);
  EXPECT_EQ(sum(asked.documents), 11u);
  asked.reset();
  EXPECT_EQ(bench.judged(vector_model(), kThree).embedded->computed, 11);
  EXPECT_TRUE(asked.documents.empty());
}

TEST(Runner, WorkThatIsStoppedInTheMiddleGoesOnWhereItWas) {
  const std::string undisturbed = spelled(Bench().run(vector_model(), kThree));
  for (int stop = 1; stop < 8; ++stop) {
    Bench bench;
    RunnerOptions options = with_block(2);
    options.progress = [&, calls = 0](const ProgressReport&) mutable {
      if (++calls == stop) throw std::runtime_error("stop");
    };
    EXPECT_THROW(bench.run(vector_model(), kThree, options), std::runtime_error) << stop;
    EXPECT_EQ(spelled(bench.run(vector_model(), kThree, with_block(2))), undisturbed);
    EXPECT_EQ(sum(asked.documents), 11u) << stop;  // no text twice
  }
}

TEST(Runner, APlanSaysWhatIsMissing) {
  Bench bench;
  std::vector<Plan> plans;
  RunnerOptions options = with_block(2);
  options.planned = [&](const Plan& plan) { plans.push_back(plan); };
  bench.run(kAlone, kPair, options);
  bench.run(kAlone, kThree, options);
  bench.run(kAlone, kThree, options);
  ASSERT_EQ(plans.size(), 3u);
  EXPECT_EQ(plans[0].scores, 14);
  EXPECT_EQ(plans[0].found, 0);
  EXPECT_EQ(plans[0].missing.pairs, 14);
  EXPECT_EQ(plans[0].missing.requests, 4);
  EXPECT_EQ(plans[1].found, 14);
  EXPECT_EQ(plans[1].missing.pairs, 7);
  EXPECT_TRUE(plans[2].is_nothing());
  EXPECT_EQ(plans[2].found, 21);
}

TEST(Runner, ADryRunKeepsTheBatchThatItMeasures) {
  Bench bench;
  const DryRun dry = dry_run({bench.task, kAlone, kPair}, bench.store, with_block(2));
  EXPECT_EQ(dry.plan.missing.pairs, 14);
  EXPECT_TRUE(dry.seconds.has_value());
  const std::size_t measured = sum(asked.documents);
  EXPECT_GT(measured, 0u);
  bench.run(kAlone, kPair, with_block(2));
  EXPECT_EQ(sum(asked.documents), 7u);
  EXPECT_FALSE(dry_run({bench.task, kAlone, kPair}, bench.store, with_block(2)).seconds.has_value());
}

TEST(Runner, ADryRunOfWhatCostsMoneyComputesNothing) {
  class Costly final : public retrieve::Reranker {
   public:
    std::vector<std::vector<double>> score(std::span<const Need>, std::span<const Document>) override {
      throw std::runtime_error("money was spent");
    }
    std::optional<std::string> bill(const retrieve::Workload& work) const override {
      return std::to_string(work.pairs) + " cents";
    }
  };
  Model model = kAlone;
  model.open = [](retrieve::VectorStore*) -> Opened { return std::make_unique<Costly>(); };
  Bench bench;
  const DryRun dry = dry_run({bench.task, model, kPair}, bench.store, {});
  EXPECT_EQ(dry.plan.bill, "14 cents");
  EXPECT_FALSE(dry.seconds.has_value());
}

TEST(Runner, WhatTwoTopicsHaveInCommonIsComputedOnce) {
  Files all = files();
  all["queries.jsonl"].replace(all["queries.jsonl"].find("other"), 5, "need");  // both topics now ask the same alone
  for (const int threads : {1, 3}) {
    Bench bench(all);
    constexpr Arm kAlones[] = {Arm::kNone};
    std::vector<Plan> plans;
    RunnerOptions options = with_block(2, threads);
    options.planned = [&](const Plan& plan) { plans.push_back(plan); };
    const auto runs = bench.run(kAlone, kAlones, options);
    EXPECT_EQ(sum(asked.documents), 5u);  // not 7
    EXPECT_EQ(plans[0].scores, 7);
    EXPECT_EQ(plans[0].missing.pairs, 5);
    EXPECT_EQ(*runs[0].run.find(collection::QueryId("2"))->find(collection::DocumentId("a")),
              *runs[0].run.find(collection::QueryId("q"))->find(collection::DocumentId("a")));
    EXPECT_EQ(spelled(bench.run(kAlone, kAlones, options)), spelled(runs));
    EXPECT_EQ(sum(asked.documents), 5u);
  }
}

TEST(Runner, AModelThatTakesOneNeedIsAskedForEachAlone) {
  Model model = kAlone;
  model.takes_one_need = true;
  model.block = 3;
  Bench bench;
  const auto runs = bench.run(model, kThree);
  EXPECT_EQ(asked.needs, std::vector<std::size_t>(9, 1));
  EXPECT_EQ(asked.documents, (std::vector<std::size_t>{3, 3, 3, 2, 2, 2, 2, 2, 2}));
  EXPECT_EQ(spelled(runs), spelled(Bench().run(kAlone, kThree)));
}

Files beir_files() {
  return {{"corpus.jsonl", files()["corpus.jsonl"]},
          {"queries.jsonl", "{\"_id\": \"1\", \"text\": \"one two\"}\n{\"_id\": \"2\", \"text\": \"four\"}\n"},
          {"qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\ta\t1\n2\td\t1\n"}};
}

constexpr Arm kNoneAlone[] = {Arm::kNone};

TEST(Runner, WithoutCandidatesTheWholeCorpusIsRanked) {
  Bench bench(beir_files());
  for (const Model& model : {kTogether, vector_model()}) {
    asked.reset();
    const TaskResult result = bench.judged(model, kNoneAlone);
    EXPECT_EQ(result.kind, TaskKind::kRetrieval);
    EXPECT_EQ(result.ranked, "the whole corpus");
    EXPECT_EQ(result.pairs, 10);
    EXPECT_EQ(result.candidates, 10);
    EXPECT_EQ(result.runs[0].run.lists()[0].size(), 5u);
    ASSERT_EQ(result.arms.size(), 1u);
    EXPECT_FALSE(result.arms[0].paper.has_value());
    RunnerOptions two;
    two.kept = 2;
    const auto best = bench.run(model, kNoneAlone, two);
    const collection::RankedList &all = result.runs[0].run.lists()[1], &kept = best[0].run.lists()[1];
    ASSERT_EQ(kept.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(kept.entries()[i].document, all.entries()[i].document);
    EXPECT_TRUE(std::ranges::is_sorted(all.entries(), collection::ranks_before));
  }
}

TEST(Runner, AModelThatReadsPairsRanksBm25sFirst) {
  Bench bench(beir_files());
  RunnerOptions options;
  options.first_stage = 2;
  const TaskResult result = bench.judged(kAlone, kNoneAlone, options);
  EXPECT_EQ(result.ranked, "the first 2 of BM25");
  EXPECT_EQ(asked.documents, (std::vector<std::size_t>{2, 2}));
  // "one two": a and b have a word each; "four": d has it, and of the rest the greatest id comes next.
  EXPECT_EQ(documents_of(result.runs[0].run, "1").size(), 2u);
  EXPECT_NE(documents_of(result.runs[0].run, "1").find('a'), std::string::npos);
  EXPECT_EQ(documents_of(result.runs[0].run, "2"), "de");
}

TEST(Runner, RobustnessIsTheWorstOfAGroupOverTheGroups) {
  Files all = beir_files();
  all["only_instruction_queries.jsonl"] =
      R"({"_id": "1", "text": "one", "metadata": {"origin_query": "two"}}
{"_id": "2", "text": "two", "metadata": {"origin_query": "two"}}
{"_id": "3", "text": "", "metadata": {"origin_query": "five"}}
)";
  all["qrels/test.tsv"] = "qid\tpid\tscore\n1\ta\t1\n2\td\t1\n3\te\t1\n";
  Bench bench(all);
  const TaskResult result = bench.judged(retrieve::model_named("bm25"), bench.task.data.arms());
  ASSERT_TRUE(result.robustness.has_value());
  ASSERT_EQ(result.robustness->groups.size(), 2u);
  EXPECT_EQ(result.robustness->groups[0].name, "five");
  EXPECT_DOUBLE_EQ(result.robustness->groups[0].worst, 1);
  EXPECT_DOUBLE_EQ(result.robustness->value, (1 + result.robustness->groups[1].worst) / 2);
  EXPECT_LT(result.robustness->groups[1].worst, 1);
}

}  // namespace
}  // namespace heed::bench
