#include "curate/passage_choice.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "base/error.h"
#include "curate/passage_log.h"
#include "testing/testing.h"

namespace heed::curate {
namespace {

using collection::CollectionDocument;
using heed::testing::complaint_of;
using heed::testing::content_of;
using heed::testing::TemporaryDir;

const std::vector<CurationTopic> kTopics = {{"1", "b", "i"}, {"2", "d", "i"}};
const std::vector<PooledDocument> kPool = {
    {"1", "long", 1, "judged"}, {"1", "short", 0, "r"}, {"2", "long", 0, "r"}, {"2", "empty", 1, "judged"}};
const std::vector<CollectionDocument> kDocuments = {
    {"short", "S", " b c "}, {"long", "L", "a b c d d d a b"}, {"empty", "E", " "}};
const text::PassageSize kSize{.words = 2, .overlap = 0};  // long: "a b", "c d", "d d", "a b"

PassageProblem problem() {
  return {kTopics, kPool, kDocuments, kSize};
}

/// How often the query's letter stands in the passage.
std::vector<double> count_letter(const collection::Need& need, std::span<const collection::Document> passages) {
  std::vector<double> scores;
  for (const auto& passage : passages)
    scores.push_back(static_cast<double>(std::ranges::count(passage.text, need.query[0])));
  return scores;
}

std::vector<BestPassage> score_all(std::size_t block) {
  std::vector<BestPassage> all;
  for (const PassageTask& task : passage_tasks(problem(), block))
    for (BestPassage& best : best_passages(problem(), task, count_letter)) all.push_back(std::move(best));
  return all;
}

TEST(PassageChoice, TheHighestScoreOfAllTopicsDecides) {
  // Topic 1 gives long's first passage 1 point, topic 2 its third 2.
  EXPECT_EQ(score_all(1), (std::vector<BestPassage>{{"1", "long", 0, 1}, {"2", "long", 2, 2}}));
  EXPECT_EQ(curated_documents(problem(), score_all(1)),
            (std::vector<CuratedDocument>{{"short", "S", "b c"}, {"long", "L", "d d"}, {"empty", "E", ""}}));
}

TEST(PassageChoice, EqualScoresGoToTheFirstPassage) {
  const std::vector<BestPassage> equal = {{"2", "long", 3, 1}, {"1", "long", 1, 1}};
  EXPECT_EQ(curated_documents(problem(), equal)[1].text, "c d");
  const auto best = best_passages(problem(), {0, {1}},
                                  [](const auto&, auto passages) { return std::vector<double>(passages.size(), 5); });
  EXPECT_EQ(best.at(0).passage, 0u);
}

TEST(PassageChoice, AModelThatComparesDocumentsSeesTheWholePool) {
  const auto tasks = passage_tasks(problem(), 0);
  ASSERT_EQ(tasks.size(), 2u);
  EXPECT_EQ(tasks[0].documents, (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(tasks[1].documents, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(curated_documents(problem(), score_all(0)), curated_documents(problem(), score_all(1)));
}

TEST(PassageChoice, WithoutAChoiceNothingIsScored) {
  const PassageProblem whole{kTopics, kPool, kDocuments, {.words = 100, .overlap = 50}};
  EXPECT_TRUE(passage_tasks(whole, 0).empty());
  EXPECT_TRUE(passage_tasks(whole, 8).empty());
  EXPECT_EQ(curated_documents(whole, {})[1].text, "a b c d d d a b");
}

/// Documents from a list, in stretches.
class ListSource final : public collection::DocumentSource {
 public:
  explicit ListSource(std::vector<CollectionDocument> documents) : documents_(std::move(documents)) {}
  std::optional<collection::Stretch> next(std::size_t) override {
    if (at_ == documents_.size()) return std::nullopt;
    ++at_;
    return collection::Stretch{at_ - 1, at_, {documents_[at_ - 1]}};
  }
  void skip(std::uint64_t) override {}

 private:
  std::vector<CollectionDocument> documents_;
  std::size_t at_ = 0;
};

TEST(PassageChoice, DocumentsAreFoundInOnePass) {
  ListSource source({{"x", "", ""}, {"long", "", "1"}, {"short", "", "2"}, {"long", "", "3"}, {"empty", "", ""}});
  const auto found = find_documents(source, kPool, "c");
  ASSERT_EQ(found.documents.size(), 3u);
  EXPECT_EQ(found.documents[0].text, "1");
  EXPECT_EQ(found.notes, (std::vector<std::string>{
                             "the collection has 1 document of the pool again under the same id; the first counts"}));
}

TEST(PassageChoice, MissingDocumentsAreNamedWithTheirTopics) {
  ListSource source({{"short", "", ""}});
  EXPECT_EQ(complaint_of([&] { find_documents(source, kPool, "c"); }),
            "c: lacks 2 documents of the pool: long (topic 1), empty (topic 2)");
}

TEST(PassageLog, GoesOnWhereACrashCutItOff) {
  const TemporaryDir dir;
  const auto path = dir.path() / "log";
  const auto key = passage_key(problem(), "letters");
  const auto tasks = passage_tasks(problem(), 1);
  {
    PassageLog log(path, key, problem());
    EXPECT_FALSE(log.has(problem(), tasks[0]));
    log.add(best_passages(problem(), tasks[0], count_letter));
    log.add(best_passages(problem(), tasks[1], count_letter));
  }
  EXPECT_EQ(PassageLog(path, key, problem()).best(), score_all(1));
  const std::string whole = content_of(path);
  dir.write("log", whole.substr(0, whole.size() - 3));
  PassageLog cut(path, key, problem());
  EXPECT_TRUE(cut.has(problem(), tasks[0]));
  EXPECT_FALSE(cut.has(problem(), tasks[1]));
  cut.add(best_passages(problem(), tasks[1], count_letter));
  EXPECT_EQ(content_of(path), whole);
}

TEST(PassageLog, ALineThatDoesNotFitIsIgnored) {
  const TemporaryDir dir;
  const auto path = dir.path() / "log";
  const auto key = passage_key(problem(), "letters");
  PassageLog(path, key, problem());
  dir.write("log", content_of(path) + R"({"topic":"1","document":"long","passage":99,"score":1}
{"topic":"9","document":"long","passage":0,"score":1}
{"topic":"1","document":"none","passage":0,"score":1}
{"topic":"1","document":"long","passage":0,"score":1}
)");
  const PassageLog log(path, key, problem());
  EXPECT_EQ(log.ignored(), 3);
  EXPECT_EQ(log.best(), (std::vector<BestPassage>{{"1", "long", 0, 1}}));
}

TEST(PassageLog, OfAnotherProblemOrModelDoesNotCount) {
  const TemporaryDir dir;
  const auto path = dir.path() / "log";
  PassageLog(path, passage_key(problem(), "letters"), problem()).add(score_all(1));
  EXPECT_TRUE(PassageLog(path, passage_key(problem(), "words"), problem()).best().empty());
  PassageProblem other = problem();
  other.size.overlap = 1;
  EXPECT_NE(passage_key(other, "letters"), passage_key(problem(), "letters"));
}

}  // namespace
}  // namespace heed::curate
