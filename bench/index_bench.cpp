// The README's claims about BM25 over a whole collection: how fast a generated collection is indexed, how large the
// index is, how much memory it took, and how long queries of a narrative's length take.
//
//   heed_index_bench [DOCUMENTS [FOLDER]]        1,000,000 documents unless said otherwise; FOLDER keeps the index
//
// A document has 300 words, drawn from 500,000 by Zipf's law: the word of rank r comes with a probability in proportion
// to 1 / r. The first ranks are English's most frequent words, so that stop words have the share that they have in
// English; the others are made of syllables. The 100 queries have 80 words each of the same law. The same seed gives
// the same collection everywhere.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

#include <unistd.h>
#include <xapian.h>

#include "base/parallel.h"
#include "base/random.h"
#include "collection/document_source.h"
#include "measuring.h"
#include "retrieve/bm25_builder.h"
#include "retrieve/bm25_index.h"
#include "retrieve/index_folder.h"

namespace {

using namespace heed;
namespace fs = std::filesystem;
using heed::measuring::peak_memory;
using heed::measuring::seconds;

constexpr std::size_t kWords = 500'000, kDocumentWords = 300, kQueryWords = 80, kQueries = 100, kFound = 1000;

/// English's most frequent words, in order (the first fifty of the Oxford English Corpus).
constexpr std::array<const char*, 50> kFrequent = {
    "the",  "be",   "to",  "of",  "and", "a",     "in",   "that", "have",  "i",   "it",    "for",   "not",
    "on",   "with", "he",  "as",  "you", "do",    "at",   "this", "but",   "his", "by",    "from",  "they",
    "we",   "say",  "her", "she", "or",  "an",    "will", "my",   "one",   "all", "would", "there", "their",
    "what", "so",   "up",  "out", "if",  "about", "who",  "get",  "which", "go",  "me"};

class Vocabulary {
 public:
  Vocabulary() {
    double sum = 0;
    for (std::size_t rank = 1; rank <= kWords; ++rank) {
      sum += 1.0 / static_cast<double>(rank);
      sums_.push_back(sum);
      words_.push_back(rank <= kFrequent.size() ? kFrequent[rank - 1] : made_up(rank));
    }
  }
  std::string text(std::size_t count, base::Random& random) const {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      const double at = static_cast<double>(random.bits() >> 11) * 0x1p-53 * sums_.back();
      text += words_[static_cast<std::size_t>(std::ranges::upper_bound(sums_, at) - sums_.begin())];
      text += i + 1 == count ? '.' : ' ';
    }
    return text;
  }

 private:
  static std::string made_up(std::size_t rank) {
    constexpr std::string_view kConsonants = "bcdfgklmnprtvz", kVowels = "aou";  // no suffix that a stemmer takes
    std::string word;
    for (std::size_t rest = rank * 7919 % 1'000'003 + 2000; rest > 0; rest /= kConsonants.size() * kVowels.size()) {
      word += kConsonants[rest % kConsonants.size()];
      word += kVowels[rest / kConsonants.size() % kVowels.size()];
    }
    return word;
  }

  std::vector<double> sums_;
  std::vector<std::string> words_;
};

/// The generated collection: each document depends on its position alone.
class Generated final : public collection::DocumentSource {
 public:
  Generated(const Vocabulary& vocabulary, std::uint64_t count) : vocabulary_(vocabulary), count_(count) {}

  std::optional<collection::Stretch> next(std::size_t most) override {
    collection::Stretch stretch;
    {
      const std::lock_guard lock(mutex_);
      if (next_ == count_) return std::nullopt;
      stretch.first = next_;
      stretch.end = next_ = std::min<std::uint64_t>(count_, next_ + most);
    }
    for (std::uint64_t i = stretch.first; i < stretch.end; ++i) {
      base::Random random(i + 1);
      stretch.documents.push_back({"doc" + std::to_string(i), "", vocabulary_.text(kDocumentWords, random)});
    }
    return stretch;
  }
  void skip(std::uint64_t documents) override { next_ += documents; }

 private:
  const Vocabulary& vocabulary_;
  std::uint64_t count_, next_ = 0;
  std::mutex mutex_;
};

void index(const Vocabulary& vocabulary, std::uint64_t count, const fs::path& folder) {
  Generated source(vocabulary, count);
  const double began = seconds();
  const retrieve::Bm25IndexRequest request{
      .folder = folder, .collection = "generated-" + std::to_string(count), .threads = base::usable_cores()};
  const auto report = build_bm25_index(source, request, [&](std::uint64_t done, std::uint64_t) {
    std::fprintf(stderr, "\r%llu documents, %.0f s", static_cast<unsigned long long>(done), seconds() - began);
  });
  const double took = seconds() - began;
  std::printf(
      "\n%llu documents in %.0f s: %.0f/s on %d cores; index %.0f MB (%.0f bytes a document); peak memory %.0f MB\n",
      static_cast<unsigned long long>(report.documents), took, static_cast<double>(count) / took, base::usable_cores(),
      static_cast<double>(report.bytes) / 1e6, static_cast<double>(report.bytes) / static_cast<double>(count),
      peak_memory() / 1e6);
}

/// The weight of a term that Xapian's own matcher asks for: what we compute, and the bound by which it prunes. The idf
/// comes with the query, as a factor.
class LuceneWeight final : public Xapian::Weight {
 public:
  explicit LuceneWeight(const retrieve::Saturation& saturation) : saturation_(saturation) {
    need_stat(WDF);
    need_stat(WDF_MAX);
  }
  LuceneWeight* clone() const override { return new LuceneWeight(saturation_); }
  void init(double factor) override { factor_ = factor; }
  double get_sumpart(Xapian::termcount wdf, Xapian::termcount, Xapian::termcount) const override {
    return factor_ * saturation_(wdf);
  }
  double get_maxpart() const override {
    const double tf = (get_wdf_upper_bound() >> 8) + 1;
    return factor_ * tf / (tf + 0.9 * 0.6);
  }
  double get_sumextra(Xapian::termcount, Xapian::termcount) const override { return 0; }
  double get_maxextra() const override { return 0; }

 private:
  const retrieve::Saturation& saturation_;
  double factor_ = 0;
};

/// The same queries by way of Xapian's matcher, which prunes by bounds, to set beside ours.
void search_by_matcher(const Vocabulary& vocabulary, const fs::path& folder) {
  const auto head = retrieve::read_index_head(folder);
  const auto texts = head.details.at("texts").get<double>();
  const retrieve::Saturation saturation({}, head.details.at("terms").get<double>() / texts);
  Xapian::Database database;
  for (std::size_t shard = 0; shard < head.details.at("shards").get<std::size_t>(); ++shard)
    database.add_database(Xapian::Database((folder / head.data / ("shard-" + std::to_string(shard))).string()));
  retrieve::Bm25Index bm25(folder);
  base::Random random(99);
  std::vector<double> times;
  for (std::size_t i = 0; i < kQueries; ++i) {
    const std::string text = vocabulary.text(kQueryWords, random);
    const collection::Need need{text, {}};
    const double began = seconds();
    std::vector<Xapian::Query> terms;
    for (const auto& term : bm25.terms_of(need)) {
      const double factor = term.weight * retrieve::lucene_idf(database.get_termfreq(term.term), texts);
      terms.push_back(Xapian::Query(factor, Xapian::Query(term.term)));
    }
    Xapian::Enquire enquire(database);
    enquire.set_weighting_scheme(LuceneWeight(saturation));
    enquire.set_query(Xapian::Query(Xapian::Query::OP_OR, terms.begin(), terms.end()));
    const Xapian::MSet found = enquire.get_mset(0, kFound);
    std::size_t bytes = 0;
    for (auto at = found.begin(); at != found.end(); ++at) bytes += at.get_document().get_data().size();
    times.push_back((seconds() - began) * 1000 + (bytes == 0 ? 1 : 0));
  }
  std::ranges::sort(times);
  std::printf("the same by Xapian's matcher, 1 thread: median %.0f ms, 95th percentile %.0f ms\n",
              times[times.size() / 2], times[times.size() * 95 / 100]);
}

void search(const Vocabulary& vocabulary, const fs::path& folder, int threads) {
  retrieve::Bm25Index bm25(folder, {.threads = threads});
  base::Random random(99);
  std::vector<double> times;
  std::size_t terms = 0;
  for (std::size_t i = 0; i < kQueries; ++i) {
    const std::string text = vocabulary.text(kQueryWords, random);
    const collection::Need need{text, {}};
    const double began = seconds();
    const auto found = bm25.search(std::span(&need, 1), kFound);
    times.push_back((seconds() - began) * 1000);
    terms += bm25.terms_of(need).size();
  }
  std::ranges::sort(times);
  std::printf(
      "queries of %zu words (%zu distinct terms), k = %zu, %d threads: median %.0f ms, 95th percentile %.0f ms\n",
      kQueryWords, terms / kQueries, kFound, threads, times[times.size() / 2], times[times.size() * 95 / 100]);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    const bool is_kept = argc > 2;
    const fs::path folder =
        is_kept ? fs::path(argv[2]) : fs::temp_directory_path() / ("heed-index-" + std::to_string(getpid()));
    const Vocabulary vocabulary;
    if (!fs::exists(folder / "index.json")) index(vocabulary, count, folder);
    search_by_matcher(vocabulary, folder);
    search(vocabulary, folder, 1);
    if (base::usable_cores() > 1) search(vocabulary, folder, base::usable_cores());
    if (!is_kept) fs::remove_all(folder);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "heed_index_bench: %s\n", error.what());
    return 65;
  }
}
