#include "retrieve/dense_index.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/file.h"
#include "base/mapped_file.h"
#include "format/lines.h"
#include "infer/load_engine.h"
#include "retrieve/index_folder.h"

namespace heed::retrieve {

namespace fs = std::filesystem;
using base::BadInput;
using base::check;
using collection::CollectionDocument;

namespace {

constexpr const char* kVectorsFile = "vectors.faiss";
constexpr const char* kDocumentsFile = "documents.txt";
constexpr const char* kRawFile = "vectors.f32";  // while the index is made
constexpr std::size_t kStretch = 256;            // documents that are embedded together
constexpr std::size_t kMargin = 64;              // vectors that are looked at beyond those that are asked for
/// Products in float32, summed in any order, differ from those in double by less than this share of their size.
constexpr double kSlack = 1e-5;

/// The vector as it is compared: by cosine, brought to length 1. One of zeros stays: it resembles nothing.
std::vector<float> comparable(recipe::Similarity similarity, std::span<const float> vector) {
  if (!std::ranges::all_of(vector, [](float number) { return std::isfinite(number); }))
    throw BadInput("the model gave a vector with a number that is not finite");
  std::vector<float> numbers(vector.begin(), vector.end());
  if (similarity == recipe::Similarity::kDot) return numbers;
  const double square = std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0);
  if (square > 0)
    for (float& number : numbers) number = static_cast<float>(number / std::sqrt(square));
  return numbers;
}

/// Embeds documents and writes their vectors and ids one behind the other.
class Embedding {
 public:
  Embedding(const DenseIndexRequest& request, const fs::path& folder)
      : request_(request),
        encoder_(request.model.open_encoder(request.store)),
        raw_path_(folder / kRawFile),
        raw_(raw_path_, std::ios::binary) {}

  void add(const std::vector<CollectionDocument>& documents) {
    std::vector<collection::Document> texts;
    for (const CollectionDocument& document : documents) {
      if (!ids_.insert(document.id).second) {
        ++facts_.duplicates;
        continue;
      }
      ++facts_.documents;
      for (const std::string_view text : texts_of(document)) {
        texts.push_back({collection::DocumentId(document.id), document.title, text});
        lines_ += document.id + "\n";
      }
    }
    if (texts.empty()) return;
    for (const std::span<const float> vector : encoder_->encode({}, texts)) {
      const auto width = static_cast<std::int64_t>(vector.size());
      if (facts_.width == 0) facts_.width = width;
      check(width == facts_.width);
      const auto numbers = comparable(encoder_->similarity(), vector);
      raw_.write(reinterpret_cast<const char*>(numbers.data()), width * static_cast<std::int64_t>(sizeof(float)));
      ++facts_.vectors;
    }
    if (!raw_) throw BadInput(raw_path_.string() + ": cannot be written");
  }

  /// Of all vectors; their documents' ids are lines().
  DenseIndexFacts finish() {
    raw_.close();
    if (!raw_) throw BadInput(raw_path_.string() + ": cannot be written");
    return facts_;
  }
  const std::string& lines() const { return lines_; }

 private:
  std::vector<std::string_view> texts_of(const CollectionDocument& document) const {
    if (!request_.passages) return {document.text};
    auto cut = text::passages(document.text, *request_.passages);
    if (cut.empty()) cut.emplace_back();  // it may have a title
    return cut;
  }

  const DenseIndexRequest& request_;
  std::unique_ptr<TextEncoder> encoder_;
  fs::path raw_path_;
  std::ofstream raw_;
  std::unordered_set<std::string> ids_;
  std::string lines_;
  DenseIndexFacts facts_;
};

std::span<const float> floats_of(const base::MappedFile& file) {
  return {reinterpret_cast<const float*>(file.bytes().data()), file.bytes().size() / sizeof(float)};
}

/// What of the request decides the index, beside the collection, as its head says it.
format::Json settings_of(const DenseIndexRequest& request) {
  format::Json json = {{"model", request.model.name},
                       {"model_identity", request.model.identity()},
                       {"method", name_of(request.settings.method)}};
  if (request.settings.method == infer::NeighbourMethod::kHnsw)
    json.update({{"links", request.settings.links}, {"construction", request.settings.construction}});
  if (request.settings.method == infer::NeighbourMethod::kIvf) json["cells"] = request.settings.cells;
  put_passages(json, request.passages);
  return json;
}

}  // namespace

void require_vectors(const Model& model) {
  if (!model.open_encoder)
    throw BadInput(model.name + " makes no vectors: a collection is indexed by BM25 or by a model that does");
}

bool is_dense_index_of(const DenseIndexRequest& request) {
  const auto head = find_index_head(request.folder);
  if (!head || head->kind != kDenseKind || head->collection != request.collection) return false;
  if (!has_passages(head->details, request.passages)) return false;
  const format::Json wanted = settings_of(request);
  return std::ranges::all_of(wanted.items(), [&](const auto& item) {
    const auto found = head->details.find(item.key());
    return found != head->details.end() && *found == item.value();
  });
}

DenseIndexFacts build_dense_index(collection::DocumentSource& source, const DenseIndexRequest& request) {
  require_vectors(request.model);
  const IndexLock lock(request.folder);
  remove_unfinished(request.folder);
  IndexHead head{.kind = std::string(kDenseKind),
                 .collection = request.collection,
                 .data = next_generation(request.folder),
                 .details = settings_of(request)};
  const fs::path folder = request.folder / head.data;
  base::make_folder(folder);
  Embedding embedding(request, folder);
  while (const auto stretch = source.next(kStretch)) {
    embedding.add(stretch->documents);
    if (request.progress) request.progress(stretch->end);
  }
  const DenseIndexFacts facts = embedding.finish();
  if (facts.documents == 0) throw BadInput("there is no document to index");
  const fs::path raw = folder / kRawFile;
  infer::load_vector_indexes().build(floats_of(base::MappedFile(raw)), facts.width, request.settings,
                                     folder / kVectorsFile);
  fs::remove(raw);
  base::write_file(folder / kDocumentsFile, embedding.lines());
  base::flush_to_disk(folder / kVectorsFile);
  base::flush_to_disk(folder);
  head.documents = facts.documents;
  head.details["vectors"] = facts.vectors;
  head.details["width"] = facts.width;
  point_index_at(request.folder, head);
  return facts;
}

namespace {

/// The folder that holds the vectors of this index.
fs::path data_folder(const fs::path& folder, const Model& model) {
  const IndexHead head = read_index_head(folder);
  if (head.kind != kDenseKind)
    throw BadInput(folder.string() + ": is an index of the kind " + head.kind + ", not of vectors");
  const auto text = [&](const char* key) { return text_field(folder, head.details, key); };
  if (!model.open_encoder)
    throw BadInput(model.name + " makes no vectors, but " + folder.string() + " is an index of some");
  if (text("model_identity") != model.identity())
    throw BadInput(folder.string() + ": is an index of " + text("model") +
                   "'s vectors, made with other weights or settings than this model's: " + text("model_identity") +
                   " against " + model.identity());
  return folder / head.data;
}

}  // namespace

DenseIndex::DenseIndex(const fs::path& folder, const Model& model, VectorStore* store,
                       const DenseSearchOptions& options)
    : folder_(data_folder(folder, model)),
      encoder_(model.open_encoder(store)),
      effort_(options.effort),
      index_(infer::load_vector_indexes().open(folder_ / kVectorsFile, options.threads)) {
  format::LineReader lines(folder_ / kDocumentsFile);
  while (const auto line = lines.next()) documents_.emplace_back(*line);
  if (static_cast<std::int64_t>(documents_.size()) != index_->size())
    throw BadInput((folder_ / kDocumentsFile).string() + ": has " + std::to_string(documents_.size()) +
                   " lines, but the index " + std::to_string(index_->size()) + " vectors");
}

/// The k best documents of these vectors, each document by its best.
DenseIndex::Ranked DenseIndex::rank(std::span<const float> query, const std::vector<infer::Neighbour>& neighbours,
                                    std::size_t k, std::size_t fetched) const {
  std::unordered_map<std::string_view, double> best;
  for (const infer::Neighbour& neighbour : neighbours) {
    const std::vector<float> row = index_->row(neighbour.position);
    const double score = std::inner_product(query.begin(), query.end(), row.begin(), 0.0, std::plus(),
                                            [](float a, float b) { return double{a} * double{b}; });
    const auto [place, is_new] = best.emplace(documents_[static_cast<std::size_t>(neighbour.position)], score);
    if (!is_new) place->second = std::max(place->second, score);
  }
  Ranked ranked;
  for (const auto& [document, score] : best) ranked.found.push_back({std::string(document), score});
  std::ranges::sort(ranked.found, ranks_before);
  const bool is_all = neighbours.size() < fetched;
  if (ranked.found.size() > k) ranked.found.resize(k);
  if (is_all || k == 0) {
    ranked.is_whole = true;
  } else if (ranked.found.size() == k) {
    const double slack = kSlack * std::max(1.0, std::abs(double{neighbours.front().product}));
    ranked.is_whole = ranked.found.back().score > double{neighbours.back().product} + slack;
  }
  return ranked;
}

std::vector<std::vector<Found>> DenseIndex::search(std::span<const collection::Need> needs, std::size_t k) {
  std::vector<float> queries;
  for (const std::span<const float> vector : encoder_->encode(needs, {})) {
    if (static_cast<std::int64_t>(vector.size()) != index_->width())
      throw BadInput(folder_.string() + ": has vectors of " + std::to_string(index_->width()) +
                     " numbers, but the model makes some of " + std::to_string(vector.size()));
    const auto query = comparable(encoder_->similarity(), vector);
    queries.insert(queries.end(), query.begin(), query.end());
  }
  const auto width = static_cast<std::size_t>(index_->width());
  std::vector<std::vector<Found>> all;
  const std::size_t fetched = std::min(k + kMargin, documents_.size());
  const auto first = index_->search(queries, fetched, effort_);
  for (std::size_t i = 0; i < needs.size(); ++i) {
    const auto query = std::span(queries).subspan(i * width, width);
    std::size_t looked_at = fetched;
    Ranked ranked = rank(query, first[i], k, looked_at);
    while (!ranked.is_whole && looked_at < documents_.size()) {  // others may be as good
      looked_at = std::min(2 * looked_at, documents_.size());
      ranked = rank(query, index_->search(query, looked_at, effort_).front(), k, looked_at);
    }
    all.push_back(std::move(ranked.found));
  }
  return all;
}

}  // namespace heed::retrieve
