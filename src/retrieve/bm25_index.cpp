#include "retrieve/bm25_index.h"

#include <algorithm>
#include <unordered_map>

#include <xapian.h>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "retrieve/index_folder.h"
#include "retrieve/xapian_terms.h"
#include "text/english_analyzer.h"

namespace heed::retrieve {

namespace fs = std::filesystem;
using base::BadInput;
using collection::Need;

namespace {

/// An entry of a shard, a text or a passage, with its score.
struct Hit {
  double score = 0;
  Xapian::docid entry = 0;
  std::uint32_t shard = 0;
};

/// Keeps the k best, and all that are equal to the k-th.
class Best {
 public:
  explicit Best(std::size_t k) : k_(k), limit_(2 * k + 1024) {}

  /// What scores less need not be added.
  double floor() const { return floor_; }

  void add(const Hit& hit) {
    if (hit.score < floor_) return;
    hits_.push_back(hit);
    if (hits_.size() >= limit_) shrink();
  }

  std::vector<Hit> take() {
    shrink();
    return std::move(hits_);
  }

 private:
  void shrink() {
    if (hits_.size() <= k_) return;
    const auto last = hits_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
    std::ranges::nth_element(hits_, last, std::ranges::greater(), &Hit::score);
    floor_ = last->score;
    std::erase_if(hits_, [&](const Hit& hit) { return hit.score < floor_; });
    limit_ = std::max(limit_, 2 * hits_.size());  // many are equal
  }

  std::size_t k_, limit_;
  double floor_ = 0;
  std::vector<Hit> hits_;
};

/// Which entries of a shard begin a document, a bit each; without passages all do.
class Firsts {
 public:
  explicit Firsts(std::string bits) : bits_(std::move(bits)) {}

  bool empty() const { return bits_.empty(); }
  bool covers(Xapian::docid last) const { return bits_.size() == (std::size_t{last} + 7) / 8; }
  /// The first entry of the document that `entry` is of.
  Xapian::docid first_of(Xapian::docid entry) const {
    while (entry > 1 && !is_first(entry)) --entry;
    return entry;
  }

 private:
  bool is_first(Xapian::docid entry) const { return (bits_[(entry - 1) / 8] >> (entry - 1) % 8 & 1) != 0; }

  std::string bits_;
};

/// A query's term in one shard.
struct ScanTerm {
  const std::string* term = nullptr;
  double factor = 0;  ///< weight * idf
};

/// Scores entries stretch by stretch, each term's postings of a stretch in a row: a search by way of Xapian's tree of
/// posting lists takes four times as long for a narrative (docs/decisions/0005).
class Scan {
 public:
  Scan(const Xapian::Database& database, const Firsts& firsts, const Saturation& saturation, std::uint32_t shard)
      : database_(database), firsts_(firsts), saturation_(saturation), shard_(shard) {}

  std::vector<Hit> best(std::span<const ScanTerm> terms, std::size_t k) {
    struct Postings {
      Xapian::PostingIterator at, end;
      double factor;
    };
    std::vector<Postings> postings;
    for (const ScanTerm& term : terms) {
      Postings one{database_.postlist_begin(*term.term), database_.postlist_end(*term.term), term.factor};
      if (one.at != one.end) postings.push_back(std::move(one));
    }
    Best best(k);
    const Xapian::docid last = database_.get_lastdocid();
    for (std::uint64_t begin = 1; begin <= last && !postings.empty(); begin += kStretch) {
      const auto end = static_cast<Xapian::docid>(std::min<std::uint64_t>(begin + kStretch, std::uint64_t{last} + 1));
      for (Postings& term : postings)
        for (; term.at != term.end; ++term.at) {
          const Xapian::docid entry = *term.at;
          if (entry >= end) break;
          scores_[entry - begin] += term.factor * saturation_(term.at.get_wdf());
        }
      collect(static_cast<Xapian::docid>(begin), end, best);
    }
    flush(best);
    return best.take();
  }

 private:
  static constexpr std::size_t kStretch = 16384;  // scores that fit into a core's cache

  void collect(Xapian::docid begin, Xapian::docid end, Best& best) {
    for (Xapian::docid entry = begin; entry < end; ++entry) {
      double& score = scores_[entry - begin];
      if (score > 0 && score >= best.floor()) add({score, entry, shard_}, best);
      score = 0;
    }
  }

  /// A document's passages follow each other: the best one waits until another document's comes.
  void add(const Hit& hit, Best& best) {
    if (firsts_.empty()) return best.add(hit);
    const Xapian::docid first = firsts_.first_of(hit.entry);
    if (first != waiting_first_) flush(best);
    if (waiting_first_ == 0 || hit.score > waiting_.score) waiting_ = hit;
    waiting_first_ = first;
  }
  void flush(Best& best) {
    if (waiting_first_ != 0) best.add(waiting_);
    waiting_first_ = 0;
  }

  const Xapian::Database& database_;
  const Firsts& firsts_;
  const Saturation& saturation_;
  std::uint32_t shard_;
  std::vector<double> scores_ = std::vector<double>(kStretch);
  Hit waiting_;
  Xapian::docid waiting_first_ = 0;
};

/// The document with a found passage's entry.
struct Placed {
  Found found;
  Hit hit;
};

}  // namespace

class Bm25Index::State {
 public:
  using Query = std::vector<WeightedTerm>;

  State(const fs::path& folder, const Bm25SearchOptions& options)
      : folder_(folder),
        options_(options),
        head_(read_index_head(folder)),
        shards_(shard_count()),
        texts_(static_cast<double>(number_field(folder, head_.details, "texts"))),
        saturation_(options.bm25, mean_length()),
        readers_(static_cast<std::size_t>(std::max(1, options.threads))) {
    for (auto& reader : readers_) reader.resize(shards_);
    for (std::size_t shard = 0; shard < shards_; ++shard) {
      const bool has_passages = head_.details.contains("passages");
      firsts_.emplace_back(has_passages ? base::read_file(path_of(shard).string() + ".firsts") : "");
      if (has_passages && !firsts_.back().covers(reader(0, shard).get_lastdocid()))
        throw BadInput(path_of(shard).string() + ".firsts: is damaged; index the collection anew");
    }
  }

  std::vector<std::vector<Found>> search(std::span<const Need> needs, std::size_t k) {
    std::vector<Query> queries;
    for (const Need& need : needs) queries.push_back(terms_of(need));
    if (options_.rm3) {
      const auto first = best(queries, options_.rm3->documents);
      for (std::size_t i = 0; i < queries.size(); ++i)
        if (!first[i].empty()) queries[i] = with_feedback(queries[i], first[i]);
    }
    std::vector<std::vector<Found>> results;
    for (auto& placed : best(queries, k)) {
      auto& found = results.emplace_back();
      for (Placed& one : placed) found.push_back(std::move(one.found));
    }
    return results;
  }

  const fs::path& folder() const { return folder_; }

  Query terms_of(const Need& need) {
    const std::string text = std::string(need.query) + " " + std::string(need.instruction);
    Query query;
    std::unordered_map<std::string, std::size_t> places;
    for (const std::string_view term : analyzer_.analyze(text)) {
      const auto [place, is_new] = places.emplace(xapian_term(term), query.size());
      if (is_new)
        query.push_back({place->first, 1});
      else
        query[place->second].weight += 1;
    }
    return query;
  }

 private:
  std::size_t shard_count() const {
    if (head_.kind != "bm25") throw BadInput(folder_.string() + ": the index is of kind " + head_.kind + ", not bm25");
    const std::uint64_t count = number_field(folder_, head_.details, "shards");
    if (count == 0 || count > 100'000)
      throw BadInput((folder_ / "index.json").string() + ": \"shards\" is out of range");
    return count;
  }
  double mean_length() const {
    const auto terms = static_cast<double>(number_field(folder_, head_.details, "terms"));
    return texts_ > 0 ? terms / texts_ : 1;
  }

  fs::path path_of(std::size_t shard) const { return folder_ / head_.data / ("shard-" + std::to_string(shard)); }

  /// A worker's own handle of a shard.
  const Xapian::Database& reader(std::size_t worker, std::size_t shard) {
    auto& place = readers_[worker][shard];
    if (!place) {
      if (!fs::is_directory(path_of(shard)))
        throw BadInput(path_of(shard).string() + ": a part of the index is missing; index the collection anew");
      place.emplace(path_of(shard).string());
    }
    return *place;
  }

  double documents_with(const std::string& term) {
    double sum = 0;
    for (std::size_t shard = 0; shard < shards_; ++shard) sum += reader(0, shard).get_termfreq(term);
    return sum;
  }

  /// For each query its k best documents, in order.
  std::vector<std::vector<Placed>> best(const std::vector<Query>& queries, std::size_t k) {
    std::vector<std::vector<Placed>> results(queries.size());
    if (k == 0) return results;
    std::vector<std::vector<ScanTerm>> terms(queries.size());
    for (std::size_t i = 0; i < queries.size(); ++i)
      for (const WeightedTerm& term : queries[i])
        if (const double n = documents_with(term.term); n > 0)
          terms[i].push_back({&term.term, term.weight * lucene_idf(n, texts_)});
    std::vector<std::vector<Hit>> hits(queries.size() * shards_);
    base::parallel_for(hits.size(), threads(), [&](int worker, std::size_t item) {
      with_xapian(folder_, [&] {
        const std::size_t shard = item % shards_;
        Scan scan(reader(static_cast<std::size_t>(worker), shard), firsts_[shard], saturation_,
                  static_cast<std::uint32_t>(shard));
        hits[item] = scan.best(terms[item / shards_], k);
      });
    });
    base::parallel_for(queries.size(), threads(), [&](int worker, std::size_t i) {
      Best best(k);
      for (std::size_t shard = 0; shard < shards_; ++shard)
        for (const Hit& hit : hits[i * shards_ + shard]) best.add(hit);
      with_xapian(folder_, [&] { results[i] = placed(best.take(), static_cast<std::size_t>(worker), k); });
    });
    return results;
  }

  std::vector<Placed> placed(const std::vector<Hit>& hits, std::size_t worker, std::size_t k) {
    std::vector<Placed> result;
    for (const Hit& hit : hits) {
      const auto document = reader(worker, hit.shard).get_document(hit.entry, Xapian::DOC_ASSUME_VALID);
      result.push_back({{document.get_data(), hit.score}, hit});
      if (result.back().found.document.empty())
        throw BadInput(path_of(hit.shard).string() + ": is damaged: a document has no id; index the collection anew");
    }
    std::ranges::sort(result, ranks_before, &Placed::found);
    if (result.size() > k) result.resize(k);
    return result;
  }

  Query with_feedback(const Query& query, const std::vector<Placed>& found) {
    std::vector<FeedbackDocument> documents;
    for (const Placed& one : found) {
      FeedbackDocument& document = documents.emplace_back();
      document.score = one.found.score;
      const Xapian::Database& database = reader(0, one.hit.shard);
      for (auto term = database.termlist_begin(one.hit.entry); term != database.termlist_end(one.hit.entry); ++term)
        document.terms.emplace_back(*term, term.get_wdf() >> 8);
    }
    std::unordered_map<std::string, double> shares;
    const auto share_of = [&](const std::string& term) {
      const auto [place, is_new] = shares.emplace(term, 0);
      if (is_new) place->second = documents_with(term) / texts_;
      return place->second;
    };
    return rm3_query(query, documents, share_of, *options_.rm3);
  }

  int threads() const { return static_cast<int>(readers_.size()); }

  fs::path folder_;
  Bm25SearchOptions options_;
  IndexHead head_;
  std::size_t shards_;
  double texts_;  // with terms
  Saturation saturation_;
  std::vector<std::vector<std::optional<Xapian::Database>>> readers_;  // of each worker, of each shard
  std::vector<Firsts> firsts_;
  text::EnglishAnalyzer analyzer_;
};

Bm25Index::Bm25Index(const fs::path& folder, Bm25SearchOptions options)
    : state_(with_xapian(folder, [&] { return std::make_unique<State>(folder, options); })) {}

Bm25Index::~Bm25Index() = default;

std::vector<std::vector<Found>> Bm25Index::search(std::span<const Need> needs, std::size_t k) {
  constexpr std::size_t kTogether = 32;  // so that memory does not depend on how many needs there are
  return with_xapian(state_->folder(), [&] {
    std::vector<std::vector<Found>> results;
    for (std::size_t begin = 0; begin < needs.size(); begin += kTogether)
      for (auto& found : state_->search(needs.subspan(begin, std::min(kTogether, needs.size() - begin)), k))
        results.push_back(std::move(found));
    return results;
  });
}

std::vector<WeightedTerm> Bm25Index::terms_of(const Need& need) {
  return state_->terms_of(need);
}

}  // namespace heed::retrieve
