#include "retrieve/bm25_index.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "retrieve/bm25_builder.h"
#include "testing/testing.h"
#include "text/english_analyzer.h"

namespace heed::retrieve {
namespace {

using collection::CollectionDocument;
using collection::Need;
using testing::complaint_of;
namespace fs = std::filesystem;

using Documents = std::vector<CollectionDocument>;

/// Documents of a list; ends with an exception at `breaks_at`, as a killed program would.
class Listed final : public collection::DocumentSource {
 public:
  explicit Listed(const Documents& documents, std::uint64_t breaks_at = ~0ull)
      : documents_(documents), breaks_at_(breaks_at) {}

  std::optional<collection::Stretch> next(std::size_t most) override {
    const std::lock_guard lock(mutex_);
    if (next_ >= breaks_at_) throw base::BadInput("broken off");
    if (next_ == documents_.size()) return std::nullopt;
    collection::Stretch stretch{next_, std::min<std::uint64_t>(next_ + most, documents_.size()), {}};
    for (; next_ < stretch.end; ++next_) stretch.documents.push_back(documents_[next_]);
    read += stretch.documents.size();
    return stretch;
  }
  void skip(std::uint64_t documents) override { next_ += documents; }

  std::size_t read = 0;

 private:
  const Documents& documents_;
  std::uint64_t breaks_at_, next_ = 0;
  std::mutex mutex_;
};

struct How {
  int threads = 1;
  std::uint64_t segment = 16384;
  std::optional<text::PassageSize> passages{};
  std::string collection = "test";
};

Bm25IndexRequest request_of(const fs::path& folder, const How& how) {
  return {folder, how.collection, how.passages, how.threads, how.segment};
}

Bm25IndexReport build(const Documents& documents, const fs::path& folder, const How& how = {}) {
  Listed source(documents);
  return build_bm25_index(source, request_of(folder, how), {});
}

/// Short words under Zipf's law, so that ties abound.
std::string random_text(base::Random& random, std::size_t words) {
  std::string text;
  for (std::size_t i = 0; i < words; ++i)
    text += "w" + std::to_string(40 / (1 + random.below(40))) + (random.below(9) == 0 ? ". " : " ");
  return text;
}

Documents random_documents(std::size_t count, std::uint64_t seed) {
  base::Random random(seed);
  Documents documents;
  for (std::size_t i = 0; i < count; ++i)
    documents.push_back({"d" + std::to_string(random.below(1000)) + "-" + std::to_string(i),
                         random_text(random, random.below(3)), random_text(random, random.below(60))});
  return documents;
}

/// The formula over all documents, without an index.
std::vector<Found> plain_search(const Documents& documents, const std::optional<text::PassageSize>& passages,
                                const Need& need, std::size_t k, const LuceneBm25& parameters = {}) {
  text::EnglishAnalyzer analyzer;
  struct Text {
    std::string document;
    std::map<std::string, int> counts;
    int length;
  };
  std::vector<Text> texts;
  std::set<std::string> seen;
  double sum = 0, with_terms = 0;
  const auto add = [&](const std::string& id, const std::string& characters) {
    Text text{id, {}, 0};
    for (const auto term : analyzer.analyze(characters)) {
      ++text.counts[std::string(term)];
      ++text.length;
    }
    sum += text.length;
    with_terms += text.length > 0;
    texts.push_back(std::move(text));
  };
  for (const auto& document : documents) {
    if (!seen.insert(document.id).second) continue;
    if (!passages) {
      add(document.id, document.title + " " + document.text);
      continue;
    }
    const auto pieces = text::passages(document.text, *passages);
    for (const auto piece : pieces) add(document.id, document.title + " " + std::string(piece));
    if (pieces.empty()) add(document.id, document.title);
  }
  std::vector<std::string> query;
  for (const auto term : analyzer.analyze(std::string(need.query) + " " + std::string(need.instruction)))
    query.emplace_back(term);
  std::map<std::string, double> best, texts_with;
  for (const auto& text : texts)
    for (const auto& [term, count] : text.counts) texts_with[term] += 1;
  for (const auto& text : texts) {
    double score = 0;
    for (const auto& term : query) {
      const auto tf = text.counts.find(term);
      if (tf == text.counts.end()) continue;
      const double n = texts_with.at(term);
      const double length = length_of_code(length_code(static_cast<std::uint32_t>(text.length)));
      const double norm = parameters.k1 * (1 - parameters.b + parameters.b * length / (sum / with_terms));
      score += lucene_idf(n, with_terms) * tf->second / (tf->second + norm);
    }
    if (score > 0) best[text.document] = std::max(best[text.document], score);
  }
  std::vector<Found> found;
  for (const auto& [id, score] : best) found.push_back({id, score});
  std::ranges::sort(found, [](const Found& a, const Found& b) {
    return std::abs(a.score - b.score) > 1e-12 ? a.score > b.score : a.document > b.document;
  });
  if (found.size() > k) found.resize(k);
  return found;
}

void expect_same(const std::vector<Found>& found, const std::vector<Found>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].document, expected[i].document) << i;
    EXPECT_NEAR(found[i].score, expected[i].score, 1e-12) << i;
  }
}

std::vector<Found> search(const fs::path& folder, const Need& need, std::size_t k, Bm25SearchOptions options = {}) {
  return Bm25Index(folder, options).search(std::span(&need, 1), k).at(0);
}

TEST(Bm25Index, ScoresAsWorkedByHand) {
  const testing::TemporaryDir dir;
  const auto report = build({{"a", "", "wind farm"}, {"b", "Wind", "sea sea wind"}, {"c", "", "..."}}, dir.path());
  EXPECT_EQ(report.documents, 3u);
  EXPECT_EQ(report.empty, 1u);
  EXPECT_EQ(report.passages, 2u);
  EXPECT_EQ(report.terms, 6u);
  // N 2, mean length 3; "wind" is in both, "sea" in one.
  const double wind = std::log(1 + 0.5 / 2.5), sea = std::log(1 + 1.5 / 1.5);
  const double norm_a = 0.9 * (0.6 + 0.4 * 2 / 3), norm_b = 0.9 * (0.6 + 0.4 * 4 / 3);
  const auto found = search(dir.path(), {"winds", "sea"}, 10);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].document, "b");
  EXPECT_DOUBLE_EQ(found[0].score, wind * 2 / (2 + norm_b) + sea * 2 / (2 + norm_b));
  EXPECT_EQ(found[1].document, "a");
  EXPECT_DOUBLE_EQ(found[1].score, wind * 1 / (1 + norm_a));
  EXPECT_TRUE(search(dir.path(), {"the and", ""}, 10).empty());
  EXPECT_TRUE(search(dir.path(), {"unheard", ""}, 10).empty());
}

TEST(Bm25Index, FindsWhatTheFormulaOverAllDocumentsFinds) {
  base::Random random(5);
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const testing::TemporaryDir dir;
    const Documents documents = random_documents(400, seed);
    How how{.threads = 2, .segment = 64 + 50 * seed};
    if (seed % 2 == 0) how.passages = text::PassageSize{10, 5};
    build(documents, dir.path(), how);
    Bm25SearchOptions options{.threads = 2};
    if (seed % 3 == 0) options.bm25 = {1.5, 0.75};
    Bm25Index index(dir.path(), options);
    for (const std::size_t k : {1u, 7u, 100u, 1000u}) {
      const std::string query = random_text(random, 3), instruction = random_text(random, 10);
      const Need need{query, instruction};
      expect_same(index.search(std::span(&need, 1), k).at(0),
                  plain_search(documents, how.passages, need, k, options.bm25));
    }
  }
}

TEST(Bm25Index, OfEqualDocumentsTakesTheGreaterIds) {
  const testing::TemporaryDir dir;
  Documents documents;
  for (int i = 0; i < 3000; ++i) documents.push_back({std::to_string(10000 + i * 7919 % 3000), "", "same words"});
  build(documents, dir.path(), {.threads = 2, .segment = 500});
  const auto found = search(dir.path(), {"words", ""}, 5, {.threads = 2});
  ASSERT_EQ(found.size(), 5u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(found[static_cast<std::size_t>(i)].document, std::to_string(12999 - i));
}

TEST(Bm25Index, IsTheSameHoweverManyThreadsAndSegments) {
  const Documents documents = random_documents(700, 11);
  base::Random random(3);
  const std::string query = random_text(random, 30);
  const Need need{query, ""};
  std::vector<Found> first;
  for (const How& how : {How{1, 16384}, How{1, 100}, How{2, 100}, How{2, 7}}) {
    const testing::TemporaryDir dir;
    build(documents, dir.path(), how);
    for (const int threads : {1, 3}) {
      const auto found = search(dir.path(), need, 50, {.rm3 = Rm3Parameters{}, .threads = threads});
      if (first.empty()) first = found;
      ASSERT_EQ(found.size(), first.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].document, first[i].document);
        EXPECT_EQ(found[i].score, first[i].score);
      }
    }
  }
}

TEST(Bm25Index, PassesOverALaterDocumentOfTheSameId) {
  for (const std::uint64_t segment : {1, 2, 100}) {
    for (const bool has_passages : {false, true}) {
      const testing::TemporaryDir dir;
      Documents documents = {{"a", "", "wind"}, {"b", "", "sea wind"}, {"a", "", "sea sea wind a b c d e f"},
                             {"b", "", ""},     {"c", "", "wind"},     {"a", "", "wind"}};
      How how{.segment = segment};
      if (has_passages) how.passages = text::PassageSize{2, 1};
      const auto report = build(documents, dir.path(), how);
      EXPECT_EQ(report.documents, 3u);
      EXPECT_EQ(report.duplicates, 3u);
      EXPECT_EQ(report.terms, 4u);
      EXPECT_EQ(report.passages, 3u);
      for (const char* const query : {"wind", "sea"})
        expect_same(search(dir.path(), {query, ""}, 10), plain_search(documents, how.passages, {query, ""}, 10));
    }
  }
}

TEST(Bm25Index, PassesOverThousandsOfDuplicates) {
  const testing::TemporaryDir dir;
  Documents documents;
  for (int i = 0; i < 6000; ++i) documents.push_back({"d" + std::to_string(i % 1000), "", "wind"});
  Listed source(documents);
  std::size_t told = 0;
  const auto report = build_bm25_index(source, request_of(dir.path(), {.segment = 2000}), [&](auto...) { ++told; });
  EXPECT_EQ(report.documents, 1000u);
  EXPECT_EQ(report.duplicates, 5000u);
  EXPECT_GT(told, 6u);  // also while duplicates go and segments are merged
  EXPECT_EQ(search(dir.path(), {"wind", ""}, 2000).size(), 1000u);
}

TEST(Bm25Index, CutsAfterTheMostTermsOfAText) {
  const testing::TemporaryDir dir;
  std::string text;
  for (std::uint32_t i = 0; i < kMostTermsOfText; ++i) text += "w" + std::to_string(i % 7) + " ";
  const auto report = build({{"long", "", text + "sea"}, {"full", "", text}}, dir.path());
  EXPECT_EQ(report.cut, 1u);
  EXPECT_EQ(report.terms, 2u * kMostTermsOfText);
  EXPECT_TRUE(search(dir.path(), {"sea", ""}, 10).empty());
  EXPECT_EQ(search(dir.path(), {"w3", ""}, 10).size(), 2u);
}

TEST(Bm25Index, RemovesNothingThatIsNotItsOwn) {
  const testing::TemporaryDir dir;
  build({{"a", "", "wind"}}, dir.path());
  dir.write("building/plans.txt", "mine");
  EXPECT_NE(complaint_of([&] {
              build({{"b", "", "sea"}}, dir.path());
            }).find("building: holds plans.txt"),
            std::string::npos);
  EXPECT_EQ(testing::content_of(dir.path() / "building/plans.txt"), "mine");
  fs::remove_all(dir.path() / "building");
  dir.write("generation-7/left", "");  // by a merge that was cut off
  build({{"b", "", "sea"}}, dir.path());
  EXPECT_FALSE(fs::exists(dir.path() / "generation-7"));
}

TEST(Bm25Index, GoesOnWhereItWasCutOff) {
  const Documents documents = random_documents(300, 4);
  const testing::TemporaryDir dir;
  build(documents, dir.path() / "whole", {.segment = 50});
  const How how{.segment = 50};
  Listed broken(documents, 180);
  complaint_of([&] { build_bm25_index(broken, request_of(dir.path() / "index", how), {}); });
  EXPECT_EQ(finished_positions(request_of(dir.path() / "index", how)), 200u);  // it breaks off when asked for more
  EXPECT_EQ(finished_positions(request_of(dir.path() / "index", {.collection = "another"})), 0u);
  complaint_of([&] { Bm25Index index(dir.path() / "index"); });
  Listed rest(documents);
  build_bm25_index(rest, request_of(dir.path() / "index", how), {});
  EXPECT_EQ(rest.read, 100u);
  EXPECT_TRUE(is_bm25_index_of(request_of(dir.path() / "index", how)));
  const Need need{"w1 w2 w5", "w40"};
  const auto found = search(dir.path() / "index", need, 100), whole = search(dir.path() / "whole", need, 100);
  ASSERT_EQ(found.size(), whole.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].document, whole[i].document);
}

TEST(Bm25Index, IsReplacedWhenTheNewOneIsCompleteAndNotBefore) {
  const testing::TemporaryDir dir;
  build({{"old", "", "wind"}}, dir.path());
  const Documents documents = random_documents(100, 2);
  Listed broken(documents, 60);
  complaint_of([&] { build_bm25_index(broken, request_of(dir.path(), {.segment = 20, .collection = "new"}), {}); });
  EXPECT_EQ(search(dir.path(), {"wind", ""}, 10).size(), 1u);
  build(Documents{{"other", "", "sea"}}, dir.path(), {.segment = 20, .collection = "third"});
  EXPECT_TRUE(search(dir.path(), {"wind", ""}, 10).empty());
  EXPECT_EQ(search(dir.path(), {"sea w1", ""}, 10).size(), 1u);  // nothing of the collection that was cut off
}

TEST(Bm25Index, HoldsTermsLongerThanXapianTakes) {
  const testing::TemporaryDir dir;
  std::string wide_a, wide_b;
  for (int i = 0; i < 200; ++i) wide_a += "\u0436";
  wide_b = wide_a + "\u0448";
  build({{"a", "", wide_a}, {"b", "", wide_b}}, dir.path());
  const auto found = search(dir.path(), {wide_b, ""}, 10);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].document, "b");
}

TEST(Bm25Index, RefusesWhatIsDamagedOrEmpty) {
  const testing::TemporaryDir dir;
  EXPECT_EQ(complaint_of([&] { build({}, dir.path() / "none"); }), "there is no document to index");
  build(random_documents(200, 1), dir.path() / "index");
  const fs::path shard = dir.path() / "index/generation-1/shard-0";
  for (const auto& entry : fs::directory_iterator(shard)) {
    const std::string name = entry.path().filename().string(), content = testing::content_of(entry.path());
    if (name != "iamglass" && name != "postlist.glass") continue;
    dir.write("index/generation-1/shard-0/" + name, content.substr(0, content.size() / 3));
    const std::string complaint = complaint_of([&] { search(dir.path() / "index", {"w1 w2", ""}, 10); });
    EXPECT_NE(complaint.find("index: the index "), std::string::npos) << complaint;
    dir.write("index/generation-1/shard-0/" + name, content);
  }
  fs::remove_all(shard);
  EXPECT_NE(complaint_of([&] {
              search(dir.path() / "index", {"w1", ""}, 10);
            }).find("a part of the index is missing"),
            std::string::npos);
}

}  // namespace
}  // namespace heed::retrieve
