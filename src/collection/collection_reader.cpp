#include "collection/collection_reader.h"

#include <map>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "collection/collection_types.h"
#include "format/bad_text.h"
#include "format/passed_over.h"
#include "format/streams.h"

namespace heed::collection {

namespace fs = std::filesystem;
using base::BadInput;

namespace {

/// How many bytes tell what a file is. A line of JSON may be longer; its keys are seen at its beginning.
constexpr std::size_t kTelling = std::size_t{1} << 16;
/// How many bytes a stretch has at most, before its last document.
constexpr std::size_t kStretchBytes = std::size_t{1} << 22;
constexpr std::size_t kComplaints = 20;

/// A document with its place, in memory of its own.
struct RawDocument {
  std::shared_ptr<const std::string> file;
  std::uint64_t offset = 0;
  std::string bytes;
  bool is_too_long = false;
};

}  // namespace

fs::path corpus_of(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return path;
  for (const char* const name : {"corpus.jsonl", "corpus.jsonl.gz", "collection.tsv", "collection.tsv.gz"})
    if (fs::is_regular_file(path / name, ignored)) return path / name;
  return path;
}

std::string collection_type_names() {
  std::string list;
  for (const CollectionType* const type : collection_types())
    list += (list.empty() ? "" : ", ") + std::string(type->name);
  return list;
}

struct CollectionReader::State {
  State(const fs::path& path, const CollectionType* given) : streams(corpus_of(path)), type(given) {
    if (corpus_of(path) != path)
      notes.push_back(path.string() + ": of this folder " + corpus_of(path).filename().string() + " alone is read");
    if (type == nullptr) is_in_file = open_file();
    if (type == nullptr && files == 0) throw BadInput(path.string() + ": there are no files in it");
    if (type == nullptr)
      throw BadInput(path.string() + ": is no collection of a type that heed knows: " + collection_type_names());
  }

  /// Goes to the next file that may hold documents; false where there is none.
  bool open_file() {
    while (streams.next()) {
      ++files;
      file = std::make_shared<const std::string>(streams.name());
      file_documents = 0;
      window.open([this](std::span<char> into) { return streams.read(into); });
      while (window.view().size() < kTelling && window.more()) continue;
      const std::string_view begin = window.view().substr(0, kTelling);
      if (type == nullptr) type = type_of(begin);
      if (type != nullptr && type->may_hold(begin)) return true;
      without_documents.add("files without documents", *file);
    }
    return false;
  }

  static const CollectionType* type_of(std::string_view begin) {
    for (const CollectionType* const one : collection_types())
      if (one->fits(begin)) return one;
    return nullptr;
  }

  /// The next document, whose bytes are valid until the next call.
  std::optional<CutDocument> cut() {
    if (failure) std::rethrow_exception(failure);
    try {
      while (is_in_file || (!is_at_end && (is_in_file = open_file()))) {
        if (const auto document = type->cut(window)) {
          ++file_documents;
          ++position;
          return document;
        }
        if (file_documents == 0) without_documents.add("files without documents", *file);
        is_in_file = false;
      }
      is_at_end = true;
      return std::nullopt;
    } catch (...) {
      failure = std::current_exception();
      throw;
    }
  }

  /// Documents up to the bound. What cannot be read on is thrown once there is nothing before it to return.
  std::vector<RawDocument> cut_stretch(std::size_t most) {
    std::vector<RawDocument> raw;
    try {
      for (std::size_t bytes = 0; raw.size() < most && bytes < kStretchBytes; bytes += raw.back().bytes.size()) {
        const auto document = cut();
        if (!document) break;
        raw.push_back({file, document->offset, std::string(document->bytes), document->is_too_long});
      }
    } catch (const BadInput&) {
      if (raw.empty()) throw;
    }
    return raw;
  }

  /// Notes what a stretch gave.
  void add_to_report(const Stretch& stretch, std::map<std::uint64_t, std::string> bad) {
    const std::scoped_lock lock(mutex);
    documents += stretch.documents.size();
    bad_documents += stretch.end - stretch.first - stretch.documents.size();
    complaints.merge(bad);
    while (complaints.size() > kComplaints) complaints.erase(std::prev(complaints.end()));
  }

  std::mutex mutex;  // of all below
  format::Streams streams;
  StreamWindow window;
  const CollectionType* type;
  std::shared_ptr<const std::string> file;
  std::uint64_t file_documents = 0;  // of the file, so far
  std::uint64_t position = 0;        // documents before the next
  bool is_in_file = false, is_at_end = false;
  std::exception_ptr failure;

  std::uint64_t files = 0, documents = 0, bad_documents = 0;
  std::map<std::uint64_t, std::string> complaints;  // by the document's place
  format::PassedOver without_documents;
  std::vector<std::string> notes;
};

namespace {

std::string complaint(const RawDocument& raw, std::size_t at, const std::string& what) {
  return *raw.file + ": byte " + std::to_string(raw.offset + at) + ": " + what;
}

}  // namespace

CollectionReader::CollectionReader(const fs::path& path, const CollectionType* type)
    : state_(std::make_unique<State>(path, type)) {}
CollectionReader::~CollectionReader() = default;

std::optional<Stretch> CollectionReader::next(std::size_t most) {
  base::check(most > 0);
  std::unique_lock lock(state_->mutex);
  Stretch stretch{.first = state_->position, .end = 0, .documents = {}};
  const std::vector<RawDocument> raw = state_->cut_stretch(most);
  stretch.end = state_->position;
  lock.unlock();
  if (raw.empty()) return std::nullopt;

  DocumentParser parser;
  std::map<std::uint64_t, std::string> bad;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const auto complain = [&](std::size_t at, const std::string& what) {
      if (bad.size() < kComplaints) bad.emplace(stretch.first + i, complaint(raw[i], at, what));
    };
    if (raw[i].is_too_long) {
      complain(0, "a document of more than " + std::to_string(kLargestDocument) + " bytes");
      continue;
    }
    try {
      stretch.documents.push_back(state_->type->parse(parser, raw[i].bytes));
    } catch (const format::BadText& wrong) {
      complain(wrong.at(), wrong.what());
    }
  }
  state_->add_to_report(stretch, std::move(bad));
  return stretch;
}

void CollectionReader::skip(std::uint64_t documents) {
  const std::scoped_lock lock(state_->mutex);
  for (std::uint64_t i = 0; i < documents; ++i)
    if (!state_->cut()) return;
}

const CollectionType& CollectionReader::type() const {
  return *state_->type;
}

ReadingReport CollectionReader::report() const {
  const std::scoped_lock lock(state_->mutex);
  ReadingReport report{.files = state_->files,
                       .documents = state_->documents,
                       .bad = state_->bad_documents,
                       .complaints = {},
                       .notes = state_->notes};
  for (const auto& [place, text] : state_->complaints) report.complaints.push_back(text);
  for (const auto& notes : {state_->streams.notes(), state_->without_documents.notes()})
    report.notes.insert(report.notes.end(), notes.begin(), notes.end());
  return report;
}

}  // namespace heed::collection
