// A run that is cut off, however it comes, goes on where it was: nothing is computed twice, the same bytes come out.

#include <charconv>
#include <functional>
#include <map>
#include <set>

#include <sqlite3.h>

#include "base/random.h"
#include "cli/program.h"
#include "testing/testing.h"

// Models need the engine, which a build may leave out.
#define HEED_NEEDS_ENGINE() \
  if (!HEED_HAS_ENGINE) GTEST_SKIP() << "this build has no engine"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;

/// A job that is long enough to be cut off in the middle.
struct Job {
  std::string model, data;
  std::vector<std::string> more{};

  Outcome run(const fs::path& out, const Surroundings& surroundings = {}) const {
    std::vector<std::string> arguments = {
        "bench",       "--model", model_fixture(model).string(), "--data", data, "--out", out, "--dtype", "float32",
        "--resamples", "100"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return heed(arguments, surroundings);
  }
};

Job embedding_job() {
  return {"bert-mean", "nf=" + (shared_dir() / "data/nf-instruct/followir-layout").string()};
}

Job reranking_job() {
  return {"bert-cross", "demo=" + (source_dir() / "data/demo").string(), {"--arms", "og,changed"}};
}

std::map<std::string, std::string> results_below(const fs::path& out) {
  std::map<std::string, std::string> contents;
  for (const std::string& file : files_below(out))
    if (!file.starts_with("store.db")) contents[file] = content_of(out / file);
  return contents;
}

/// The number that an SQL query gives on a store; 0 where the file or its tables are not there yet.
long number_in(const fs::path& store, const char* query) {
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  long number = 0;
  if (sqlite3_open_v2(store.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK &&
      sqlite3_prepare_v2(database, query, -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW)
    number = static_cast<long>(sqlite3_column_int64(statement, 0));
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return number;
}

long scores_in(const fs::path& out) {
  return number_in(out / "store.db", "SELECT count(*) FROM scores");
}
long vectors_in(const fs::path& out) {
  return number_in(out / "store.db", "SELECT count(*) FROM vectors");
}

/// The number before `words` in a sentence, its commas left out; -1 where the words are not there.
long number_before(const std::string& sentence, const std::string& words) {
  const std::size_t end = sentence.find(words);
  if (end == std::string::npos) return -1;
  std::string digits;
  for (std::size_t at = end;
       at-- > 0 && (std::isdigit(static_cast<unsigned char>(sentence[at])) || sentence[at] == ',');)
    if (sentence[at] != ',') digits.insert(digits.begin(), sentence[at]);
  long number = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

long milliseconds_of(const std::function<void()>& action) {
  const auto began = std::chrono::steady_clock::now();
  action();
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
}

/// Kills the job at `moments` random moments, each time going on, and checks what it says that it found and what comes
/// out in the end.
void expect_survives(const Job& job, int moments) {
  const TemporaryDir undisturbed, disturbed;
  const long whole_ms = milliseconds_of([&] { ASSERT_TRUE(succeeded(job.run(undisturbed.path()))); });
  const auto expected = results_below(undisturbed.path());
  base::Random random(2026);
  int killed = 0, finished = 0;
  long scores = 0, vectors = 0, partial = 0;
  while (killed < moments) {
    const auto after = std::chrono::milliseconds(1 + random.below(static_cast<std::uint32_t>(whole_ms)));
    const Outcome outcome = job.run(disturbed.path(), {.signal_after = after});
    const std::string found = outcome.err.substr(0, outcome.err.find('\n'));
    if (outcome.err.find("goes on") != std::string::npos && vectors_in(undisturbed.path()) == 0) {
      // All of a block or nothing of it; what was there is found, so that it is not computed again.
      EXPECT_EQ(number_before(found, " are in the store"), scores) << found;
    }
    if (outcome.code == 0) {  // it was too fast for us: begin anew
      ++finished;
      ASSERT_TRUE(results_below(disturbed.path()) == expected);
      fs::remove_all(disturbed.path());
      scores = vectors = 0;
      continue;
    }
    ASSERT_EQ(outcome.code, 128 + SIGKILL) << outcome.err;
    ++killed;
    EXPECT_GE(scores_in(disturbed.path()), scores);  // nothing that was there is lost
    EXPECT_GE(vectors_in(disturbed.path()), vectors);
    scores = scores_in(disturbed.path());
    vectors = vectors_in(disturbed.path());
    partial += scores + vectors > 0 && scores < scores_in(undisturbed.path());
  }
  const Outcome last = job.run(disturbed.path());
  ASSERT_TRUE(succeeded(last));
  EXPECT_TRUE(results_below(disturbed.path()) == expected);
  EXPECT_GT(partial, 0) << "no kill fell into the work; finished " << finished;
  // Every row was written once: a text that went through the model again would count twice.
  EXPECT_EQ(number_in(disturbed.path() / "store.db", "SELECT coalesce(sum(times), 0) FROM vectors"),
            vectors_in(undisturbed.path()));
  EXPECT_EQ(scores_in(disturbed.path()), scores_in(undisturbed.path()));
}

TEST(Resume, AnEmbedderKilledAtTwentyMomentsComputesNothingTwice) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  expect_survives(embedding_job(), 20);
}

TEST(Resume, ARerankerKilledAtTwentyMomentsComputesNothingTwice) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  expect_survives(reranking_job(), 20);
}

TEST(Resume, CtrlCFinishesTheBatchAndTheRestComesLater) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir undisturbed, disturbed;
  const long whole_ms = milliseconds_of([&] { ASSERT_TRUE(succeeded(reranking_job().run(undisturbed.path()))); });
  Outcome outcome;
  for (int twentieth = 6; outcome.err.find("stopped") == std::string::npos; ++twentieth) {
    // Before the work begins, the signal ends the program as it ends any; after it, the program is done.
    ASSERT_LT(twentieth, 40) << "the signal never fell into the work";
    fs::remove_all(disturbed.path());
    outcome = reranking_job().run(
        disturbed.path(), {.signal_after = std::chrono::milliseconds(whole_ms * twentieth / 20 + 1), .signal = SIGINT});
  }
  EXPECT_EQ(outcome.code, 130);
  EXPECT_NE(outcome.err.find("stopped; what was computed is kept"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_FALSE(fs::exists(disturbed.path() / "results.json"));
  EXPECT_GT(scores_in(disturbed.path()), 0);
  ASSERT_TRUE(succeeded(reranking_job().run(disturbed.path())));
  EXPECT_TRUE(results_below(disturbed.path()) == results_below(undisturbed.path()));
}

TEST(Resume, AFullDiskIsReportedAndWhatWasWrittenStays) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir undisturbed, disturbed;
  ASSERT_TRUE(succeeded(embedding_job().run(undisturbed.path())));
  const Outcome full = embedding_job().run(disturbed.path(), {.largest_file = 500000});
  EXPECT_EQ(full.code, 65) << full.err;
  EXPECT_NE(full.err.find("store.db: the score store cannot be used: "), std::string::npos) << full.err;
  const long kept = vectors_in(disturbed.path());
  EXPECT_GT(kept, 0);
  const Outcome outcome = embedding_job().run(disturbed.path());
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(number_before(outcome.err, " texts to embed"), vectors_in(undisturbed.path()) - kept) << outcome.err;
  EXPECT_TRUE(results_below(disturbed.path()) == results_below(undisturbed.path()));
}

TEST(Resume, ADryRunSaysWhatIsLeftAndKeepsItsBatch) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir out;
  Job dry = reranking_job();
  dry.more.push_back("--dry-run");
  const Outcome outcome = dry.run(out.path());
  ASSERT_TRUE(succeeded(outcome));
  EXPECT_EQ(outcome.out.find("demo: 2,400 scores, of which 0 are in the store"), 0u) << outcome.out;
  EXPECT_NE(outcome.out.find("after a first batch, which is kept, "), std::string::npos) << outcome.out;
  EXPECT_EQ(files_below(out.path()), std::vector<std::string>{"store.db"});
  EXPECT_GT(scores_in(out.path()), 0);
}

TEST(Resume, EachDistinctTextIsEmbeddedOnceInAllArms) {
  HEED_NEEDS_SHARED();
  HEED_NEEDS_ENGINE();
  const TemporaryDir out;
  ASSERT_TRUE(succeeded(embedding_job().run(out.path())));
  const auto work = nlohmann::json::parse(content_of(out.path() / "results.json")).at(0).at("work");
  EXPECT_EQ(work.at("pairs"), 90000);
  std::set<std::string> documents;  // title and text of what is a candidate
  std::map<std::string, std::string> text_of;
  const fs::path data = shared_dir() / "data/nf-instruct/followir-layout";
  const auto each_line = [](const fs::path& file, const auto& take) {
    const std::string content = content_of(file);
    for (std::size_t begin = 0; begin < content.size();) {
      const std::size_t end = std::min(content.find('\n', begin), content.size());
      if (end > begin) take(nlohmann::json::parse(content.substr(begin, end - begin)));
      begin = end + 1;
    }
  };
  each_line(data / "corpus.jsonl", [&](const auto& line) {
    text_of[line.at("_id")] = line.value("title", "") + " " + line.at("text").template get<std::string>();
  });
  each_line(data / "top_ranked.jsonl", [&](const auto& line) { documents.insert(text_of.at(line.at("pid"))); });
  EXPECT_EQ(work.at("embedded").at("documents"), documents.size());
  EXPECT_EQ(work.at("embedded").at("queries"), 300);
  EXPECT_EQ(work.at("embedded").at("computed"), documents.size() + 300);
}

}  // namespace
}  // namespace heed::testing
