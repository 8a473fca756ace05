#include "retrieve/bm25_builder.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include <xapian.h>

#include "base/error.h"
#include "base/file.h"
#include "base/fingerprint.h"
#include "base/parallel.h"
#include "retrieve/index_folder.h"
#include "retrieve/lucene_bm25.h"
#include "retrieve/xapian_terms.h"
#include "text/english_analyzer.h"

namespace heed::retrieve {

namespace fs = std::filesystem;
using base::BadInput;
using collection::CollectionDocument;

namespace {

constexpr std::size_t kDocumentsRead = 64;            // at a time
constexpr std::size_t kSegmentText = 24 << 20;        // bytes after which a segment is full
constexpr std::size_t kPostingsInMemory = 1'200'000;  // of a segment, about 100 bytes each
constexpr std::size_t kLargeDocument = 1 << 20;       // bytes; of these one is indexed at a time
constexpr std::uint64_t kBetweenProgress = 4096;      // documents
constexpr int kMostThreads = 12;                      // each takes about 100 MB
constexpr std::size_t kMostSegmentsTogether = 64;     // open at once
constexpr std::size_t kShards = 8;                    // to search side by side

/// What is kept of a document beside its postings, until the index is complete.
struct Record {
  std::uint64_t hash = 0;   // of its id
  std::uint64_t terms = 0;  // of its texts, with repetitions
  std::uint32_t texts = 0;  // entries in the index: at least one
  std::uint32_t texts_with_terms = 0;
  std::uint32_t cut = 0;
  std::uint32_t unused = 0;
};
static_assert(sizeof(Record) == 32);

std::uint64_t hash_of(std::string_view id) {
  const base::Fingerprint digest = base::fingerprint(id);
  std::uint64_t hash = 0;
  std::memcpy(&hash, digest.bytes.data(), sizeof hash);
  return hash;
}

/// Positions of the source that a segment holds.
struct SegmentName {
  std::uint64_t first = 0, end = 0;
  std::string str() const { return "segment-" + std::to_string(first) + "-" + std::to_string(end); }
};

std::optional<SegmentName> parse_segment(const std::string& name) {
  SegmentName segment;
  char extra = 0;
  unsigned long long first = 0, end = 0;
  if (std::sscanf(name.c_str(), "segment-%llu-%llu%c", &first, &end, &extra) != 2) return std::nullopt;
  segment.first = first;
  segment.end = end;
  return segment.end > segment.first ? std::optional(segment) : std::nullopt;
}

/// The segments in the folder that follow each other from position 0 on.
std::vector<SegmentName> finished_segments(const fs::path& building) {
  std::unordered_map<std::uint64_t, SegmentName> by_first;
  if (fs::is_directory(building))
    for (const auto& entry : fs::directory_iterator(building))
      if (const auto segment = parse_segment(entry.path().filename().string())) by_first[segment->first] = *segment;
  std::vector<SegmentName> chain;
  for (auto next = by_first.find(0); next != by_first.end(); next = by_first.find(chain.back().end))
    chain.push_back(next->second);
  return chain;
}

/// Its beginning is looked for where a folder's owner is in doubt.
constexpr std::string_view kSettingsBegin = R"({"kind":"bm25",)";

std::string settings_text(const Bm25IndexRequest& request) {
  format::Json settings = {
      {"kind", "bm25"}, {"version", 1}, {"analyzer", "english"}, {"collection", request.collection}};
  put_passages(settings, request.passages);
  return settings.dump() + "\n";
}

/// Throws BadInput where the folder is there, and no builder has made it: it is somebody's own.
void require_ours(const fs::path& building) {
  if (!base::is_there(building)) return;
  if (!fs::is_directory(building)) throw BadInput(building.string() + ": is in the way of the index's own folder");
  const fs::path settings = building / "settings.json";
  if (fs::is_regular_file(settings) && base::read_file(settings).starts_with(kSettingsBegin)) return;
  for (const auto& entry : fs::directory_iterator(building))
    if (const std::string name = entry.path().filename().string(); !name.starts_with("settings.json."))
      throw BadInput(building.string() + ": holds " + name +
                     " and was not made by heed index; it is in the way of the " + "index's own folder of that name");
}

std::vector<Record> read_records(const fs::path& segment) {
  const fs::path path = segment / "records";
  const std::string bytes = base::read_file(path);
  if (bytes.size() % sizeof(Record) != 0) throw BadInput(path.string() + ": is damaged; remove the folder building");
  std::vector<Record> records(bytes.size() / sizeof(Record));
  std::memcpy(records.data(), bytes.data(), bytes.size());
  return records;
}

/// Writes one segment's documents into a Xapian database. Of the writers that share `large`, one at a time holds a
/// large document.
class SegmentWriter {
 public:
  SegmentWriter(const fs::path& folder, const std::optional<text::PassageSize>& passages,
                text::EnglishAnalyzer& analyzer, std::mutex& large)
      : database_((folder / "xapian").string(), Xapian::DB_CREATE | Xapian::DB_BACKEND_GLASS),
        folder_(folder),
        passages_(passages),
        analyzer_(analyzer),
        large_(large) {}

  void add(const CollectionDocument& document) {
    if (document.title.size() + document.text.size() < kLargeDocument) return add_whole(document);
    const std::lock_guard lock(large_);
    commit();
    add_whole(document);
    commit();
    counts_ = {};
    analyzer_.analyze("");  // which gives memory back
  }

  void finish() {
    database_.commit();
    database_.close();
    base::write_file(folder_ / "records",
                     {reinterpret_cast<const char*>(records_.data()), records_.size() * sizeof(Record)});
  }

 private:
  void add_whole(const CollectionDocument& document) {
    Record record;
    record.hash = hash_of(document.id);
    if (!passages_) {
      add_text(document.title + " " + document.text, document.id, record);
    } else {
      for (const std::string_view passage : text::passages(document.text, *passages_))
        add_text(document.title + " " + std::string(passage), document.id, record);
      if (record.texts == 0) add_text(document.title, document.id, record);
    }
    records_.push_back(record);
  }

  void add_text(const std::string& text, const std::string& id, Record& record) {
    auto terms = analyzer_.analyze(text, std::size_t{kMostTermsOfText} + 1);
    if (terms.size() > kMostTermsOfText) {
      terms = terms.first(kMostTermsOfText);
      ++record.cut;
    }
    counts_.clear();
    for (const std::string_view term : terms) ++counts_[term];
    if (postings_ + counts_.size() > kPostingsInMemory) commit();
    const std::uint8_t code = length_code(static_cast<std::uint32_t>(terms.size()));
    Xapian::Document entry;
    entry.set_data(id);
    for (const auto& [term, count] : counts_) entry.add_term(xapian_term(term), packed_frequency(count, code));
    database_.add_document(entry);
    record.terms += terms.size();
    ++record.texts;
    if (!terms.empty()) ++record.texts_with_terms;
    postings_ += counts_.size();
  }

  void commit() {
    database_.commit();
    postings_ = 0;
  }

  Xapian::WritableDatabase database_;
  fs::path folder_;
  const std::optional<text::PassageSize>& passages_;
  text::EnglishAnalyzer& analyzer_;
  std::mutex& large_;
  std::vector<Record> records_;
  std::unordered_map<std::string_view, std::uint32_t> counts_;
  std::size_t postings_ = 0;
};

/// Documents that follow each other, as many as a segment takes.
struct Piece {
  SegmentName name;
  std::vector<CollectionDocument> documents;
};

class Builder {
 public:
  Builder(collection::DocumentSource& source, const Bm25IndexRequest& request, const Bm25IndexProgress& progress)
      : source_(source), request_(request), progress_(progress), building_(request.folder / "building") {}

  Bm25IndexReport build() {
    const IndexLock lock(request_.folder);
    remove_unfinished(request_.folder);
    begin();
    index_all();
    const std::vector<SegmentName> segments = finished_segments(building_);
    Bm25IndexReport report = count(segments);
    if (report.documents == 0) {
      fs::remove_all(building_);
      throw BadInput("there is no document to index");
    }
    publish(segments, report);
    return report;
  }

 private:
  void begin() {
    const std::string settings = settings_text(request_);
    const fs::path path = building_ / "settings.json";
    require_ours(building_);
    if (!base::is_there(path) || base::read_file(path) != settings) {
      fs::remove_all(building_);
      base::write_file(path, settings);
    }
    const auto chain = finished_segments(building_);
    found_ = done_ = chain.empty() ? 0 : chain.back().end;
    for (const auto& entry : fs::directory_iterator(building_)) {
      const auto segment = parse_segment(entry.path().filename().string());
      const bool is_kept = segment && std::ranges::any_of(chain, [&](const SegmentName& s) {
                             return s.first == segment->first && s.end == segment->end;
                           });
      if (!is_kept && entry.path() != path) fs::remove_all(entry.path());
    }
    for (std::uint64_t at = 0; at < found_; at += kBetweenProgress) {
      source_.skip(std::min(kBetweenProgress, found_ - at));
      tell();
    }
  }

  /// That the work goes on.
  void tell() {
    const std::lock_guard lock(telling_);
    if (progress_) progress_(done_, found_);
  }

  void index_all() {
    const int threads = std::clamp(request_.threads, 1, kMostThreads);
    base::parallel_for(static_cast<std::size_t>(threads), threads, [&](int, std::size_t worker) {
      text::EnglishAnalyzer analyzer;
      while (auto piece = next_piece()) write(*piece, worker, analyzer);
    });
  }

  std::optional<Piece> next_piece() {
    const std::lock_guard lock(reading_);
    if (has_failed_) return std::nullopt;
    try {
      std::optional<Piece> piece;
      std::size_t size = 0;
      while (!piece || (size < kSegmentText && piece->name.end - piece->name.first < request_.documents_a_segment)) {
        const std::uint64_t room = request_.documents_a_segment - (piece ? piece->name.end - piece->name.first : 0);
        auto stretch = source_.next(static_cast<std::size_t>(std::min<std::uint64_t>(kDocumentsRead, room)));
        if (!stretch) break;
        if (!piece) piece.emplace(Piece{{stretch->first, stretch->end}, {}});
        piece->name.end = stretch->end;
        for (CollectionDocument& document : stretch->documents) {
          size += document.text.size() + document.title.size();
          piece->documents.push_back(std::move(document));
        }
      }
      return piece;
    } catch (...) {
      has_failed_ = true;
      throw;
    }
  }

  void write(Piece& piece, std::size_t worker, text::EnglishAnalyzer& analyzer) {
    const fs::path part = building_ / ("part-" + std::to_string(worker));
    try {
      fs::remove_all(part);
      fs::create_directories(part);
      with_xapian(request_.folder, [&] {
        SegmentWriter writer(part, request_.passages, analyzer, large_);
        for (CollectionDocument& document : piece.documents) {
          writer.add(document);
          document = {};
        }
        writer.finish();
      });
      fs::rename(part, building_ / piece.name.str());
      const std::lock_guard lock(telling_);
      done_ += piece.name.end - piece.name.first;
      if (progress_) progress_(done_, found_);
    } catch (...) {
      const std::lock_guard lock(reading_);
      has_failed_ = true;
      throw;
    }
  }

  /// Counts, and empties the entries of documents whose id came before.
  Bm25IndexReport count(const std::vector<SegmentName>& segments) {
    Bm25IndexReport report;
    for (const SegmentName& segment : segments) {
      const auto records = read_records(building_ / segment.str());
      report.bad += segment.end - segment.first - records.size();
      for (const Record& record : records) {
        ++report.documents;
        report.terms += record.terms;
        report.passages += record.texts_with_terms;
        report.empty += record.texts_with_terms == 0;
        report.cut += record.cut;
      }
    }
    const std::vector<Place> places = duplicates(segments);
    for (std::size_t begin = 0, end = 0; begin < places.size(); begin = end) {
      while (end < places.size() && places[end].segment == places[begin].segment) ++end;
      empty_entries(segments[places[begin].segment], std::span(places).subspan(begin, end - begin));
    }
    for (const Place& place : places) {
      const Record& record = place.record;
      --report.documents;
      ++report.duplicates;
      report.terms -= record.terms;
      report.passages -= record.texts_with_terms;
      report.empty -= record.texts_with_terms == 0;
      report.cut -= record.cut;
    }
    return report;
  }

  /// Where a document's entries are.
  struct Place {
    std::size_t segment = 0;
    Xapian::docid first = 0;
    Record record{};
    std::string id{};
  };

  /// The documents whose id has come before, in the order of the collection. Equal hashes tell which to look at, and
  /// ids, kept beside the entries, decide.
  std::vector<Place> duplicates(const std::vector<SegmentName>& segments) {
    std::vector<std::uint64_t> hashes;
    for (const SegmentName& segment : segments)
      for (const Record& record : read_records(building_ / segment.str())) hashes.push_back(record.hash);
    std::ranges::sort(hashes);
    std::unordered_map<std::uint64_t, std::vector<std::string>> seen;
    for (std::size_t i = 1; i < hashes.size(); ++i)
      if (hashes[i] == hashes[i - 1]) seen[hashes[i]];
    std::vector<Place> places;
    if (seen.empty()) return places;
    for (std::size_t s = 0; s < segments.size(); ++s) {
      tell();
      Place place{s, 1};
      std::optional<Xapian::Database> database;
      for (const Record& record : read_records(building_ / segments[s].str())) {
        place.record = record;
        if (const auto found = seen.find(record.hash); found != seen.end()) {
          place.id = id_at(segments[s], place.first, database);
          if (std::ranges::find(found->second, place.id) != found->second.end())
            places.push_back(place);
          else
            found->second.push_back(place.id);
        }
        place.first += record.texts;
      }
    }
    return places;
  }

  /// The id kept with an entry; opens the segment's database where it is not open yet.
  std::string id_at(const SegmentName& segment, Xapian::docid entry, std::optional<Xapian::Database>& database) const {
    return with_xapian(request_.folder, [&] {
      if (!database) database.emplace((building_ / segment.str() / "xapian").string());
      return database->get_document(entry).get_data();
    });
  }

  /// The entries stay, so that those after them keep their numbers, and the id stays with them; terms go.
  void empty_entries(const SegmentName& segment, std::span<const Place> places) {
    with_xapian(request_.folder, [&] {
      Xapian::WritableDatabase database((building_ / segment.str() / "xapian").string(), Xapian::DB_OPEN);
      for (std::size_t at = 0; at < places.size(); ++at) {
        Xapian::Document empty;
        empty.set_data(places[at].id);
        for (std::uint32_t i = 0; i < places[at].record.texts; ++i)
          database.replace_document(places[at].first + i, empty);
        if (at % kBetweenProgress == 0) tell();
      }
      database.commit();
    });
  }

  void publish(const std::vector<SegmentName>& segments, Bm25IndexReport& report) {
    const std::size_t shards = std::max(std::min(kShards, segments.size()),
                                        (segments.size() + kMostSegmentsTogether - 1) / kMostSegmentsTogether);
    IndexHead head{.kind = "bm25",
                   .documents = report.documents,
                   .collection = request_.collection,
                   .data = next_generation(request_.folder)};
    const fs::path data = request_.folder / head.data;
    try {
      merge_all(segments, shards, data);
    } catch (...) {
      std::error_code ignored;  // the next call removes what is left
      fs::remove_all(data, ignored);
      throw;
    }
    head.details = {
        {"analyzer", "english"},           {"shards", shards},      {"texts", report.passages}, {"terms", report.terms},
        {"duplicates", report.duplicates}, {"empty", report.empty}, {"cut", report.cut}};
    put_passages(head.details, request_.passages);
    for (const auto& entry : fs::recursive_directory_iterator(data))
      if (entry.is_regular_file()) report.bytes += entry.file_size();
    point_index_at(request_.folder, head);
    fs::remove_all(building_);
  }

  void merge_all(const std::vector<SegmentName>& segments, std::size_t shards, const fs::path& data) {
    base::make_folder(data);
    base::parallel_for(shards, std::clamp(request_.threads, 1, kMostThreads), [&](int, std::size_t shard) {
      const auto begin = segments.begin() + static_cast<std::ptrdiff_t>(shard * segments.size() / shards);
      const auto end = segments.begin() + static_cast<std::ptrdiff_t>((shard + 1) * segments.size() / shards);
      with_xapian(request_.folder, [&] { merge({begin, end}, data / ("shard-" + std::to_string(shard))); });
    });
  }

  void merge(const std::vector<SegmentName>& segments, const fs::path& shard) {
    Xapian::Database all;
    std::uint64_t entries = 0;
    std::string firsts;  // a bit for each entry: whether a document begins with it
    for (const SegmentName& segment : segments) {
      all.add_database(Xapian::Database((building_ / segment.str() / "xapian").string()));
      for (const Record& record : read_records(building_ / segment.str())) {
        for (std::uint32_t i = 0; i < record.texts; ++i, ++entries) {
          if (entries % 8 == 0) firsts += '\0';
          if (i == 0) firsts.back() = static_cast<char>(firsts.back() | 1 << entries % 8);
        }
      }
    }
    if (entries == 0) {
      Xapian::WritableDatabase(shard.string(), Xapian::DB_CREATE | Xapian::DB_BACKEND_GLASS).commit();
    } else {
      Teller teller(*this);
      all.compact(shard.string(), 0, 0, teller);
      base::check(Xapian::Database(shard.string()).get_lastdocid() == entries);
    }
    if (request_.passages) base::write_file(shard.string() + ".firsts", firsts);
  }

  /// Tells, for each table that is merged, that the work goes on.
  class Teller final : public Xapian::Compactor {
   public:
    explicit Teller(Builder& builder) : builder_(builder) {}
    void set_status(const std::string&, const std::string&) override { builder_.tell(); }

   private:
    Builder& builder_;
  };

  collection::DocumentSource& source_;
  const Bm25IndexRequest& request_;
  const Bm25IndexProgress& progress_;
  fs::path building_;
  std::mutex reading_, telling_, large_;
  bool has_failed_ = false;
  std::uint64_t found_ = 0, done_ = 0;
};

}  // namespace

Bm25IndexReport build_bm25_index(collection::DocumentSource& source, const Bm25IndexRequest& request,
                                 const Bm25IndexProgress& progress) {
  return Builder(source, request, progress).build();
}

std::uint64_t finished_positions(const Bm25IndexRequest& request) {
  const fs::path building = request.folder / "building";
  const fs::path settings = building / "settings.json";
  if (!base::is_there(settings) || base::read_file(settings) != settings_text(request)) return 0;
  const auto chain = finished_segments(building);
  return chain.empty() ? 0 : chain.back().end;
}

bool is_bm25_index_of(const Bm25IndexRequest& request) {
  const auto head = find_index_head(request.folder);
  return head && head->kind == "bm25" && head->collection == request.collection &&
         has_passages(head->details, request.passages);
}

}  // namespace heed::retrieve
