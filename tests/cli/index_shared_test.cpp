// BM25 over whole collections, against published figures: nDCG@10 of Anserini's flat BM25 on BEIR (Thakur et al. 2021;
// Kamalloo et al. 2023), and Cranfield from its own files.

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "cli/program.h"
#include "testing/testing.h"

namespace heed::testing {
namespace {

namespace fs = std::filesystem;

double measure(const std::string& judgments, const fs::path& run, const std::string& name) {
  const auto json = json_of(heed({"eval", judgments, run, "-c", "-m", name, "--format", "json"}));
  return json.at("summary").items().begin().value();
}

/// The run with documents of equal score in ascending order of their ids, as Anserini writes them.
std::string with_ascending_ties(const std::string& run) {
  std::map<std::string, std::vector<std::pair<double, std::string>>> queries;
  std::istringstream lines(run);
  std::string query, iter, document, rank, score, tag;
  while (lines >> query >> iter >> document >> rank >> score >> tag)
    queries[query].push_back({-std::stod(score), document});
  std::string result;
  for (auto& [id, documents] : queries) {
    std::ranges::sort(documents);
    for (std::size_t i = 0; i < documents.size(); ++i)
      result += id + " Q0 " + documents[i].second + " 0 " + std::to_string(5000 - i) + " x\n";
  }
  return result;
}

struct Figures {
  double ours = 0, with_ascending_ties = 0;
};

Figures ndcg_10_of_beir(const std::string& name) {
  const fs::path data = shared_dir() / "data/beir" / name;
  const fs::path corpus = data / (fs::exists(data / "corpus.jsonl") ? "corpus.jsonl" : "corpus.jsonl.gz");
  const TemporaryDir dir;
  EXPECT_TRUE(succeeded(heed({"index", "--collection", corpus, "--index", dir.path() / "index"})));
  const fs::path run = dir.path() / "bm25.run";
  const Outcome found =
      heed({"search", "--index", dir.path() / "index", "--topics", data / "queries.jsonl", "--output", run});
  EXPECT_EQ(found.code, 0) << found.err;
  const auto other = dir.write("ascending.run", with_ascending_ties(content_of(run)));
  return {measure(data / "qrels/test.tsv", run, "ndcg_cut.10"), measure(data / "qrels/test.tsv", other, "ndcg_cut.10")};
}

TEST(IndexShared, GivesThePublishedFigureOnNfCorpus) {
  HEED_NEEDS_SHARED();
  const Figures figures = ndcg_10_of_beir("nfcorpus");
  EXPECT_NEAR(figures.ours, 0.3218, 0.005);
  EXPECT_NEAR(figures.with_ascending_ties, 0.3218, 0.00005);
}

TEST(IndexShared, GivesThePublishedFigureOnSciFact) {
  HEED_NEEDS_SHARED();
  const Figures figures = ndcg_10_of_beir("scifact");
  EXPECT_NEAR(figures.ours, 0.6789, 0.005);
  EXPECT_NEAR(figures.with_ascending_ties, 0.6789, 0.00005);
}

/// Cranfield's topics with the numbers that its judgments count by: 1 to 225 in the order of the file. As distributed
/// the topics are numbered 1, 2, 4, 8, ..
std::string renumbered_topics(const std::string& topics) {
  std::istringstream lines(topics);
  std::string result;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("<num>")) line = "<num> " + std::to_string(++number) + "</num>";
    result += line + "\n";
  }
  EXPECT_EQ(number, 225);
  return result;
}

TEST(IndexShared, TakesCranfieldFromItsOwnFiles) {
  HEED_NEEDS_SHARED();
  const fs::path data = shared_dir() / "data/cranfield";
  const TemporaryDir dir;
  const auto report = json_of(
      heed({"index", "--collection", data / "cran.all.1400.xml", "--index", dir.path() / "index", "--format", "json"}));
  EXPECT_EQ(report.at("documents"), 1400);
  const fs::path run = dir.path() / "cranfield.run";
  const auto topics = dir.write("topics.xml", renumbered_topics(content_of(data / "cran.qry.xml")));
  ASSERT_EQ(heed({"search", "--index", dir.path() / "index", "--topics", topics, "--output", run}).code, 0);
  EXPECT_GT(measure(data / "cranqrel.trec.txt", run, "map"), 0.25);
}

}  // namespace
}  // namespace heed::testing
